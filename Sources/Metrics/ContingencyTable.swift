/// How many points of each class are in each cluster: all that the metrics need.
///
///     let table = try ContingencyTable(truth: [0, 0, 1, 2], predicted: [0, 0, 1, 1])
///     table.counts    // [2, 0, 0, 1, 0, 1]: classes [0, 1, 2] by clusters [0, 1]
///     table.accuracy  // 0.75
///
/// Labels are any integers, and the numbers of classes and clusters may differ. Rows and
/// columns are in ascending order of the labels. Every metric is the same to the last bit for
/// any renaming of classes and clusters and for any order of the points.
public struct ContingencyTable: Hashable, Sendable {
  /// The largest number of cells that a table may have: 2^26, which is 512 MiB of counts.
  public static let maximumCells = 1 << 26

  /// The labels of the classes, ascending.
  public let classes: [Int32]
  /// The labels of the clusters, ascending. A cluster without members is not among them.
  public let clusters: [Int32]
  /// The number of points of each class in each cluster, [classes, clusters], row-major.
  public let counts: [Int]
  /// The number of points of each class.
  public let classSizes: [Int]
  /// The number of points in each cluster.
  public let clusterSizes: [Int]
  /// The number of points.
  public let points: Int

  /// Counts in O(N) time and [classes, clusters] memory.
  /// - Parameters:
  ///   - truth: the class of each point, [N].
  ///   - predicted: the cluster of each point, [N].
  /// - Throws: `MetricsError.lengthsDiffer`, `.noPoints` or `.tooManyGroups`.
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
    if let dense = Self.dense(points) {
      self = dense
      return
    }
    let labels = Set(points).sorted()
    let places = Dictionary(uniqueKeysWithValues: zip(labels, labels.indices))
    self.labels = labels
    indices = points.map { places[$0]! }
  }

  private init(labels: [Int32], indices: [Int]) {
    self.labels = labels
    self.indices = indices
  }

  /// The largest label that is looked up in an array. Labels are mostly numbers from 0, and an array is ten times as
  /// fast as a hash table.
  private static let largestDense: Int32 = 1 << 16

  /// The same by arrays; nil if a label is negative or large.
  private static func dense(_ points: [Int32]) -> GroupIndex? {
    guard let least = points.min(), let largest = points.max(), least >= 0, largest <= largestDense
    else { return nil }
    var occurs = [Bool](repeating: false, count: Int(largest) + 1)
    occurs.withUnsafeMutableBufferPointer { occurs in
      for point in points { occurs[Int(point)] = true }
    }
    var places = [Int](repeating: 0, count: occurs.count)
    var labels: [Int32] = []
    for label in occurs.indices where occurs[label] {
      places[label] = labels.count
      labels.append(Int32(label))
    }
    return GroupIndex(labels: labels, indices: points.map { places[Int($0)] })
  }
}
