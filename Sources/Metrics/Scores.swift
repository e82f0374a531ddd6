/// Scores by the names of their metrics, as fractions of 1.
///
/// Scores of unregistered metrics, which another program's record can have, are kept.
///
///     let scores = Scores([.acc: 0.5, .nmi: 0.25])
///     scores[.acc]             // 0.5
///     scores.byName["nmi"]     // 0.25
public struct Scores: Hashable, Sendable {
  /// The values by the metrics' names: `["acc": 0.5]`.
  public private(set) var byName: [String: Double]

  public init(byName: [String: Double]) {
    self.byName = byName
  }

  public init(_ values: [Metric: Double]) {
    byName = Dictionary(uniqueKeysWithValues: values.map { ($0.name, $1) })
  }

  /// The value of every registered metric that follows from labels.
  /// - Parameters:
  ///   - table: the counts of points by class and cluster.
  ///   - normaliser: that of NMI, unless a metric fixes it.
  public init(_ table: ContingencyTable, normaliser: NMINormaliser) {
    byName = [:]
    for metric in MetricRegistry.current.metrics {
      self[metric] = metric.value(of: table, normaliser: normaliser)
    }
  }

  public subscript(metric: Metric) -> Double? {
    get { byName[metric.name] }
    set { byName[metric.name] = newValue }
  }

  /// These scores without those that repeat another one under a fixed normaliser.
  public var columns: Scores {
    let names = Set(MetricRegistry.current.columns.map(\.name))
    return Scores(byName: byName.filter { names.contains($0.key) })
  }

  /// The value of a metric, for NMI under a given normaliser; nil if it is not among the
  /// scores.
  /// - Parameters:
  ///   - metric: the metric.
  ///   - normaliser: nil for the one that the scores were computed with.
  public func value(of metric: Metric, under normaliser: NMINormaliser?) -> Double? {
    byName[normaliser.flatMap { metric.fixed[$0] } ?? metric.name]
  }
}

/// Coded as an object: `{"acc": 0.5, "nmi": 0.25}`.
extension Scores: Codable {
  public init(from decoder: any Decoder) throws {
    byName = try decoder.singleValueContainer().decode([String: Double].self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(byName)
  }
}

/// The scores of a clustering against the true classes.
///
///     let result = try ClusteringScores(truth: truth, predicted: assignments, clusters: 10)
///     result[.acc]
public struct ClusteringScores: Hashable, Sendable {
  /// The value of every registered metric.
  public let scores: Scores
  /// The number of members of each cluster, largest first; a cluster without members has 0.
  public let clusterSizes: [Int]

  /// - Parameters:
  ///   - truth: the class of each point, [N].
  ///   - predicted: the cluster of each point, [N].
  ///   - clusters: the number of clusters that the method was asked for; nil for the number of
  ///     those with members.
  ///   - normaliser: that of NMI.
  /// - Throws: `MetricsError` if the lists have different lengths, are empty or have too many
  ///   groups, or if there are more clusters than were asked for.
  public init(
    truth: [Int32], predicted: [Int32], clusters: Int? = nil,
    normaliser: NMINormaliser = .arithmetic
  ) throws(MetricsError) {
    let table = try ContingencyTable(truth: truth, predicted: predicted)
    let asked = clusters ?? table.clusters.count
    guard asked >= table.clusters.count else {
      throw .fewerClustersThanFound(asked: asked, found: table.clusters.count)
    }
    scores = Scores(table, normaliser: normaliser)
    let empty = [Int](repeating: 0, count: asked - table.clusters.count)
    clusterSizes = table.clusterSizes.sorted(by: >) + empty
  }

  public subscript(metric: Metric) -> Double? { scores[metric] }
}
