import Core
import Domain
import Foundation
import Metrics
import Records
import Statistics

/// A result table as JSON lines: an object for each planned cell (`"kind": "cell"`), then one for
/// each published row and benchmark of a table that has such rows (`"kind": "published"`), then one for
/// each remark (`"kind": "remark"`). Scores are in per cent with up to four decimals.
///
/// A cell has each score under the metric's name; a cell without finished runs has none. Some of
/// the keys:
///
///     {"kind": "cell", "benchmark": "cifar10", "method": "kmeans", "state": "finished",
///      "acc": {"mean": 21.1964, "standardDeviation": 0.0378, "minimum": 21.1697, "maximum": 21.2231},
///      "seeds": [0, 1], "planned": 2, "flags": ["arithmetic NMI"]}
enum JSONRenderer {
  /// Statistics of a score over the finished seeds. `standardDeviation` is absent for a single
  /// seed.
  private struct Score: Encodable {
    var mean: Double
    var standardDeviation: Double?
    var minimum: Double
    var maximum: Double
    /// The median over seeds.
    var median: Double
    /// The 95 % interval of the mean by Student's t; absent for a single seed.
    var interval: Interval?
    /// The score of each seed that has it, by ascending seed.
    var values: [Double]
    /// These seeds; absent where they are all of the cell.
    var seeds: [UInt64]?
    /// The difference to the reference row; absent without one, or if the two are not comparable.
    var difference: ReferenceDifference?

    init(
      _ statistics: SeedStatistics, _ metric: Metric, of cell: ResultCell,
      _ difference: CellDifference?
    ) {
      let scores = cell.scores(of: metric)
      let values = scores.map(\.score)
      seeds = scores.count == cell.records.count ? nil : scores.map(\.seed)
      self.difference = difference.map(ReferenceDifference.init)
      mean = statistics.mean.fourDecimals
      standardDeviation = statistics.standardDeviation?.fourDecimals
      minimum = statistics.minimum.fourDecimals
      maximum = statistics.maximum.fourDecimals
      median = TableStatistic.median.centre(of: values).fourDecimals
      interval = Interval.ofMean(values).map { Interval($0.low.fourDecimals, $0.high.fourDecimals) }
      self.values = values.map(\.fourDecimals)
    }
  }

  /// A score minus that of the reference row.
  private struct ReferenceDifference: Encodable {
    /// In points.
    var points: Double
    /// The 95 % interval of the t-test; absent for a single seed.
    var interval: Interval?
    /// The number of paired seeds; 0 if all count as independent.
    var pairs: Int

    init(_ difference: CellDifference) {
      points = difference.result.difference.fourDecimals
      interval = difference.result.interval.map {
        Interval($0.low.fourDecimals, $0.high.fourDecimals)
      }
      pairs = difference.pairs
    }
  }

  /// The keys of what has scores: a row of the table, or a published row below it, on a benchmark.
  private struct Place: Encodable {
    /// "cell" or "published".
    let kind: String
    /// Of all its scores.
    let unit = "percent"
    let experiment: String
    let profile: String
    /// The names of benchmark and row, as in run folders; of a published row, those of the row that it belongs to.
    let benchmark: String
    let method: String
    /// The name of the row in options, in a table of several experiments; absent otherwise.
    let row: String?
    /// The title of the row or of the published row, and the method's family.
    let title: String
    let family: MethodFamily

    init(
      _ kind: String, in table: ResultTable, of origin: RunOutcome.Origin? = nil,
      benchmark: String, row: TableMethod, title: String
    ) {
      self.kind = kind
      experiment = origin?.experiment ?? table.experiment
      profile = origin?.profile ?? table.profile
      self.benchmark = benchmark
      method = row.name
      self.row = table.experiments.isEmpty ? nil : row.id
      self.title = title
      family = row.family
    }
  }

  /// The keys of a cell besides its place and its scores.
  private struct Cell: Encodable {
    /// The raw value of `ResultCell.State`.
    var state: ResultCell.State
    /// The finished seeds, and the number of planned ones.
    var seeds: [UInt64]
    var planned: Int
    /// The protocol of the finished runs; absent without any.
    var `protocol`: RunProtocol?
    /// The `TableMethod.id` of the row that the row is compared with; absent for none.
    var reference: String?
    /// The setting that the table is about, and the row's value; absent in other tables.
    var setting: String?
    var value: String?
    /// The prediction that the scores are of; absent for a method's result.
    var readOut: String?
    /// The same as in CSV.
    var flags: [String]
  }

