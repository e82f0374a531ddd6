import Torch

/// Instance discrimination: every image is a class of its own.
///
/// L = -mean_i log softmax_j(x_i . m_j / tau) at j = index_i, over all N entries of the memory
/// (Wu et al., CVPR 2018, equation 2, with the full softmax).
///
/// - Parameters:
///   - features: unit embeddings x, [B, D].
///   - memory: unit vectors m, [N, D]; no gradient flows into them.
///   - index: the memory's entry of each feature, int64 [B].
/// - Returns: a scalar.
public func instanceDiscriminationLoss(
  _ features: Tensor, memory: Tensor, index: Tensor, temperature: Double
) throws -> Tensor {
  try (features.matmul(memory.transposed()) / temperature).crossEntropy(index)
}
