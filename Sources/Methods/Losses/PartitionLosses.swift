import Foundation
import Torch

/// How far a batch's mean prediction is from using all clusters alike:
/// log K + sum_k pbar_k log pbar_k, 0 where the clusters are even (PICA: Huang et al., "Deep Semantic
/// Clustering by Partition Confidence Maximisation", CVPR 2020, equation 9).
///
/// - Parameter probabilities: [B, K].
public func balanceLoss(_ probabilities: Tensor) throws -> Tensor {
  // Divided by the sum of all, as PICA's code does: the gradient then sums to zero over clusters.
  let mean = try probabilities.sum(along: [0]) / probabilities.sum()
  return try -entropy(of: mean) + Foundation.log(Double(probabilities.shape[1]))
}

/// -sum_k p_k log p_k of a distribution [K], 0 log 0 being 0.
func entropy(of distribution: Tensor) throws -> Tensor {
  try -(distribution * distribution.clamped(to: 1e-12...1).log()).sum()
}

/// PICA's partition uncertainty: the cosine similarity of every cluster's assignment vector over the
/// batch with those of the other view, as a cross-entropy to the diagonal without a temperature
/// (Huang et al., CVPR 2020, equations 5 to 8).
///
/// - Parameters:
///   - original: probabilities of one view, [B, K].
///   - perturbed: probabilities of the other view, [B, K].
public func partitionUncertainty(_ original: Tensor, _ perturbed: Tensor) throws -> Tensor {
  let rows = try original.transposed().normalisedRows()
  let columns = try perturbed.transposed().normalisedRows()
  let clusters = try Tensor.indices(original.shape[1], on: original.device)
  return try rows.matmul(columns.transposed()).crossEntropy(clusters)
}