  /// Scores under their names, beside the other keys of an object.
  private struct Scored<Keys: Encodable, Score: Encodable>: Encodable {
    var place: Place
    var keys: Keys
    var scores: [String: Score]

    func encode(to encoder: any Encoder) throws {
      try place.encode(to: encoder)
      try keys.encode(to: encoder)
      var container = encoder.container(keyedBy: NameKey.self)
      for (name, score) in scores { try container.encode(score, forKey: NameKey(name)) }
    }
  }

  /// A published score.
  private struct PublishedScore: Encodable {
    var value: Double
    /// Over the source's trials; absent if it prints none.
    var standardDeviation: Double?
    /// Measured minus published in points, with the verdict of `scl diff` and its reasons; absent where nothing was
    /// measured.
    var difference: Double?
    var verdict: String?
    var reasons: [String]?

    init(_ comparison: Comparison, _ reference: ComparisonReference) {
      value = reference.value.fourDecimals
      standardDeviation = reference.spread?.fourDecimals
      difference = comparison.difference?.fourDecimals
      if difference != nil {
        verdict = comparison.verdictText
        reasons = comparison.verdict.reasons
      }
    }
  }

  /// The keys of a published row on a benchmark besides its place and its scores.
  private struct PublishedRow: Encodable {
    /// The keys of its sources.
    var sources: [String]
    /// The number of the source's trials; absent if unknown.
    var trials: Int?
    var flags: [String]
  }

  /// A published row on a benchmark; nil for a benchmark without a figure.
  private static func publishedRow(
    _ row: PublishedRows, _ benchmark: String, _ table: ResultTable
  ) -> Scored<PublishedRow, PublishedScore>? {
    let figures = table.metrics.compactMap { metric in
      row.comparison(benchmark, metric).flatMap { comparison in
        comparison.reference.map { (metric, comparison, $0) }
      }
    }
    guard let first = figures.first else { return nil }
    return Scored(
      place: Place(
        "published", in: table, benchmark: benchmark, row: row.method, title: row.name.title),
      keys: PublishedRow(
        sources: row.name.sources, trials: first.2.trials,
        flags: figures.flatMap { row.notes(benchmark, $0.0) }.uniqued),
      scores: Dictionary(
        uniqueKeysWithValues: figures.map { ($0.0.name, PublishedScore($0.1, $0.2)) }))
  }

  /// A sentence that stands below the table in other formats.
  private struct Remark: Encodable {
    var kind = "remark"
    var text: String
  }

  /// The lines, each with a line break.
  static func render(_ table: ResultTable) -> String {
    let notes = TableNotes(table)
    let cells = table.allCells.map { cell in
      Scored(
        place: Place(
          "cell", in: table, of: cell.origin, benchmark: cell.benchmark, row: cell.method,
          title: cell.method.title),
        keys: Cell(
          state: cell.state, seeds: cell.records.map(\.seed), planned: cell.planned,
          protocol: cell.runProtocol, reference: table.references[cell.method.id],
          setting: cell.method.swept?.setting, value: cell.method.swept?.value,
          readOut: cell.method.readOut,
          flags: CellFlags.flags(of: cell, notes: notes)),
        scores: Dictionary(
          uniqueKeysWithValues: table.metrics.compactMap { metric in
            cell.statistics(of: metric).map {
              (
                metric.name,
                Score(
                  $0, metric, of: cell,
                  ReferenceDifferences.difference(of: cell, metric, in: table))
              )
            }
          }))
    }
    let remarks = TableText.remarks(on: table).map { Remark(text: $0) }
    let published = PublishedRows.all(in: table).flatMap { row in
      table.benchmarks.compactMap { publishedRow(row, $0, table) }
    }
    return cells.map { JSONLines.line($0) }.joined()
      + published.map { JSONLines.line($0) }.joined()
      + remarks.map { JSONLines.line($0) }.joined()
  }
}

/// Encodes objects as JSON lines.
enum JSONLines {
  /// One object on one line, with sorted keys and a line break. Non-finite numbers become "inf",
  /// "-inf" or "nan". Control characters are escaped, so that the line is safe in a terminal.
  static func line(_ value: some Encodable) -> String {
    let encoder = JSONEncoder.sorted()
    // JSON has no non-finite numbers, and encoding them would fail.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let data = (try? encoder.encode(value)) ?? Data()
    return String(decoding: data, as: UTF8.self).displayableJSON + "\n"
  }
}
