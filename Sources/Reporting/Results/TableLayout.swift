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
  ///
  ///     layout.columns.map(\.title)   // ["CIFAR-10", "STL-10"]
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
  ///
  ///     cell.figures.map { $0.isBest ? "**\($0.text)**" : $0.text }
  public struct Figure {
    /// The figure, "56.1 ± 0.3"; or the cell's state, "failed"; or "–" if nothing was run.
    public var text: String
    /// Whether it is the best of its column. Controls and figures with notes of their own do not
    /// compete.
    public var isBest = false
    /// Whether it is the second best of its column. It is marked only if at least four rows
    /// compete.
    public var isSecondBest = false
    /// Marks of notes on this cell alone.
    public var marks: [String] = []
    /// The number that rows are sorted by, not rounded; nil without one.
    package var value: Double?
  }

  /// The scores of a method on a benchmark.
  ///
  ///     row.cells[0].figures.count   // 3: NMI, ACC and ARI
  public struct Cell {
    /// One per score, in the order of `scores`.
    public var figures: [Figure]
    /// The number of finished seeds: "2", or "1 of 2" if seeds are missing.
    public var count: String
  }

  /// A method.
  ///
  ///     layout.groups.flatMap(\.rows).map(\.title)   // ["k-means", "SCL (our reading)"]
  public struct Row {
    /// What the figures of a row are.
    ///
    ///     rows.filter { $0.kind == .measured }
    public enum Kind: Sendable {
      /// The results of a method.
      case measured
      /// The difference to the reference row, in points.
      case toReference
      /// The results of its most accurate seed. Choosing it takes labels.
      case bestOfSeeds
      /// The figures of a published row. In a table of published rows alone, no measured row is above it.
      case published
      /// Measured minus published, in points.
      case difference
    }

    /// All rows but the first of a method follow it (`FollowingRows`), unless published rows stand alone.
    public var kind = Kind.measured
    /// The method's title.
    public var title: String
    /// One per column.
    public var cells: [Cell]
  }

  /// The rows of one method family, or of one method in a table of a setting's values.
  ///
  ///     for group in layout.groups { print(group.title, group.rows.count) }   // Classical 4
  public struct Group {
    /// The family's title, or the method's with what tells its groups apart: "SCL, semantic false".
    public var title: String
    /// At least one, in the order of the experiment.
    public var rows: [Row]
  }

  /// Sentences above the table: experiment, profile, scores, number of seeds, protocols.
  public var caption: [String]
  /// The heading of the first column: "Method", or the setting whose values are the rows.
  public var rowHeading: String
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
    var notes = TableNotes(table)
    let best = BestFigures(table, notes: notes)
    rowHeading = table.sweptSetting ?? "Method"
    scores = table.metrics.map(\.title)
    columns = table.benchmarks.map { benchmark in
      let cells = table.methods.compactMap { table.cell(benchmark: benchmark, method: $0.id) }
      return Column(
        benchmark: benchmark, title: BenchmarkRegistry.current.heading(of: benchmark),
        marks: notes.marks(benchmark: benchmark),
        showsCount: cells.contains { $0.state == .partial })
    }
    for method in table.methods {
      let title = method.heading ?? method.family.title
      if groups.last?.title != title { groups.append(Group(title: title, rows: [])) }
      if !table.showsPublishedAlone {
        groups[groups.count - 1].rows.append(
          Row(
            title: method.label ?? method.title,
            cells: table.benchmarks.map { benchmark in
              Self.cell(
                table.cell(benchmark: benchmark, method: method.id), metrics: table.metrics,
                statistic: table.statistic, best: best,
                marks: notes.marks(benchmark: benchmark, method: method.id))
            }))
      }
      for row in FollowingRows.rows(below: method, in: table) {
        groups[groups.count - 1].rows.append(row.marked(by: { notes.mark(for: $0) }))
      }
    }
    self.notes = notes.notes
    caption = TableText.caption(of: table, marksSecond: best.marksSecond)
    remarks = TableText.remarks(on: table)
  }

  /// The number of columns of text under a benchmark's heading.
  public func width(of column: Column) -> Int { scores.count + (column.showsCount ? 1 : 0) }

  /// The texts of a cell; nil is a cell that is not planned.
  private static func cell(
    _ cell: ResultCell?, metrics: [Metric], statistic: TableStatistic, best: BestFigures,
    marks: [String]
  ) -> Cell {
    let figures = metrics.map { metric in
      guard let cell else { return Figure(text: "–") }
      let scores = cell.scores(of: metric).map(\.score)
      guard !scores.isEmpty else {
        // Of finished runs it is the score that is missing, such as the silhouette of a method without vectors.
        let hasRecords = cell.state == .finished || cell.state == .partial
        return Figure(text: cell.state == .notRun || hasRecords ? "–" : cell.state.rawValue)
      }
      let rank = best.rank(of: cell, metric)
      return Figure(
        text: statistic.figure(scores), isBest: rank == 0, isSecondBest: rank == 1, marks: marks,
        value: statistic.centre(of: scores))
    }
    guard let cell, !cell.records.isEmpty else { return Cell(figures: figures, count: "–") }
    let count = cell.records.count
    return Cell(
      figures: figures, count: count == cell.planned ? "\(count)" : "\(count) of \(cell.planned)")
  }
}

