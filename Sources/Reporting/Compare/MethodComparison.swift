import Domain
import Metrics
import Records
import Statistics

/// How the methods of one experiment differ in one score, and whether chance explains it.
///
/// Every row is compared with one reference row: on each benchmark by the difference of means over seeds,
/// over all benchmarks by the aggregates of Agarwal et al. (NeurIPS 2021). The orders of methods are
/// compared with the published ones.
///
///     let comparison = try MethodComparison(table, metric: .acc, reference: "scl", paper: nil)
///     print(comparison.markdown(width: 80))
package struct MethodComparison: Sendable {
  /// A row on one benchmark, minus the reference row.
  package struct Difference: Sendable {
    package let benchmark: String
    package let method: TableMethod
    /// The seeds that the row has, and those that the comparison uses.
    package let seeds: Int
    package let pairs: Int
    /// The mean over the seeds, in per cent.
    package let mean: Double
    /// In points. Nil where a comparison would not be of like with like; `reason` says why.
    package let result: MeanDifference?
    /// The p-value of the t-test, adjusted by Holm's method for all tests of the comparison.
    package fileprivate(set) var adjusted: Double?
    package let reason: String?
  }

  /// A row over all benchmarks.
  package struct Aggregate: Sendable {
    package let method: TableMethod
    /// The benchmarks that every row has scores of.
    package let scores: ScoresByBenchmark
    package let interquartileMean: Double
    package let interval: Interval?
    /// The probability that a run of this row is better than one of the reference row; nil for the
    /// reference itself.
    package let improvement: Double?
    package let improvementInterval: Interval?
  }

  /// The order of methods on one benchmark, measured and published.
  package struct Order: Sendable {
    package let benchmark: String
    /// Titles of the methods that have both scores.
    package let methods: [String]
    package let correlation: RankCorrelation
  }

  package let experiment: String
  package let profile: String
  package let metric: Metric
  package let reference: TableMethod
  /// Benchmark by benchmark, in the order of the table's rows; the reference row is among them.
  package let differences: [Difference]
  /// Empty for one benchmark.
  package let aggregates: [Aggregate]
  /// The benchmarks of the aggregates.
  package let aggregated: [String]
  package let orders: [Order]

  /// - Parameters:
  ///   - reference: the name of a row; nil for `scl` if the table has it, or else its first row with
  ///     scores.
  ///   - paper: the published figures, for the orders of methods.
  ///   - isPaired: whether seeds that both rows have are paired, as runs of one seed share the order of
  ///     images and the random draws. Otherwise, or with fewer than two common seeds, all seeds of both
  ///     count as independent.
  /// - Throws: `ReportError.noRow` for a reference that the table does not have, or that has no scores.
  package init(
    _ table: ResultTable, metric: Metric, reference name: String? = nil, paper: PaperTables?,
    isPaired: Bool = true
  ) throws(ReportError) {
    experiment = table.experiment
    profile = table.profile
    self.metric = metric
    let rows = table.methods.filter { method in
      method.family != .control
        && table.benchmarks.contains { Self.cell(table, $0, method, metric) != nil }
    }
    guard
      let reference = rows.first(where: { $0.name == name ?? "scl" })
        ?? (name == nil ? rows.first : nil)
    else {
      throw .noRow(name ?? "scl", experiment: table.experiment, rows: rows.map(\.name))
    }
    self.reference = reference

    let cells = table.benchmarks.map { benchmark in
      rows.compactMap { Self.cell(table, benchmark, $0, metric) }
    }
    var differences = cells.flatMap { cells in
      Self.differences(
        of: cells, from: cells.first { $0.method == reference }, metric, isPaired: isPaired)
    }
    let tested = differences.indices.filter { differences[$0].result?.tTest != nil }
    for (index, adjusted) in zip(
      tested, holmAdjusted(tested.compactMap { differences[$0].result?.tTest }))
    {
      differences[index].adjusted = adjusted
    }
    self.differences = differences

    // Aggregates need the same benchmarks of every row: one that lacks a row is left out.
    let complete = cells.filter { $0.count == rows.count }
    aggregated = complete.compactMap { $0.first?.benchmark }
    aggregates =
      complete.count > 1 ? Self.aggregates(of: complete, rows: rows, reference, metric) : []
    orders = paper.map { paper in cells.compactMap { Self.order(of: $0, metric, paper) } } ?? []
  }

  private static func cell(
    _ table: ResultTable, _ benchmark: String, _ method: TableMethod, _ metric: Metric
  ) -> ResultCell? {
    let cell = table.cell(benchmark: benchmark, method: method.name)
    return cell?.statistics(of: metric) == nil ? nil : cell
  }
}

