/// A score of a clustering: its name, its range and its computation.
///
/// A new metric takes two places: its declaration, and one line of a `MetricRegistry`. Records,
/// histories, tables and diffs then know it by name.
///
///     extension Metric {
///       /// The fraction of points in the largest cluster of their class.
///       static let inversePurity = Metric("inversePurity", title: "Inverse purity") {
///         table, _ in
///         let rows = table.classes.indices.map { row in
///           table.clusters.indices.map { table.counts[row * table.clusters.count + $0] }.max() ?? 0
///         }
///         return Double(rows.reduce(0, +)) / Double(table.points)
///       }
///     }
///
///     await SCLProgram.main(metrics: [.inversePurity])
public struct Metric: Sendable {
  /// The name in records, histories and options: "nmi".
  public let name: String
  /// The heading of its columns in tables: "NMI".
  public let title: String
  /// The possible values, as fractions of 1; higher is better. Records outside are refused.
  public let range: ClosedRange<Double>
  /// The names of the metrics that equal this one under a fixed normaliser; empty if the
  /// normaliser makes no difference.
  let fixed: [NMINormaliser: String]
  /// Nil for a score that takes more than labels.
  private let compute: (@Sendable (ContingencyTable, NMINormaliser) -> Double)?

  /// - Parameters:
  ///   - name: the name in records, histories and options.
  ///   - title: the heading in tables.
  ///   - range: the possible values; a record with a value outside is refused.
  ///   - compute: the score from the counts and the protocol's normaliser of NMI.
  public init(
    _ name: String, title: String, range: ClosedRange<Double> = 0...1,
    compute: @escaping @Sendable (ContingencyTable, NMINormaliser) -> Double
  ) {
    self.init(name, title: title, range: range, fixed: [:], compute: compute)
  }

  init(
    _ name: String, title: String, range: ClosedRange<Double>, fixed: [NMINormaliser: String],
    compute: (@Sendable (ContingencyTable, NMINormaliser) -> Double)?
  ) {
    self.name = name
    self.title = title
    self.range = range
    self.fixed = fixed
    self.compute = compute
  }

  /// Whether the value depends on the protocol's normaliser.
  public var dependsOnNormaliser: Bool { !fixed.isEmpty }

  /// Whether the value follows from classes and clusters alone, without the points' vectors.
  public var isOfLabels: Bool { compute != nil }

  /// The score of a clustering; nil for one that is not `isOfLabels`.
  /// - Parameters:
  ///   - table: the counts of points by class and cluster.
  ///   - normaliser: that of NMI; other metrics ignore it.
  public func value(
    of table: ContingencyTable, normaliser: NMINormaliser = .arithmetic
  ) -> Double? {
    compute?(table, normaliser)
  }
}

extension Metric {
  /// How much nearer an image's vector is to its own cluster than to the next one: the mean silhouette value
  /// (Rousseeuw, 1987) of a sample of a run's images. It takes vectors and no classes, and a run of a method with a
  /// network keeps it.
  public static let silhouette = Metric(
    "silhouette", title: "Silhouette", range: -1...1, fixed: [:], compute: nil)
}

/// Metrics are equal if their names are.
extension Metric: Hashable {
  public static func == (first: Metric, second: Metric) -> Bool { first.name == second.name }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// The metrics that runs are scored by.
///
///     let registry = try MetricRegistry.builtIn.adding([.smallestCluster])
public struct MetricRegistry: Sendable {
  /// The registry of the current task, which all look-ups use.
  @TaskLocal public static var current = MetricRegistry.builtIn

  /// The metrics of this package.
  public static let builtIn = MetricRegistry([
    .nmi, .acc, .ari, .ami, .purity, .homogeneity, .completeness, .nmiArithmetic, .nmiGeometric,
    .silhouette,
  ])

  /// The metrics that every record with scores has, whatever version of the program wrote it. A record
  /// that lacks one is damaged. A metric that is added later is not among them, since finished runs
  /// do not have it.
  public static let required: [Metric] = [.nmi, .acc, .ari, .nmiArithmetic, .nmiGeometric]

  /// The scores of the published tables. A cell of `paper-tables.md` has one figure for each,
  /// and result tables have one column for each unless others are requested.
  public static let published: [Metric] = [.nmi, .acc, .ari]

  /// In the order of tables.
  public let metrics: [Metric]

  private init(_ metrics: [Metric]) {
    self.metrics = metrics
    let repeated = Set(metrics.flatMap(\.fixed.values))
    columns = metrics.filter { !repeated.contains($0.name) }
  }

  /// These metrics and more.
  /// - Throws: `MetricsError.repeatedName` if two have the same name.
  public func adding(_ more: [Metric]) throws(MetricsError) -> MetricRegistry {
    let all = metrics + more
    for (index, metric) in all.enumerated() where all[..<index].contains(metric) {
      throw .repeatedName(metric.name)
    }
    return MetricRegistry(all)
  }

  public subscript(name: String) -> Metric? { metrics.first { $0.name == name } }

  /// The metrics that can be columns: all except those that repeat another one under a fixed
  /// normaliser.
  public let columns: [Metric]
}
