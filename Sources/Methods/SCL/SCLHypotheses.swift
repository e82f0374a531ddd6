import Metrics
import Torch

// The classes that SCL takes the images to have.
extension SCL {
  /// The first hypotheses: the classifier's clusters, or k-means on the memory bank with its clusters numbered
  /// so as to agree best with the classifier's.
  func initialiseHypotheses() throws {
    hypotheses.copy(from: model.boundary(of: learnt, augmentation).argmax(along: 1))
    guard settings.initialisation == .kmeans else { return }
    let found = try FeatureClustering(restarts: settings.restarts, for: inputs).cluster(
      bank.vectors.floats(), dimensions: settings.common.dimensions)
    let k = context.clusters
    var agreement = [Int](repeating: 0, count: k * k)
    for (cluster, boundary) in zip(found, try hypotheses.integers()) where 0..<k ~= Int(boundary) {
      agreement[Int(cluster) * k + Int(boundary)] += 1
    }
    let matched = try HungarianAssignment(maximising: agreement, rows: k, columns: k).columnOfRow
    hypotheses.copy(from: Tensor(found.map { matched[Int($0)] ?? Int($0) }))
  }
}
