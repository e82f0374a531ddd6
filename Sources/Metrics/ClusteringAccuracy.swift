extension Metric {
  /// Clustering accuracy.
  public static let acc = Metric("acc", title: "ACC") { table, _ in table.accuracy }
}

extension ContingencyTable {
  /// Clustering accuracy: the fraction of points in their class when every cluster is matched to at
  /// most one class and every class to at most one cluster, by the best such matching
  /// (Yang et al., "Image Clustering using Local Discriminant Models", 2010).
  ///
  /// In (0, 1]; 1 if and only if classes and clusters are the same groups under other names; symmetric
  /// in truth and prediction. Points of clusters that remain without a class count as wrong.
  ///
  /// Example: classes 0 0 1 2 in clusters 0 0 1 1: cluster 0 is class 0, cluster 1 is class 1 or
  /// 2: 3 / 4.
  public var accuracy: Double {
    let matching = HungarianAssignment(matching: self)
    var matched = 0
    for (row, column) in matching.columnOfRow.enumerated() {
      if let column { matched += counts[row * clusters.count + column] }
    }
    return Double(matched) / Double(points)
  }
}
