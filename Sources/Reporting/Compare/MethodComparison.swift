import Domain
import Metrics
import Records
import Statistics

/// How the methods of one experiment differ in one score, and whether chance explains the
/// differences: the content of `scl compare`. docs/report.md explains the columns.
///
/// Every row is compared with one reference row. On each benchmark it has the difference of means
/// over seeds with its 95 % interval, a t-test and a permutation test; over all benchmarks the
/// aggregates of Agarwal et al. (NeurIPS 2021). The order of the methods is compared with the
/// published order by Kendall's tau. Controls are left out.
///
///     let comparison = try MethodComparison(table, metric: .acc, reference: "scl", paper: nil)
///     print(comparison.markdown(width: 80))
package struct MethodComparison: Sendable {
  /// One row on one benchmark, and its difference to the reference row.
  package struct Difference: Sendable {
    /// The benchmark's name.
    package let benchmark: String
    package let method: TableMethod
    /// The number of seeds with a score.
    package let seeds: Int
    /// The number of paired seeds that the tests use; 0 if all seeds count as independent, or
    /// nothing is tested.
    package let pairs: Int
    /// The mean score over all seeds, in per cent.
    package let mean: Double
    /// Row minus reference, in points, with interval and p-values. Nil for the reference itself,
    /// and where `reason` rules out a comparison.
    package let result: MeanDifference?
    /// The p-value of the t-test, adjusted by Holm's method for all tests of this comparison. It
    /// answers for the whole table: with 5 % as the limit, the chance of any false finding is at
    /// most 5 %.
    package fileprivate(set) var adjusted: Double?
    /// Why the row is not compared here: the reference has no score, another protocol or another
    /// benchmark file.
    package let reason: String?
  }

  /// One row over several benchmarks, each of which has comparable scores of all rows.
  /// `ScoresByBenchmark` (Statistics) has the formulas and their sources.
  ///
  /// Benchmarks count alike in the probability of improvement. In the interquartile mean, runs
  /// count alike, so a benchmark with more seeds weighs more.
  package struct Aggregate: Sendable {
    package let method: TableMethod
    /// The scores by benchmark, on those benchmarks where all rows have comparable scores.
    package let scores: ScoresByBenchmark
    /// The mean of the middle half of all runs, in per cent.
    package let interquartileMean: Double
    /// Its 95 % interval by stratified bootstrap; nil if no benchmark has two seeds.
    package let interval: Interval?
    /// The probability that a run of this row has a higher score than one of the reference row on
    /// the same benchmark, in 0...1, where a tie counts half; nil for the reference itself.
    package let improvement: Double?
    /// Its 95 % interval by stratified bootstrap.
    package let improvementInterval: Interval?
  }

  /// The order of the methods on one benchmark, measured and published. Of each method the first
  /// published row with a figure counts, whatever its protocol.
  package struct Order: Sendable {
    package let benchmark: String
    /// The titles of the methods with both scores, in the order of the rows.
    package let methods: [String]
    /// Kendall's tau of the two orders. Protocols are not compared, so it says less than a diff.
    package let correlation: RankCorrelation
  }

  /// The experiment's name.
  package let experiment: String
  package let profile: String
  /// The score that is compared.
  package let metric: Metric
  /// The row that the others are compared with.
  package let reference: TableMethod
  /// By benchmark and then by row. The reference row is among them, without a result.
  package let differences: [Difference]
  /// By row; empty unless at least two benchmarks have scores of all rows, with one protocol and
  /// one benchmark file.
  package let aggregates: [Aggregate]
  /// The benchmarks of the aggregates.
  package let aggregated: [String]
  /// Benchmarks with at least two methods that have both scores; empty without published figures.
  package let orders: [Order]

  /// Compares all rows with the reference row.
  /// - Parameters:
  ///   - table: must have the score.
  ///   - metric: the score.
  ///   - name: the reference row; nil for `scl` if the table has it, else for the first row with
  ///     scores.
  ///   - paper: the published figures, for the orders of methods; nil for none.
  ///   - isPaired: whether seeds that both rows have are paired. Runs of one seed share the order
  ///     of images and the random draws. With fewer than two common seeds, all seeds of rows with
  ///     several count as independent anyway.
  /// - Throws: `ReportError.noRow` if the table has no such row, or the row has no scores.
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
      let reference = name.map({ rows.row(named: $0) })
        ?? rows.first(where: { $0.name == "scl" }) ?? rows.first
    else {
      throw .noRow(name ?? "scl", experiment: table.experiment, rows: rows.map(\.id))
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

    // Aggregates need the same benchmarks of all rows, and like is compared with like.
    let complete = cells.filter { cells in
      cells.count == rows.count
        && cells.allSatisfy { ResultCell.obstacle(to: $0, from: cells.first) == nil }
    }
    aggregated = complete.compactMap { $0.first?.benchmark }
    aggregates =
      complete.count > 1 ? Self.aggregates(of: complete, rows: rows, reference, metric) : []
    orders = paper.map { paper in cells.compactMap { Self.order(of: $0, metric, paper) } } ?? []
  }

  /// The cell of a row, if it has the score.
  private static func cell(
    _ table: ResultTable, _ benchmark: String, _ method: TableMethod, _ metric: Metric
  ) -> ResultCell? {
    let cell = table.cell(benchmark: benchmark, method: method.id)
    return cell?.statistics(of: metric) == nil ? nil : cell
  }
}

// MARK: - Parts

extension MethodComparison {
  /// The differences of a benchmark's rows to the reference. A difference is computed only if
  /// protocol and benchmark file are the same.
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
      let obstacle = ResultCell.obstacle(to: cell, from: reference)
      guard let reference, obstacle == nil else { return difference(nil, reason: obstacle) }
      if cell.method == reference.method { return difference(nil) }
      let tested = CellDifference(of: cell, from: reference, metric, isPaired: isPaired)
      return difference(tested?.result, pairs: tested?.pairs ?? 0)
    }
  }

  /// The aggregates of all rows.
  /// - Parameter cells: by benchmark, each with all rows.
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

  /// The order of the methods on a benchmark; nil for fewer than two methods with both scores. If a
  /// method has several published rows, the first with a figure counts. Variants have no published
  /// row.
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
