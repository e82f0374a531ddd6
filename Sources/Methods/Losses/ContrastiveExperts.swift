import Torch

/// MiCE's mixture of contrastive experts: K experts tell images apart, each within its cluster, and a gate
/// says which of them an image belongs to (Tsai, Li and Zhu, "MiCE: Mixture of Contrastive Experts for
/// Unsupervised Image Clustering", ICLR 2021, section 3).
///
/// With the gate g of an image, gating prototypes w, a student's embeddings f_k, a teacher's embeddings
/// v_k of another view, and expert prototypes mu, all unit vectors, and a queue of earlier teacher
/// embeddings q:
///
///     log pi_k  = log softmax_k(g . w / tau)
///     log Phi_k = log [ exp(v_k . (f_k + mu_k) / tau) / sum over v_k and all q_k of the same ]
///
/// ```swift
/// let experts = ContrastiveExperts(
///   student: f, teacher: v, gate: g, queue: queue.keys, gating: gating, prototypes: mu,
///   temperature: 1)
/// let clusters = experts.logPosterior.argmax(along: 1)
/// ```
package struct ContrastiveExperts {
  /// log pi, [B, K].
  public let logGate: Tensor
  /// log pi_k + log Phi_k, [B, K].
  private let logJoint: Tensor

  /// - Parameters:
  ///   - student: f, [B, K, D], unit.
  ///   - teacher: v, [B, K, D], unit; no gradient flows into it.
  ///   - gate: g, [B, D], unit.
  ///   - queue: q, [M, K, D]; no gradient flows into it.
  ///   - gating: w, [K, D]; no gradient flows into them.
  ///   - prototypes: mu, [K, D], of any length.
  ///   - temperature: tau of both softmaxes; the paper's kappa and tau are equal.
  public init(
    student: Tensor, teacher: Tensor, gate: Tensor, queue: Tensor, gating: Tensor,
    prototypes: Tensor, temperature: Double
  ) {
    logGate = (gate.matmul(gating.detached().transposed()) / temperature).logSoftmax(along: 1)
    let shifted = (student + prototypes.normalisedRows()) / temperature
    let positive = (teacher.detached() * shifted).sum(along: [2])
    // Expert by expert: [K, B, D] times [K, D, M].
    let negative = shifted.permuted([1, 0, 2]).matmul(queue.detached().permuted([1, 2, 0]))
      .logSumExp(along: [2]).transposed()
    let all = Tensor.concatenated([positive.unsqueezed(2), negative.unsqueezed(2)], along: 2)
    logJoint = logGate + positive - all.logSumExp(along: [2])
  }

  /// log q, the logarithm of the posterior q_k, which is proportional to pi_k Phi_k: [B, K].
  public var logPosterior: Tensor { logJoint.logSoftmax(along: 1) }

  /// Minus the evidence lower bound, -mean_i sum_k q_k (log pi_k + log Phi_k - log q_k) (equation 8).
  ///
  /// The posterior is exact, so the bound is the evidence itself, log sum_k pi_k Phi_k; values and
  /// gradients are the same.
  public var loss: Tensor { -logJoint.logSumExp(along: [1]).mean() }

  /// For each cluster, the sum of the teacher's embeddings of the images whose posterior is largest
  /// there: [K, D]. Its rows at unit length are the new expert prototypes (equation 13).
  ///
  /// - Parameter teacher: v, [B, K, D].
  public func prototypeSums(_ teacher: Tensor) -> Tensor {
    let members = logJoint.detached().argmax(along: 1).oneHot(teacher.size(1)).to(.float32)
    return (teacher.detached() * members.unsqueezed(2)).sum(along: [0])
  }
}

/// K unit vectors in D dimensions that are as far from each other as they can be: every two have the
/// cosine -1 / (K - 1). They are lower triangular with a nonnegative diagonal (Pang, Du and Zhu,
/// "Max-Mahalanobis Linear Discriminant Analysis Networks", ICML 2018, algorithm 1).
///
/// - Parameters:
///   - clusters: K, at least 2.
///   - dimensions: D, at least K - 1.
/// - Returns: [K, D].
package func maxMahalanobisPrototypes(clusters: Int, dimensions: Int) -> Tensor {
  let cosine = -1 / Double(clusters - 1)
  var rows = [[Double]](repeating: [Double](repeating: 0, count: dimensions), count: clusters)
  for row in 0..<clusters {
    for column in 0..<min(row, dimensions) {
      let product = zip(rows[row], rows[column]).reduce(0) { $0 + $1.0 * $1.1 }
      rows[row][column] = (cosine - product) / rows[column][column]
    }
    // The last of K in K - 1 dimensions has no place left, nor a length to fill.
    if row < dimensions {
      let length = rows[row].reduce(0) { $0 + $1 * $1 }
      rows[row][row] = max(0, 1 - length).squareRoot()
    }
  }
  return Tensor(rows.flatMap { $0.map(Float.init) }, shape: [clusters, dimensions])
}
