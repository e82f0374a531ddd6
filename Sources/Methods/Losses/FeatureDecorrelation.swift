import Torch

/// IDFD's feature decorrelation: every feature, seen as a vector over the batch, is a class of its own,
/// L = mean_l [ -f_l . f_l / tau_2 + log sum_m exp(f_m . f_l / tau_2) ] of the D normalised columns f
/// (Tao et al., "Clustering-friendly Representation Learning via Instance Discrimination and Feature
/// Decorrelation", ICLR 2021, section 3.3). The official code takes the mean over the D features where
/// the paper's sum stands.
///
/// - Parameter features: embeddings, [B, D].
public func featureDecorrelation(_ features: Tensor, temperature: Double) throws -> Tensor {
  let columns = try features.transposed().normalisedRows()
  let classes = try Tensor.indices(features.shape[1], on: features.device)
  return try (columns.matmul(columns.transposed()) / temperature).crossEntropy(classes)
}
