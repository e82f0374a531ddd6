import Torch

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
public func mutualInformationLoss(
  _ first: Tensor, _ second: Tensor, lambda: Double = 1
) throws -> Tensor {
  let product = try first.transposed().matmul(second)
  let symmetric = try (product + product.transposed()) / 2
  let joint = try symmetric / symmetric.sum()
  // The official code's cut, below which a logarithm would be of nothing.
  let least = 2.220446049250313e-16
  let rows = try joint.sum(along: [1], keep: true).clamped(atLeast: least).log()
  let columns = try joint.sum(along: [0], keep: true).clamped(atLeast: least).log()
  let cut = try joint.clamped(atLeast: least)
  return try -(cut * (cut.log() - rows * lambda - columns * lambda)).sum()
}
