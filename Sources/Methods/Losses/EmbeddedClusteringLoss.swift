import Torch

/// How near embeddings are to cluster centres, as probabilities: q_ij = (1 + ||z_i - mu_j||^2)^-1,
/// normalised over j (Xie, Girshick and Farhadi, "Unsupervised Deep Embedding for Clustering
/// Analysis", ICML 2016, equation 1 with alpha 1).
///
/// - Parameters:
///   - embeddings: z, [N, D].
///   - centres: mu, [K, D].
/// - Returns: [N, K].
public func studentAssignment(_ embeddings: Tensor, centres: Tensor) throws -> Tensor {
  // Differences, not ||z||^2 - 2 z mu + ||mu||^2, which loses its digits where the two are close.
  let differences = try embeddings.unsqueezed(1) - centres.unsqueezed(0)
  let similarity = try (differences.squared().sum(along: [2]) + 1).power(-1)
  return try similarity / similarity.sum(along: [1], keep: true)
}

/// The sharpened target p_ij = (q_ij^2 / f_j) / sum_j' (q_ij'^2 / f_j') with f_j = sum_i q_ij (the
/// same paper, equation 3). No gradient flows through it.
///
/// - Parameter assignment: q of all images, [N, K].
public func sharpenedTarget(_ assignment: Tensor) throws -> Tensor {
  let assignment = try assignment.detached()
  let weights = try assignment.squared() / assignment.sum(along: [0], keep: true)
  return try weights / weights.sum(along: [1], keep: true)
}

/// KL(P || Q), mean over the images (the same paper, equation 2).
///
/// - Parameters:
///   - target: P, [B, K].
///   - assignment: Q, [B, K].
public func targetDivergence(_ target: Tensor, _ assignment: Tensor) throws -> Tensor {
  let ratio = try target.clamped(atLeast: 1e-12).log() - assignment.clamped(atLeast: 1e-12).log()
  return try (target * ratio).sum() / Double(target.shape[0])
}
