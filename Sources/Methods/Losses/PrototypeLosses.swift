import Foundation
import Metrics
import Torch

/// ProtoNCE against one clustering: a query has to find the prototype of its own cluster,
/// L = -mean_i log [ exp(q_i . c_i / phi_i) / sum_j exp(q_i . c_j / phi_j) ] (Li et al., "Prototypical
/// Contrastive Learning of Unsupervised Representations", ICLR 2021, equation 11, second term).
///
/// - Parameters:
///   - queries: unit embeddings q, [B, D].
///   - prototypes: unit centres c, [K, D].
///   - densities: phi, the temperature of each, [K].
///   - assigned: the clusters of the queries, int64 [B].
///   - negatives: clusters that no query belongs to, int64 [r].
///   - batchCounts: whether the other queries' prototypes are among the wrong ones, as often as queries have
///     them (the official code); else only the negatives are.
public func prototypeContrastLoss(
  _ queries: Tensor, prototypes: Tensor, densities: Tensor, assigned: Tensor, negatives: Tensor,
  batchCounts: Bool = true
) -> Tensor {
  func logits(_ clusters: Tensor) -> Tensor {
    queries.matmul(prototypes.rows(clusters).transposed()) / densities.rows(clusters)
  }
  let count = queries.size(0)
  if batchCounts {
    return logits(Tensor.concatenated([assigned, negatives]))
      .crossEntropy(Tensor.indices(count, on: queries.device))
  }
  let own = (queries * prototypes.rows(assigned)).sum(along: [1]) / densities.rows(assigned)
  return Tensor.concatenated([own.unsqueezed(1), logits(negatives)], along: 1)
    .crossEntropy(Tensor.full([count], 0, dtype: .int64, on: queries.device))
}

/// The concentration of clusters, phi = mean_i |x_i - c| / log(n + 10) over a cluster's n points (the same paper,
/// equation 12, with alpha 10). As in its code (commit 964da1f), a cluster of one point or none has the
/// largest of all, values beyond the 10th and the 90th percentile are cut off there, and the mean is scaled to
/// the temperature.
///
/// - Parameters:
///   - points: [N, D].
///   - centres: [K, D].
///   - labels: the cluster of each point, int64 [N].
///   - temperature: the mean of the densities.
/// - Returns: [K]; all of them the temperature where all points are where their centres are.
public func prototypeDensities(
  _ points: Tensor, centres: Tensor, labels: Tensor, temperature: Double
) throws -> Tensor {
  let clusters = centres.size(0)
  let none = Tensor.zeros([clusters], on: points.device)
  let distances = (points - centres.rows(labels)).squared().sum(along: [1]).squareRoot()
  let sums = try none.adding(distances, at: labels, along: 0).floats()
  let sizes = try none.adding(distances * 0 + 1, at: labels, along: 0).floats()
  var densities = zip(sums, sizes).map { sum, size -> Double in
    let (sum, size) = (Double(sum), Double(size))
    return size > 1 ? sum / size / log(size + 10) : 0
  }
  let largest = densities.max() ?? 0
  for (cluster, size) in sizes.enumerated() where size <= 1 { densities[cluster] = largest }
  let sorted = densities.sorted()
  let (low, high) = (quantile(sorted, 0.1), quantile(sorted, 0.9))
  densities = densities.map { min(max($0, low), high) }
  let mean = densities.reduce(0, +) / Double(max(1, clusters))
  let scaled = densities.map { Float(mean > 0 ? temperature * $0 / mean : temperature) }
  return Tensor(scaled, shape: [clusters]).to(points.device)
}
