import Metrics
import Records

/// A result table as comma-separated values (RFC 4180): a header, then one line per cell and score.
///
/// Columns: experiment, profile, benchmark, method, title, family, metric, mean, std (sample
/// standard deviation), n (finished seeds), planned, min, max, state, flags. Scores are in per cent
/// with up to four decimals; a field without a value is empty. `flags` joins everything that
/// restricts the use of the figures with "; ".
///
/// Further columns, in this order:
/// - of several experiments: row, the name of the row in options;
/// - with reference rows: reference, difference (in points), low and high (its 95 % interval) and pairs (of seeds; 0
///   if they are independent);
/// - of a setting's values: setting and value;
/// - with read-outs: read_out, empty for a method's result;
/// - with published rows: kind (measured or published), sources, published_difference (measured minus published, in
///   points) and verdict. The published rows stand below all measured ones, with their number of trials in n.
///
///     cifar10-cpu,default,cifar10,kmeans,k-means,classical,acc,21.1964,0.0378,2,2,...,finished,...
enum CSVRenderer {
  private static let header = [
    "experiment", "profile", "benchmark", "method", "title", "family", "metric", "mean", "std",
    "n", "planned", "min", "max", "state", "flags",
  ]

  /// The file, with a line break at its end.
  static func render(_ table: ResultTable) -> String {
    let notes = TableNotes(table)
    var lines = [
      (header + rowHeader(table) + moreHeader(table) + publishedHeader(table)).joined(
        separator: ",")
    ]
    for cell in table.allCells {
      let flags = CellFlags.flags(of: cell, notes: notes).joined(separator: "; ")
      for metric in table.metrics {
        let statistics = cell.statistics(of: metric)
        let names = [
          cell.origin?.experiment ?? table.experiment, cell.origin?.profile ?? table.profile,
          cell.benchmark, cell.method.name, cell.method.title,
          cell.method.family.rawValue, metric.name,
        ]
        let numbers = [
          number(statistics?.mean), number(statistics?.standardDeviation),
          "\(statistics?.count ?? 0)", "\(cell.planned)", number(statistics?.minimum),
          number(statistics?.maximum),
        ]
        // Numbers are not escaped: a minus in front is no formula.
        lines.append(
          (names.map(Escaping.csv) + numbers + [cell.state.rawValue, flags].map(Escaping.csv)
            + rowField(cell.method, table) + more(cell, metric, table)
            + (table.diff == nil ? [] : ["measured", "", "", ""])).joined(separator: ","))
      }
    }
    return (lines + published(table)).joined(separator: "\n") + "\n"
  }

  /// A line per figure of the published rows.
  private static func published(_ table: ResultTable) -> [String] {
    let none = moreHeader(table).map { _ in "" }
    return PublishedRows.all(in: table).flatMap { row in
      table.benchmarks.flatMap { benchmark in
        table.metrics.compactMap { metric -> String? in
          guard let comparison = row.comparison(benchmark, metric),
            let reference = comparison.reference
          else { return nil }
          let names = [
            table.experiment, table.profile, benchmark, row.method.name, reference.title,
            row.method.family.rawValue, metric.name,
          ]
          let numbers = [
            number(reference.value), number(reference.spread),
            reference.trials.map { "\($0)" } ?? "", "", "", "", "",
          ]
          let flags = row.notes(benchmark, metric).joined(separator: "; ")
          let texts = [reference.sources.joined(separator: "; ")].map(Escaping.csv)
          return
            (names.map(Escaping.csv) + numbers + [Escaping.csv(flags)]
            + rowField(row.method, table) + none + ["published"] + texts
            + [number(comparison.difference), Escaping.csv(row.verdict(benchmark, metric) ?? "")])
            .joined(separator: ",")
        }
      }
    }
  }

  private static func publishedHeader(_ table: ResultTable) -> [String] {
    table.diff == nil ? [] : ["kind", "sources", "published_difference", "verdict"]
  }

  /// Of several experiments, rows of one name can be different ones.
  private static func rowHeader(_ table: ResultTable) -> [String] {
    table.experiments.isEmpty ? [] : ["row"]
  }

  private static func rowField(_ method: TableMethod, _ table: ResultTable) -> [String] {
    table.experiments.isEmpty ? [] : [Escaping.csv(method.id)]
  }

  /// The further columns of a table with reference rows, and of one of a setting's values.
  private static func moreHeader(_ table: ResultTable) -> [String] {
    (table.references.isEmpty ? [] : ["reference", "difference", "low", "high", "pairs"])
      + shownHeader(table)
  }

