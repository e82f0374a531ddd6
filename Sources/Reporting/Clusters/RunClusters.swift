import Metrics
import Records

/// The clusters of a finished run: how many images each has, of which classes, and the class that it is matched to.
///
/// The matching is the one of the run's accuracy: every cluster to at most one class and every class to at most one
/// cluster, so that as many images as possible are in the cluster of their class.
///
///     let clusters = try RunClusters(folder.readAssignments(of: record), count: record.metrics.clusters)
///     let largest = clusters.clusters.max { $0.images < $1.images }
package struct RunClusters: Equatable, Sendable {
  /// Images of one class in a cluster.
  package struct Part: Equatable, Sendable {
    package let label: Int32
    package let images: Int
  }

  /// One cluster.
  package struct Cluster: Equatable, Sendable {
    /// 0..<K, as in `assignments.h5`.
    package let number: Int32
    package let images: Int
    /// The classes of its images, largest first; of equally large ones the smaller label first. Empty where no
    /// image has a class.
    package let parts: [Part]
    /// The class that it is matched to; nil if it has none or no images.
    package let matched: Int32?

    /// The fraction of the images with a class that belong to the largest one; nil without such images.
    package var purity: Double? {
      parts.first.map { Double($0.images) / Double(labelled) }
    }

    /// The number of its images that have a class.
    package var labelled: Int { parts.reduce(0) { $0 + $1.images } }

    /// The number of its images of the class that it is matched to.
    package var matchedImages: Int {
      parts.first { $0.label == matched }?.images ?? 0
    }
  }

  /// By number; those without images too.
  package let clusters: [Cluster]
  /// The purity of the whole clustering (`Metric.purity`) over the images with a class; nil without such
  /// images.
  package let purity: Double?

  /// - Parameters:
  ///   - assignments: of clusters 0..<count.
  ///   - count: the number of clusters asked for, K.
  /// - Throws: `MetricsError.tooManyGroups`.
  package init(_ assignments: Assignments, count: Int) throws(MetricsError) {
    try self.init(truth: assignments.truth, predicted: assignments.predicted, count: count)
  }

  /// - Parameters:
  ///   - truth: the class of each image, [N]; -1 for none.
  ///   - predicted: the cluster of each image, 0..<count, [N].
  ///   - count: the number of clusters asked for, K.
  /// - Throws: `MetricsError.tooManyGroups`.
  package init(truth: [Int32], predicted: [Int32], count: Int) throws(MetricsError) {
    var sizes = [Int](repeating: 0, count: count)
    for cluster in predicted { sizes[Int(cluster)] += 1 }
    let areLabelled = truth.allSatisfy { $0 >= 0 }
    let labelled = areLabelled ? [] : truth.indices.filter { truth[$0] >= 0 }
    var parts: [Int32: [Part]] = [:]
    var matched: [Int32: Int32] = [:]
    var purity: Double?
    if areLabelled ? !truth.isEmpty : !labelled.isEmpty {
      let table = try ContingencyTable(
        truth: areLabelled ? truth : labelled.map { truth[$0] },
        predicted: areLabelled ? predicted : labelled.map { predicted[$0] })
      let matching = HungarianAssignment(matching: table)
      purity = table.purity
      for (column, cluster) in table.clusters.enumerated() {
        parts[cluster] = table.parts(ofColumn: column)
        matched[cluster] = matching.rowOfColumn[column].map { table.classes[$0] }
      }
    }
    self.purity = purity
    clusters = (0..<Int32(count)).map { number in
      Cluster(
        number: number, images: sizes[Int(number)], parts: parts[number] ?? [],
        matched: matched[number])
    }
  }

  /// Whether any image has a class.
  package var hasClasses: Bool { clusters.contains { !$0.parts.isEmpty } }

  /// The class that each cluster is matched to, by the cluster's number.
  package var matchedClasses: [Int32?] { clusters.map(\.matched) }
}

extension ContingencyTable {
  /// The classes of a cluster, largest first.
  fileprivate func parts(ofColumn column: Int) -> [RunClusters.Part] {
    classes.indices
      .map { row in
        RunClusters.Part(label: classes[row], images: counts[row * clusters.count + column])
      }
      .filter { $0.images > 0 }
      .sorted { ($1.images, $0.label) < ($0.images, $1.label) }
  }
}
