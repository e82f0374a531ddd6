import Domain
import Metrics
import Records

/// A result table in words and marks, before any format: what every renderer prints.
public struct TableLayout {
  public struct Column {
    public var benchmark: String
    public var title: String
    public var marks: [String]
    /// Whether some cell lacks seeds, so that their number has to stand beside the figures.
    public var showsCount: Bool
  }

  public struct Figure {
    /// "56.1 ± 0.3", "failed", "–".
    public var text: String
    public var isBest = false
    public var marks: [String] = []
  }

  public struct Cell {
    /// One for each score.
    public var figures: [Figure]
    /// The finished seeds: "2" or "1 of 2".
    public var count: String
  }

  public struct Row {
    public var title: String
    /// One for each column.
    public var cells: [Cell]
  }

  public struct Group {
    public var title: String
    public var rows: [Row]
  }

  public var caption: [String]
  /// The headings of each benchmark's scores: "NMI", "ACC", "ARI".
  public var scores: [String]
  public var columns: [Column]
  public var groups: [Group] = []
  public var notes: [TableNote]
  /// What was left out and why, and what else has to be said.
  public var remarks: [String]

  public init(_ table: ResultTable) {
    let notes = TableNotes(table)
    let best = BestFigures(table, notes: notes)
    scores = table.metrics.map(\.title)
    columns = table.benchmarks.map { benchmark in
      let cells = table.methods.compactMap { table.cell(benchmark: benchmark, method: $0.name) }
      return Column(
        benchmark: benchmark, title: BenchmarkRegistry.current.heading(of: benchmark),
        marks: notes.marks(benchmark: benchmark),
        showsCount: cells.contains { $0.state == .partial })
    }
    for method in table.methods {
      let row = Row(
        title: method.title,
        cells: table.benchmarks.map { benchmark in
          Self.cell(
            table.cell(benchmark: benchmark, method: method.name), metrics: table.metrics,
            best: best,
            marks: notes.marks(benchmark: benchmark, method: method.name))
        })
      let family = method.family.title
      if groups.last?.title != family { groups.append(Group(title: family, rows: [])) }
      groups[groups.count - 1].rows.append(row)
    }
    self.notes = notes.notes
    caption = TableText.caption(of: table)
    remarks = TableText.remarks(on: table)
  }

  /// The number of columns of text under a benchmark's heading.
  public func width(of column: Column) -> Int { scores.count + (column.showsCount ? 1 : 0) }

  private static func cell(
    _ cell: ResultCell?, metrics: [Metric], best: BestFigures, marks: [String]
  ) -> Cell {
    let figures = metrics.map { metric in
      guard let cell else { return Figure(text: "–") }
      guard let statistics = cell.statistics(of: metric) else {
        return Figure(text: cell.state == .notRun ? "–" : cell.state.rawValue)
      }
      return Figure(
        text: TableText.figure(statistics), isBest: best.contains(cell, metric), marks: marks)
    }
    guard let cell, !cell.records.isEmpty else { return Cell(figures: figures, count: "–") }
    let count = cell.records.count
    return Cell(
      figures: figures, count: count == cell.planned ? "\(count)" : "\(count) of \(cell.planned)")
  }
}

/// The best figure of each column, as printed, so that equal figures are equally bold.
///
/// Controls do not compete, and a figure competes only under its column's protocol and data.
private struct BestFigures {
  private var best: [String: [Metric: Double]] = [:]
  private let notes: TableNotes

  init(_ table: ResultTable, notes: TableNotes) {
    self.notes = notes
    for benchmark in table.benchmarks {
      let rivals = table.methods.compactMap { table.cell(benchmark: benchmark, method: $0.name) }
        .filter { Self.competes($0, notes: notes) }
      guard rivals.count > 1 else { continue }
      for metric in table.metrics {
        best[benchmark, default: [:]][metric] =
          rivals.compactMap { Self.printed($0, metric) }.max()
      }
    }
  }

  func contains(_ cell: ResultCell, _ metric: Metric) -> Bool {
    guard Self.competes(cell, notes: notes), let best = best[cell.benchmark]?[metric] else {
      return false
    }
    return Self.printed(cell, metric) == best
  }

  private static func competes(_ cell: ResultCell, notes: TableNotes) -> Bool {
    !cell.records.isEmpty && cell.method.family != .control
      && notes.texts(benchmark: cell.benchmark, method: cell.method.name).isEmpty
  }

  private static func printed(_ cell: ResultCell, _ metric: Metric) -> Double? {
    cell.statistics(of: metric).map { ($0.mean * 10).rounded() / 10 }
  }
}
