extension Metric {
  /// Clustering accuracy, more than 0 and at most 1 (`ContingencyTable.accuracy`).
  public static let acc = Metric("acc", title: "ACC") { table, _ in table.accuracy }
}

extension ContingencyTable {
  /// Clustering accuracy: the fraction of points whose cluster is matched to their class, under
  /// the best one-to-one matching of clusters and classes (Yang et al., "Image Clustering using
  /// Local Discriminant Models", 2010).
  ///
  /// It is in (0, 1], and 1 if and only if classes and clusters are the same partition. It is
  /// symmetric in truth and prediction. All points of a cluster that is matched to no class
  /// count as wrong. The matching takes O(n^3) time for n classes or clusters
  /// (`HungarianAssignment`).
  ///
  /// Example: classes 0 0 1 2 in clusters 0 0 1 1. Cluster 0 is class 0, and cluster 1 is class
  /// 1 or 2: 3 / 4.
  public var accuracy: Double {
    let matching = HungarianAssignment(matching: self)
    var matched = 0
    for (row, column) in matching.columnOfRow.enumerated() {
      if let column { matched += counts[row * clusters.count + column] }
    }
    return Double(matched) / Double(points)
  }
}
