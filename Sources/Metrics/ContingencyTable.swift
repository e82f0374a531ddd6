/// How many points of every class fell into every cluster: all that the metrics look at.
///
/// Labels are any integers; classes and clusters need not be equally many. Rows and columns stand in
/// ascending order of the labels, and every metric is the same, to the last bit, whatever names the
/// classes and clusters have and in whatever order the points come.
public struct ContingencyTable: Hashable, Sendable {
  /// The largest number of cells that a table may have.
  public static let maximumCells = 1 << 26

  /// The labels of the classes, ascending.
  public let classes: [Int32]
  /// The labels of the clusters, ascending; a cluster without members is not among them.
  public let clusters: [Int32]
  /// The number of points of each class in each cluster, [classes, clusters], row-major.
  public let counts: [Int]
  /// The number of points of each class.
  public let classSizes: [Int]
  /// The number of points in each cluster.
  public let clusterSizes: [Int]
  /// The number of points.
  public let points: Int

  /// - Parameters:
  ///   - truth: the class of every point, [N].
  ///   - predicted: the cluster of every point, [N].
  public init(truth: [Int32], predicted: [Int32]) throws(MetricsError) {
    guard truth.count == predicted.count else {
      throw .lengthsDiffer(truth: truth.count, predicted: predicted.count)
    }
    guard !truth.isEmpty else { throw .noPoints }
    let classes = GroupIndex(truth)
    let clusters = GroupIndex(predicted)
    let (cells, overflow) = classes.labels.count.multipliedReportingOverflow(
      by: clusters.labels.count)
    guard !overflow, cells <= Self.maximumCells else {
      throw .tooManyGroups(classes: classes.labels.count, clusters: clusters.labels.count)
    }
    var counts = [Int](repeating: 0, count: cells)
    var classSizes = [Int](repeating: 0, count: classes.labels.count)
    var clusterSizes = [Int](repeating: 0, count: clusters.labels.count)
    for point in truth.indices {
      let row = classes.indices[point]
      let column = clusters.indices[point]
      counts[row * clusterSizes.count + column] += 1
      classSizes[row] += 1
      clusterSizes[column] += 1
    }
    self.classes = classes.labels
    self.clusters = clusters.labels
    self.counts = counts
    self.classSizes = classSizes
    self.clusterSizes = clusterSizes
    points = truth.count
  }
}

/// The distinct labels in ascending order, and each point's place among them.
private struct GroupIndex {
  let labels: [Int32]
  let indices: [Int]

  init(_ points: [Int32]) {
    let labels = Set(points).sorted()
    let places = Dictionary(uniqueKeysWithValues: zip(labels, labels.indices))
    self.labels = labels
    indices = points.map { places[$0]! }
  }
}