extension TableLayout.Row {
  /// The row with marks in place of the texts of its notes.
  fileprivate func marked(by mark: (String) -> String) -> TableLayout.Row {
    var row = self
    for cell in row.cells.indices {
      for figure in row.cells[cell].figures.indices {
        row.cells[cell].figures[figure].marks = row.cells[cell].figures[figure].marks.map(mark)
      }
    }
    return row
  }
}

/// The best and the second best figure of each column, as printed, so that figures that print alike
/// are marked alike.
///
/// Controls do not compete. Neither do figures whose protocol or data differ from the rest of the
/// column. A column with a single competitor has no best figure; one with fewer than four has no
/// second best, which would say little.
struct BestFigures {
  /// The marked figures in per cent, the best first, by benchmark and score.
  private var ranked: [String: [Metric: [Double]]] = [:]
  private let notes: TableNotes
  private let statistic: TableStatistic

  /// Whether any column marks a second best.
  var marksSecond: Bool { ranked.values.contains { $0.values.contains { $0.count > 1 } } }

  /// Finds the best figures.
  /// - Parameter notes: those of the table, which tell the figures of another protocol or other
  ///   data.
  init(_ table: ResultTable, notes: TableNotes) {
    self.notes = notes
    statistic = table.statistic
    for benchmark in table.benchmarks {
      let rivals = table.methods.compactMap { table.cell(benchmark: benchmark, method: $0.id) }
        .filter { Self.competes($0, notes: notes) }
      for metric in table.metrics {
        // Some have no score of this kind.
        let figures = rivals.compactMap { printed($0, metric) }
        guard figures.count > 1 else { continue }
        ranked[benchmark, default: [:]][metric] = Array(
          Set(figures).sorted(by: >).prefix(figures.count > 3 ? 2 : 1))
      }
    }
  }

  /// 0 for the best figure of a column, 1 for the second best, nil for any other.
  func rank(of cell: ResultCell, _ metric: Metric) -> Int? {
    guard Self.competes(cell, notes: notes), let figure = printed(cell, metric) else {
      return nil
    }
    return ranked[cell.benchmark]?[metric]?.firstIndex(of: figure)
  }

  /// Whether a cell's figures may be the best: finished, not of a control, and without a note of
  /// its own.
  private static func competes(_ cell: ResultCell, notes: TableNotes) -> Bool {
    !cell.records.isEmpty && cell.method.family != .control
      && notes.texts(benchmark: cell.benchmark, method: cell.method.id).isEmpty
  }

  /// The figure as printed, in per cent. It is read from its text, because a half is not rounded alike
  /// everywhere: 12.25 is printed as 12.2.
  private func printed(_ cell: ResultCell, _ metric: Metric) -> Double? {
    let scores = cell.scores(of: metric).map(\.score)
    return scores.isEmpty ? nil : Double(statistic.centre(of: scores).oneDecimal)
  }
}
