import Metrics
import Records

/// A run's clusters against the classes, each cluster matched to at most one class so that as many images as possible
/// are in the cluster of their class: the matching of the run's accuracy.
struct ClassMatching {
  /// The labels of the classes that occur, ascending.
  let classes: [Int32]
  /// The clusters that occur, ascending.
  let clusters: [Int32]
  /// Images by class and cluster, [classes, clusters], row-major.
  let counts: [Int]
  /// The place in `classes` of the class that each cluster is matched to, [clusters]; nil for none.
  let classOfCluster: [Int?]

  /// - Throws: `MetricsError` where there are no labelled images or too many groups.
  init(_ assignments: Assignments) throws(MetricsError) {
    var truth: [Int32] = []
    var predicted: [Int32] = []
    truth.reserveCapacity(assignments.truth.count)
    predicted.reserveCapacity(assignments.truth.count)
    for (label, cluster) in zip(assignments.truth, assignments.predicted) where label >= 0 {
      truth.append(label)
      predicted.append(cluster)
    }
    let table = try ContingencyTable(truth: truth, predicted: predicted)
    let assignment = try HungarianAssignment(
      maximising: table.counts, rows: table.classes.count, columns: table.clusters.count)
    classes = table.classes
    clusters = table.clusters
    counts = table.counts
    classOfCluster = assignment.rowOfColumn
  }

  /// The images of a class by the class that their cluster is matched to, as shares of the class.
  ///
  /// [classes, classes + 1]: the last column is of clusters without a class.
  var shares: [[Double]] {
    classes.indices.map { row in
      var counted = [Int](repeating: 0, count: classes.count + 1)
      for column in clusters.indices {
        counted[classOfCluster[column] ?? classes.count] += counts[row * clusters.count + column]
      }
      let total = Double(max(counted.reduce(0, +), 1))
      return counted.map { Double($0) / total }
    }
  }

  /// The label of the class that each cluster is matched to; clusters without one are not in it.
  var classOfClusterNumber: [Int32: Int32] {
    var labels: [Int32: Int32] = [:]
    for (cluster, row) in zip(clusters, classOfCluster) {
      if let row { labels[cluster] = classes[row] }
    }
    return labels
  }
}
