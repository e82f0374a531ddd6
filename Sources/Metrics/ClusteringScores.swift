/// The scores of a clustering against the true classes, as fractions of 1.
public struct ClusteringScores: Hashable, Sendable, Codable {
  /// Normalised mutual information, arithmetic mean of the entropies.
  public let nmiArithmetic: Double
  /// Normalised mutual information, geometric mean of the entropies.
  public let nmiGeometric: Double
  /// Clustering accuracy.
  public let acc: Double
  /// Adjusted Rand index.
  public let ari: Double
  /// Members of every cluster, largest first; a cluster without members has 0.
  public let clusterSizes: [Int]

  /// - Parameters:
  ///   - truth: the class of every point, [N].
  ///   - predicted: the cluster of every point, [N].
  ///   - clusters: the number of clusters asked for; nil for as many as have members.
  public init(truth: [Int32], predicted: [Int32], clusters: Int? = nil) throws(MetricsError) {
    let table = try ContingencyTable(truth: truth, predicted: predicted)
    let asked = clusters ?? table.clusters.count
    guard asked >= table.clusters.count else {
      throw .fewerClustersThanFound(asked: asked, found: table.clusters.count)
    }
    nmiArithmetic = table.normalisedMutualInformation(.arithmetic)
    nmiGeometric = table.normalisedMutualInformation(.geometric)
    acc = table.accuracy
    ari = table.adjustedRandIndex
    let empty = [Int](repeating: 0, count: asked - table.clusters.count)
    clusterSizes = table.clusterSizes.sorted(by: >) + empty
  }

  /// Normalised mutual information under the given normaliser.
  public func nmi(_ normaliser: NMINormaliser) -> Double {
    switch normaliser {
    case .arithmetic: nmiArithmetic
    case .geometric: nmiGeometric
    }
  }
}