  /// The fields of these columns.
  private static func more(
    _ cell: ResultCell, _ metric: Metric, _ table: ResultTable
  ) -> [String] {
    let shown = shownFields(cell, table)
    guard !table.references.isEmpty else { return shown }
    let reference = table.reference(of: cell.method)
    let difference = ReferenceDifferences.difference(of: cell, metric, in: table)
    return [
      Escaping.csv(reference?.id ?? ""), number(difference?.result.difference),
      number(difference?.result.interval?.low), number(difference?.result.interval?.high),
      difference.map { "\($0.pairs)" } ?? "",
    ] + shown
  }

  /// The columns of what a row shows: a value of a setting, a read-out.
  private static func shownHeader(_ table: ResultTable) -> [String] {
    (table.sweptSetting == nil ? [] : ["setting", "value"])
      + (table.showsReadOuts ? ["read_out"] : [])
  }

  private static func shownFields(_ cell: ResultCell, _ table: ResultTable) -> [String] {
    let swept = cell.method.swept
    let fields =
      (table.sweptSetting == nil ? [] : [swept?.setting ?? "", swept?.value ?? ""])
      + (table.showsReadOuts ? [cell.method.readOut ?? ""] : [])
    return fields.map(Escaping.csv)
  }

  private static let runHeader = [
    "experiment", "profile", "benchmark", "method", "title", "family", "seed", "metric", "value",
    "identity", "flags",
  ]

  /// The runs one by one, for statistics of the reader's own: a header, then one line per planned run
  /// and score. Columns: experiment, profile, benchmark, method, title, family, seed, metric, value,
  /// identity, flags. Values are in per cent. A run without a result has neither value nor identity, and
  /// its state in the flags. A table of several experiments also has the column row. Published rows have no
  /// runs.
  ///
  ///     cifar10-cpu,default,cifar10,kmeans,k-means,classical,0,acc,21.1697,b76661841ec5...,...
  static func renderRuns(_ table: ResultTable) -> String {
    let notes = TableNotes(table)
    var lines = [
      (runHeader + rowHeader(table) + shownHeader(table)).joined(separator: ",")
    ]
    for cell in table.allCells {
      let flags = CellFlags.flags(of: cell, notes: notes).joined(separator: "; ")
      for seed in cell.plannedSeeds {
        let record = cell.records.first { $0.seed == seed }
        for metric in table.metrics {
          let names = [
            cell.origin?.experiment ?? table.experiment, cell.origin?.profile ?? table.profile,
            cell.benchmark, cell.method.name, cell.method.title,
            cell.method.family.rawValue, seed.map { "\($0)" } ?? "", metric.name,
          ]
          let value = record?.metrics.scores?.value(of: metric, under: nil).map { 100 * $0 }
          lines.append(
            (names.map(Escaping.csv) + [number(value)]
              + [record?.identity ?? "", flags].map(Escaping.csv) + rowField(cell.method, table)
              + shownFields(cell, table)).joined(separator: ","))
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// An absent number is an empty field.
  private static func number(_ value: Double?) -> String {
    value.map { "\($0.fourDecimals)" } ?? ""
  }
}

/// What a program must know about a cell before it uses its figures, for CSV and JSON, which have
/// no marks and notes.
enum CellFlags {
  /// Notes, the NMI normaliser, and every seed that is not in the mean, with its reason.
  static func flags(of cell: ResultCell, notes: TableNotes) -> [String] {
    var flags = notes.allTexts(on: cell)
    if let runProtocol = cell.runProtocol { flags.append("\(runProtocol.nmi.rawValue) NMI") }
    if cell.records.count == 1 { flags.append("one seed only") }
    flags += cell.failed.map { "seed \($0.seed) failed: \($0.reason)" }
    flags += cell.stale.map { "seed \($0.seed) stale: \($0.reason)" }
    flags += cell.damaged.map { "seed \($0.seed) damaged: \($0.reason)" }
    flags += cell.otherProfiles.map { "seed \($0.seed) of profile \($0.reason) left out" }
    flags += cell.missing.map { "seed \($0) not run" }
    if let reason = cell.notApplicable { flags.append("n/a: \(reason)") }
    return flags
  }
}

extension ResultCell {
  /// The seeds of all planned runs, ascending; a single nil for a cell that cannot be run.
  fileprivate var plannedSeeds: [UInt64?] {
    let omitted = (failed + stale + damaged + otherProfiles).map(\.seed)
    let seeds = (records.map(\.seed) + omitted + missing).sorted()
    return seeds.isEmpty ? [nil] : seeds
  }
}
