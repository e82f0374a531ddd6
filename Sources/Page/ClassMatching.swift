import Metrics

/// A run's clusters against the classes, each cluster matched to at most one class so that as many images as possible
/// are in the cluster of their class: the matching of the run's accuracy.
///
///     let matching = try ClassMatching(truth: [0, 0, 1, 1], predicted: [5, 5, 5, 2])
///     matching.shares  // [[1, 0, 0], [0.5, 0.5, 0]]
///
/// `RunClusters` has the same matching with the make-up of every cluster; here only shares are wanted, of hundreds of
/// runs. With more clusters than classes some clusters have no class; with fewer, some classes have no cluster and an
/// empty column. Of equally good matchings it is always the same one (`HungarianAssignment`).
struct ClassMatching {
  /// The labels of the classes that occur, ascending.
  let classes: [Int32]
  /// The clusters that occur, ascending.
  let clusters: [Int32]
  /// Images by class and cluster, [classes, clusters], row-major.
  let counts: [Int]
  /// The place in `classes` of the class that each cluster is matched to, [clusters]; nil for none.
  let classOfCluster: [Int?]

  /// - Parameters:
  ///   - truth: the class of every image, [N]; -1 for none, which does not count.
  ///   - predicted: the cluster of every image, [N].
  /// - Throws: `MetricsError` where there are no labelled images or too many groups.
  init(truth: [Int32], predicted: [Int32]) throws(MetricsError) {
    let table =
      if truth.allSatisfy({ $0 >= 0 }) {
        try ContingencyTable(truth: truth, predicted: predicted)
      } else {
        try ContingencyTable(
          truth: truth.filter { $0 >= 0 },
          predicted: zip(truth, predicted).compactMap { $0 >= 0 ? $1 : nil })
      }
    classes = table.classes
    clusters = table.clusters
    counts = table.counts
    classOfCluster = HungarianAssignment(matching: table).rowOfColumn
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
}
