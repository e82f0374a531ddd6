import Domain
import Metrics
import Records

/// A result table as texts and marks, without the syntax of any format. All formats render it, so
/// they print the same words. A format of another package can use it:
///
///     for row in TableLayout(table).groups.flatMap(\.rows) {
///       print(row.title, row.cells.flatMap(\.figures).map(\.text).joined(separator: " "))
///     }
public struct TableLayout {
  /// The columns of one benchmark: one per score, and one for the number of seeds where
  /// `showsCount`.
  public struct Column {
    /// The benchmark's name.
    public var benchmark: String
    /// Its heading: "CIFAR-10".
    public var title: String
    /// Marks of notes that hold for all figures of the benchmark.
    public var marks: [String]
    /// Whether a column with the number of finished seeds is shown. It is if a cell lacks seeds.
    public var showsCount: Bool
  }

  /// One score of a cell.
  public struct Figure {
    /// The figure, "56.1 ± 0.3"; or the cell's state, "failed"; or "–" if nothing was run.
    public var text: String
    /// Whether it is the best of its column. Controls and figures with notes of their own do not
    /// compete.
    public var isBest = false
    /// Marks of notes on this cell alone.
    public var marks: [String] = []
  }

  /// The scores of a method on a benchmark.
  public struct Cell {
    /// One per score, in the order of `scores`.
    public var figures: [Figure]
    /// The number of finished seeds: "2", or "1 of 2" if seeds are missing.
    public var count: String
  }

  /// A method.
  public struct Row {
    /// The method's title.
    public var title: String
    /// One per column.
    public var cells: [Cell]
  }

  /// The rows of one method family.
  public struct Group {
    /// The family's title.
    public var title: String
    /// At least one, in the order of the experiment.
    public var rows: [Row]
  }

  /// Sentences above the table: experiment, profile, scores, number of seeds, protocols.
  public var caption: [String]
  /// The headings of each benchmark's scores: "NMI", "ACC", "ARI".
  public var scores: [String]
  /// The benchmarks, in the order of the papers.
  public var columns: [Column]
  /// The rows by family.
  public var groups: [Group] = []
  /// What the marks refer to, in the order of the marks.
  public var notes: [TableNote]
  /// Sentences below the table: what was left out and why, suspicious figures, departures.
  public var remarks: [String]

  /// Lays out a table.
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

  /// The texts of a cell; nil is a cell that is not planned.
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

/// The best figure of each column, as printed, so that figures that print alike are marked alike.
///
/// Controls do not compete. Neither do figures whose protocol or data differ from the rest of the
/// column. A column with a single competitor has no best figure.
private struct BestFigures {
  /// In per cent, rounded to one decimal, by benchmark and score.
  private var best: [String: [Metric: Double]] = [:]
  private let notes: TableNotes

  /// Finds the best figures.
  /// - Parameter notes: those of the table, which tell the figures of another protocol or other
  ///   data.
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

  /// Whether a cell's figure is the best of its column.
  func contains(_ cell: ResultCell, _ metric: Metric) -> Bool {
    guard Self.competes(cell, notes: notes), let best = best[cell.benchmark]?[metric] else {
      return false
    }
    return Self.printed(cell, metric) == best
  }

  /// Whether a cell's figures may be the best: finished, not of a control, and without a note of
  /// its own.
  private static func competes(_ cell: ResultCell, notes: TableNotes) -> Bool {
    !cell.records.isEmpty && cell.method.family != .control
      && notes.texts(benchmark: cell.benchmark, method: cell.method.name).isEmpty
  }

  /// The figure as printed, in per cent.
  private static func printed(_ cell: ResultCell, _ metric: Metric) -> Double? {
    cell.statistics(of: metric).map { ($0.mean * 10).rounded() / 10 }
  }
}
