import Domain
import Metrics
import Records

/// A result table in words and marks, before any format: what every renderer prints.
struct TableLayout {
  struct Column {
    var benchmark: String
    var title: String
    var marks: [String]
    /// Whether some cell lacks seeds, so that their number has to stand beside the figures.
    var showsCount: Bool
  }

  struct Figure {
    /// "56.1 ± 0.3", "failed", "–".
    var text: String
    var isBest = false
    var marks: [String] = []
  }

  struct Cell {
    /// NMI, ACC, ARI.
    var figures: [Figure]
    /// The finished seeds: "2" or "1 of 2".
    var count: String
  }

  struct Row {
    var title: String
    /// One for each column.
    var cells: [Cell]
  }

  struct Group {
    var title: String
    var rows: [Row]
  }

  var caption: [String]
  var columns: [Column]
  var groups: [Group] = []
  var notes: [TableNotes.Note]
  /// What was left out and why, and what else has to be said.
  var remarks: [String]

  init(_ table: ResultTable) {
    let notes = TableNotes(table)
    let best = BestFigures(table, notes: notes)
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
            table.cell(benchmark: benchmark, method: method.name), best: best,
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

  private static func cell(_ cell: ResultCell?, best: BestFigures, marks: [String]) -> Cell {
    let figures = ScoreMetric.allCases.map { metric in
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
  private var best: [String: [ScoreMetric: Double]] = [:]
  private let notes: TableNotes

  init(_ table: ResultTable, notes: TableNotes) {
    self.notes = notes
    for benchmark in table.benchmarks {
      let rivals = table.methods.compactMap { table.cell(benchmark: benchmark, method: $0.name) }
        .filter { Self.competes($0, notes: notes) }
      guard rivals.count > 1 else { continue }
      for metric in ScoreMetric.allCases {
        best[benchmark, default: [:]][metric] =
          rivals.compactMap { Self.printed($0, metric) }.max()
      }
    }
  }

  func contains(_ cell: ResultCell, _ metric: ScoreMetric) -> Bool {
    guard Self.competes(cell, notes: notes), let best = best[cell.benchmark]?[metric] else {
      return false
    }
    return Self.printed(cell, metric) == best
  }

  private static func competes(_ cell: ResultCell, notes: TableNotes) -> Bool {
    !cell.records.isEmpty && cell.method.family != .control
      && notes.texts(benchmark: cell.benchmark, method: cell.method.name).isEmpty
  }

  private static func printed(_ cell: ResultCell, _ metric: ScoreMetric) -> Double? {
    cell.statistics(of: metric).map { ($0.mean * 10).rounded() / 10 }
  }
}
