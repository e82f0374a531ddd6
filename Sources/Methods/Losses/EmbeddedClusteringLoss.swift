import Torch

/// How near embeddings are to cluster centres, as probabilities: q_ij = (1 + ||z_i - mu_j||^2)^-1,
/// normalised over j (Xie, Girshick and Farhadi, "Unsupervised Deep Embedding for Clustering
/// Analysis", ICML 2016, equation 1 with alpha 1).
///
/// - Parameters:
///   - embeddings: z, [N, D].
///   - centres: mu, [K, D].
/// - Returns: [N, K].
public func studentAssignment(_ embeddings: Tensor, centres: Tensor) -> Tensor {
  // Differences, not ||z||^2 - 2 z mu + ||mu||^2, which loses its digits where the two are close.
  let differences = embeddings.unsqueezed(1) - centres.unsqueezed(0)
  let similarity = (differences.squared().sum(along: [2]) + 1).power(-1)
  return similarity / similarity.sum(along: [1], keep: true)
}

/// The sharpened target p_ij = (q_ij^2 / f_j) / sum_j' (q_ij'^2 / f_j') with f_j = sum_i q_ij (the
/// same paper, equation 3).
///
/// - Parameters:
///   - assignment: q of all images, [N, K].
///   - isFixed: whether no gradient flows through the target.
public func sharpenedTarget(_ assignment: Tensor, isFixed: Bool = true) -> Tensor {
  let assignment = isFixed ? assignment.detached() : assignment
  let weights = assignment.squared() / assignment.sum(along: [0], keep: true)
  return weights / weights.sum(along: [1], keep: true)
}

/// KL(P || Q), mean over the images (the same paper, equation 2).
///
/// - Parameters:
///   - target: P, [B, K].
///   - assignment: Q, [B, K].
public func targetDivergence(_ target: Tensor, _ assignment: Tensor) -> Tensor {
  let ratio = target.clamped(atLeast: 1e-12).log() - assignment.clamped(atLeast: 1e-12).log()
  return (target * ratio).sum() / Double(target.size(0))
}
