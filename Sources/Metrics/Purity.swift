import Foundation

extension Metric {
  /// The share of points in the largest class of their cluster.
  public static let purity = Metric("purity", title: "Purity") { table, _ in table.purity }

  /// How far each cluster has points of one class only.
  public static let homogeneity = Metric("homogeneity", title: "Homogeneity") { table, _ in
    table.homogeneity
  }

  /// How far all points of a class are in one cluster.
  public static let completeness = Metric("completeness", title: "Completeness") { table, _ in
    table.completeness
  }
}

extension ContingencyTable {
  /// Purity (Zhao and Karypis, Machine Learning 55, 2004): the sum over clusters of their largest
  /// class, divided by the number of points.
  ///
  /// At least ACC, which matches each class once at most: two clusters may share a class here. It
  /// grows with the number of clusters, and is 1 for clusters of one point.
  public var purity: Double {
    var majority = 0
    for column in clusters.indices {
      majority += classes.indices.map { counts[$0 * clusters.count + column] }.max() ?? 0
    }
    return Double(majority) / Double(points)
  }

  /// Homogeneity (Rosenberg and Hirschberg, EMNLP 2007): I / H(classes), in [0, 1]; 1 for one class.
  public var homogeneity: Double { informationShare(of: classSizes) }

  /// Completeness (Rosenberg and Hirschberg, EMNLP 2007): I / H(clusters), in [0, 1]; 1 for one
  /// cluster. Its harmonic mean with homogeneity is NMI with the arithmetic mean.
  public var completeness: Double { informationShare(of: clusterSizes) }

  private func informationShare(of sizes: [Int]) -> Double {
    guard sizes.count > 1 else { return 1 }
    return min(1, mutualInformation / entropy(of: sizes))
  }
}
