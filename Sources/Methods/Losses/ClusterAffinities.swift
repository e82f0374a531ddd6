import Torch

/// How similar a batch of embeddings is to every cluster of the memory: what SCL's semantic term and
/// its prediction by visual similarity are both made of.
///
/// With e(i, j) = exp(x_i . m_j / tau) it keeps, for each i, the sum of e over every cluster's
/// members and e(i, i). All of it is scaled by one factor a row, which the ratios below do not see
/// and which keeps the exponentials finite. Two [B, N] tensors are made, and no more.
public struct ClusterAffinities {
  /// sum over j with y_j = k of e(i, j), own entry included: [B, K].
  private let clusterSums: Tensor
  /// e(i, i): [B, 1].
  private let own: Tensor
  /// log e(i, i): [B, 1]; finite where e(i, i) itself is too small for float32.
  private let ownLogarithm: Tensor
  /// The hypothesis of each i as zeros and ones: [B, K].
  private let hypothesis: Tensor
  /// The number of members of each cluster: [K].
  private let sizes: Tensor

  /// - Parameters:
  ///   - features: unit embeddings x, [B, D].
  ///   - memory: unit vectors m, [N, D].
  ///   - hypotheses: current classes y of all images, int64 [N].
  ///   - index: the memory's entry of each feature, int64 [B]; nil for images without one, of which
  ///     only `prediction` can be asked.
  public init(
    _ features: Tensor, memory: Tensor, hypotheses: Tensor, index: Tensor?, clusters: Int,
    temperature: Double
  ) throws {
    let logits = try features.matmul(memory.transposed()) / temperature
    let largest = try logits.detached().maximum(along: [1], keep: true)
    let scaled = try logits - largest
    let similarities = try scaled.exp()
    let members = try hypotheses.oneHot(clusters).to(.float32)
    clusterSums = try similarities.matmul(members)
    sizes = try members.sum(along: [0])
    if let index {
      ownLogarithm = try scaled.gathered(index.unsqueezed(1))
      own = try ownLogarithm.exp()
      hypothesis = try members.rows(index)
    } else {
      ownLogarithm = try largest * 0
      own = ownLogarithm
      hypothesis = try clusterSums.detached() * 0
    }
  }

  /// -log [ e(i,i) / (e(i,i) + sum over j with y_j != y_i of e(i,j)) ], mean over the batch: cluster
  /// mates are not pushed away (our reading, 2.3, `positives: instance`).
  public func instanceLoss() throws -> Tensor {
    let others = try (clusterSums * (1 - hypothesis)).sum(along: [1], keep: true)
    return try (Self.logarithm(own + others) - ownLogarithm).mean()
  }

  /// -log [ sum over j with y_j = y_i of e(i,j) / sum over all j of e(i,j) ], mean over the batch:
  /// cluster mates are pulled together (our reading, 2.3, `positives: cluster`; the form of AND's
  /// neighbourhood loss, Huang et al., ICML 2019, equation 5).
  public func clusterLoss() throws -> Tensor {
    let mates = try (clusterSums * hypothesis).sum(along: [1])
    return try (Self.logarithm(clusterSums.sum(along: [1])) - Self.logarithm(mates)).mean()
  }

  /// At a low temperature a sum may be too small for float32: its logarithm has to stay finite.
  private static func logarithm(_ sums: Tensor) throws -> Tensor {
    try sums.clamped(atLeast: 1e-30).log()
  }

  /// The prediction by visual similarity q, [B, K]: each cluster's sum over j != i, normalised over
  /// the clusters (our reading, 2.1).
  ///
  /// - Parameter perMember: divides each cluster's sum by its number of members first
  ///   (`similarity: mean`), so that large clusters do not attract.
  public func prediction(perMember: Bool) throws -> Tensor {
    // Rounding may leave a sum minutely negative where the own entry was all of it.
    var sums = try (clusterSums - hypothesis * own).clamped(atLeast: 0)
    if perMember {
      sums = try sums / (sizes - hypothesis).clamped(atLeast: 1)
    }
    let total = try sums.sum(along: [1], keep: true)
    return try sums / total.clamped(atLeast: 1e-30)
  }
}
