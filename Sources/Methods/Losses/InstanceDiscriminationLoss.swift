import Torch

/// Instance discrimination: every image is a class of its own.
///
/// L = -mean_i log softmax_j(x_i . m_j / tau) at j = index_i, over all N entries of the memory
/// (Wu et al., CVPR 2018, equation 2, with the full softmax). Its gradient,
/// (sum_j p_ij m_j - m_index_i) / (tau B), falls off on the way, so that no graph over the memory is
/// recorded.
///
/// - Parameters:
///   - features: unit embeddings x, [B, D].
///   - memory: unit vectors m, [N, D]; no gradient flows into them.
///   - index: the memory's entry of each feature, int64 [B].
///   - temperature: tau.
/// - Returns: a scalar.
public func instanceDiscriminationLoss(
  _ features: Tensor, memory: Tensor, index: Tensor, temperature: Double
) -> Tensor {
  let (value, gradient) = Torch.withoutGradients {
    let fixed = features.detached()
    let own = memory.rows(index)
    var softmax = MemorySoftmax(fixed, temperature: temperature)
    for block in MemorySoftmax.blocks(of: 0..<memory.size(0)) {
      softmax.add(memory.narrowed(0, to: block))
    }
    let positive = (fixed * own).sum(along: [1], keep: true) / temperature
    let count = Double(features.size(0))
    return (
      (softmax.logarithm - positive).mean(), (softmax.mean - own) / (temperature * count)
    )
  }
  // Zero, with the gradient that is known already.
  return value + (gradient * (features - features.detached())).sum()
}

/// Noise-contrastive estimation of the same: an image's own entry is told from m entries drawn at
/// random, with Z held fixed (Wu et al., CVPR 2018, equations 5 to 8).
///
/// With P(j|x) = exp(x . m_j / tau) / Z and h = P / (P + m / N):
/// L = -mean_i [ log h(index_i, x_i) + sum over drawn j of log(1 - h(j, x_i)) ].
///
/// - Parameters:
///   - features: unit embeddings x, [B, D].
///   - memory: unit vectors, [N, D]; no gradient flows into them.
///   - index: the memory's entry of each feature, int64 [B].
///   - negatives: entries drawn for each feature, int64 [B, m].
///   - normaliser: Z, [1]; where it is zero, it is set from this batch (equation 8).
///   - temperature: tau.
public func noiseContrastiveLoss(
  _ features: Tensor, memory: Tensor, index: Tensor, negatives: Tensor, normaliser: Tensor,
  temperature: Double
) -> Tensor {
  let count = memory.size(0)
  let drawn = negatives.size(1)
  // All similarities, and later their gradient: two [B, N] tensors. The drawn vectors themselves would
  // be [B, m, D], which is more for the thousands that are drawn.
  let logits = (features / temperature).matmul(memory.transposed())
  let asked = Tensor.concatenated([index.unsqueezed(1), negatives], along: 1)
  let exponentials = logits.gathered(asked).exp()
  Torch.withoutGradients {
    let estimate = exponentials.detached().mean() * Double(count)
    normaliser.copy(from: normaliser.isEqual(to: 0).select(estimate, else: normaliser))
  }
  let noise = Double(drawn) / Double(count)
  let probabilities = exponentials / normaliser
  let isData = probabilities / (probabilities + noise)
  let own = isData.narrowed(1, to: 0..<1).clamped(atLeast: 1e-30).log().sum()
  let others = (1 - isData.narrowed(1, to: 1..<(drawn + 1))).clamped(atLeast: 1e-30).log().sum()
  return -(own + others) / Double(features.size(0))
}

/// IDFD's feature decorrelation: every feature, seen as a vector over the batch, is a class of its own,
/// L = mean_l [ -f_l . f_l / tau_2 + log sum_m exp(f_m . f_l / tau_2) ] of the D normalised columns f
/// (Tao et al., "Clustering-friendly Representation Learning via Instance Discrimination and Feature
/// Decorrelation", ICLR 2021, section 3.3). The official code takes the mean over the D features where
/// the paper's sum stands.
///
/// - Parameters:
///   - features: embeddings, [B, D].
///   - temperature: tau_2.
public func featureDecorrelation(_ features: Tensor, temperature: Double) -> Tensor {
  let columns = features.transposed().normalisedRows()
  let classes = Tensor.indices(features.size(1), on: features.device)
  return (columns.matmul(columns.transposed()) / temperature).crossEntropy(classes)
}