// MARK: - Parts

extension MethodComparison {
  private static func differences(
    of cells: [ResultCell], from reference: ResultCell?, _ metric: Metric, isPaired: Bool
  ) -> [Difference] {
    cells.map { cell in
      let scores = cell.scores(of: metric)
      func difference(
        _ result: MeanDifference?, pairs: Int = 0, reason: String? = nil
      ) -> Difference {
        Difference(
          benchmark: cell.benchmark, method: cell.method, seeds: scores.count, pairs: pairs,
          mean: mean(scores.map(\.score)), result: result, adjusted: nil, reason: reason)
      }
      guard let reference else {
        return difference(nil, reason: "the reference row has no score here")
      }
      if cell.method == reference.method { return difference(nil) }
      if cell.runProtocol != reference.runProtocol {
        return difference(nil, reason: "the reference row has another protocol")
      }
      if cell.benchmarkFile != reference.benchmarkFile {
        return difference(nil, reason: "the reference row was computed on another benchmark file")
      }
      let others = reference.scores(of: metric)
      let pairs = scores.compactMap { own in
        others.first { $0.seed == own.seed }.map { (own.score, $0.score) }
      }
      return isPaired && pairs.count > 1
        ? difference(
          MeanDifference(paired: pairs.map(\.0), pairs.map(\.1)), pairs: pairs.count)
        : difference(
          MeanDifference(independent: scores.map(\.score), others.map(\.score)))
    }
  }

  private static func aggregates(
    of cells: [[ResultCell]], rows: [TableMethod], _ reference: TableMethod, _ metric: Metric
  ) -> [Aggregate] {
    func scores(of method: TableMethod) -> ScoresByBenchmark {
      ScoresByBenchmark(
        cells.map { cells in
          cells.first { $0.method == method }?.scores(of: metric).map(\.score) ?? []
        })
    }
    let others = scores(of: reference)
    return rows.compactMap { method in
      let scores = scores(of: method)
      guard let interquartileMean = scores.interquartileMean else { return nil }
      let isReference = method == reference
      return Aggregate(
        method: method, scores: scores, interquartileMean: interquartileMean,
        interval: scores.interquartileMeanInterval,
        improvement: isReference ? nil : scores.probabilityOfImprovement(over: others),
        improvementInterval: isReference
          ? nil : scores.probabilityOfImprovementInterval(over: others))
    }
  }

  /// Of several published rows of a method, the first with a figure counts. Variants have none.
  private static func order(
    of cells: [ResultCell], _ metric: Metric, _ paper: PaperTables
  ) -> Order? {
    let pairs = cells.compactMap { cell -> (title: String, ours: Double, theirs: Double)? in
      guard cell.method.variantOf == nil, let ours = cell.statistics(of: metric)?.mean else {
        return nil
      }
      let rows = paper.rows(of: cell.method.name).filter { row in
        if case .anotherMethod = row.note { false } else { true }
      }
      return rows.compactMap { $0.cells[cell.benchmark]?[metric]?.value }.first
        .map { (cell.method.title, ours, $0) }
    }
    guard let benchmark = cells.first?.benchmark,
      let correlation = RankCorrelation(pairs.map(\.ours), pairs.map(\.theirs))
    else { return nil }
    return Order(benchmark: benchmark, methods: pairs.map(\.title), correlation: correlation)
  }
}

extension ResultCell {
  /// A score in per cent by seed, ascending.
  package func scores(of metric: Metric) -> [(seed: UInt64, score: Double)] {
    records.compactMap { record in
      record.metrics.scores?.value(of: metric, under: nil).map { (record.seed, 100 * $0) }
    }
  }
}
