import Foundation
import Torch

/// How far a batch's mean prediction is from using all clusters alike:
/// log K + sum_k pbar_k log pbar_k, 0 where the clusters are even (PICA: Huang et al., "Deep Semantic
/// Clustering by Partition Confidence Maximisation", CVPR 2020, equation 9).
///
/// - Parameter probabilities: [B, K].
public func balanceLoss(_ probabilities: Tensor) -> Tensor {
  // Divided by the sum of all, as PICA's code does: the gradient then sums to zero over clusters.
  let mean = probabilities.sum(along: [0]) / probabilities.sum()
  return -entropy(of: mean) + Foundation.log(Double(probabilities.size(1)))
}

/// -sum_k p_k log p_k of a distribution [K], 0 log 0 being 0.
func entropy(of distribution: Tensor) -> Tensor {
  -(distribution * distribution.clamped(to: 1e-12...1).log()).sum()
}

/// The squared sizes of clusters, sum_k (sum_i p_ik)^2 / B: least where the clusters are even (Zhong, Chen, Jin
/// and Hua, "Deep Robust Clustering by Contrastive Learning", 2020, as
/// ai-center-kth/cuBERT-source-code-clustering@97a078b reads it).
///
/// - Parameter probabilities: [B, K].
public func squaredSizesLoss(_ probabilities: Tensor) -> Tensor {
  probabilities.sum(along: [0]).squared().sum() / Double(probabilities.size(0))
}

/// PICA's partition uncertainty: the cosine similarity of every cluster's assignment vector over the
/// batch with those of the other view, as a cross-entropy to the diagonal without a temperature
/// (Huang et al., CVPR 2020, equations 5 to 8).
///
/// - Parameters:
///   - original: probabilities of one view, [B, K].
///   - perturbed: probabilities of the other view, [B, K].
public func partitionUncertainty(_ original: Tensor, _ perturbed: Tensor) -> Tensor {
  let rows = original.transposed().normalisedRows()
  let columns = perturbed.transposed().normalisedRows()
  let clusters = Tensor.indices(original.size(1), on: original.device)
  return rows.matmul(columns.transposed()).crossEntropy(clusters)
}

/// SCAN's consistency: -mean_i log <p_i, p'_i> (Van Gansbeke et al., ECCV 2020, equation 2, first
/// term).
///
/// - Parameters:
///   - anchor: probabilities of images, [B, K].
///   - neighbour: probabilities of a neighbour of each, [B, K].
///   - least: where the logarithm is cut off. The official code's binary cross-entropy does so at -100.
public func neighbourConsistency(
  _ anchor: Tensor, _ neighbour: Tensor, atLeast least: Double = 1e-43
) -> Tensor {
  -(anchor * neighbour).sum(along: [1]).clamped(to: min(least, 1)...1).log().mean()
}

/// The entropy of a batch's mean prediction, H(mean_i p_i) (the same equation's second term).
///
/// - Parameter probabilities: [B, K].
public func meanPredictionEntropy(_ probabilities: Tensor) -> Tensor {
  entropy(of: probabilities.mean(along: [0]))
}

/// Minus the mutual information of the clusters of paired images, -I(z; z').
///
/// With the symmetrised joint P = (Phi^T Phi' + Phi'^T Phi) / 2, normalised to 1,
/// L = -sum_cc' P_cc' (ln P_cc' - lambda ln P_c - lambda ln P_c') (Ji, Henriques and Vedaldi,
/// "Invariant Information Clustering for Unsupervised Image Classification and Segmentation", ICCV
/// 2019, equations 2 and 3; lambda is the official code's, and 1 in the paper).
///
/// - Parameters:
///   - first: probabilities Phi of images, [B, K].
///   - second: probabilities Phi' of a transformed copy of each, [B, K].
///   - lambda: the weight of the marginals.
public func mutualInformationLoss(
  _ first: Tensor, _ second: Tensor, lambda: Double = 1
) -> Tensor {
  let product = first.transposed().matmul(second)
  let symmetric = (product + product.transposed()) / 2
  let joint = symmetric / symmetric.sum()
  // The official code's cut, below which a logarithm would be of nothing.
  let least = 2.220446049250313e-16
  let rows = joint.sum(along: [1], keep: true).clamped(atLeast: least).log()
  let columns = joint.sum(along: [0], keep: true).clamped(atLeast: least).log()
  let cut = joint.clamped(atLeast: least)
  return -(cut * (cut.log() - rows * lambda - columns * lambda)).sum()
}
