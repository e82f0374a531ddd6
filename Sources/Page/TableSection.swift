import Core
import Domain
import Figures
import Metrics
import Records
import Reporting

/// The result table: a row per method, columns per benchmark and score, a dot per seed beside every mean.
///
/// The page's script sorts it by a column, filters its rows and hides columns; without the script it is a plain
/// table.
///
///     TableSection(table).section.markup
///
/// Cells carry the number that they are sorted by in `data-v`, rows the lower-case words that the filter looks at in
/// `data-find`, and cells of benchmark i and score j the classes `b{i}` and `m{j}`, by which columns are hidden.
struct TableSection {
  /// The numbers behind the texts of `layout`: values to sort by, and the seeds' scores.
  private let table: ResultTable
  /// The texts and marks, which are those of every other format.
  private let layout: TableLayout
  /// The smallest and largest score of any seed, by benchmark and score: the ends of a column's strips.
  private let ranges: [[ClosedRange<Double>?]]

  /// - Parameter table: of any size; a table without rows gives an empty grid.
  init(_ table: ResultTable) {
    self.table = table
    layout = TableLayout(table)
    ranges = table.benchmarks.map { benchmark in
      table.metrics.map { metric in
        let values = table.methods.flatMap { method in
          table.cell(benchmark: benchmark, method: method.id)?.scores(of: metric).map(\.score)
            ?? []
        }
        guard let low = values.min(), let high = values.max() else { return nil }
        return low...high
      }
    }
  }

  /// The section with caption, table, notes and remarks. What other formats say of marks and of cells without figures
  /// stands here in the same words.
  var section: PageSection {
    let grid = Markup.element("table", ["id": "results"], [head] + bodies)
    let notes = layout.notes.map { note in
      Markup.element("li", [:], [.element("sup", [:], [.text(note.mark)]), .text(" " + note.text)])
    }
    return PageSection(
      name: "table", title: "Results",
      content: layout.caption.map { .paragraph($0) }
        + (table.showsPublishedAlone
          ? []
          : [
            .paragraph("Dots are seeds, on one scale per column; the bar is their mean.", "quiet")
          ]) + [
          .element("div", ["class": "tools", "data-for": "results"]),
          .element("div", ["class": "scroll"], [grid]),
        ] + (notes.isEmpty ? [] : [.element("ul", ["class": "notes"], notes)])
        + Markup.list(layout.remarks))
  }

  /// A plot per benchmark: a row per method, a panel per score, a dot per seed.
  var figures: [NamedFigure] {
    table.benchmarks.map { benchmark in
      let rows = table.methods.compactMap { method -> DotPlot.Row? in
        let cell = table.cell(benchmark: benchmark, method: method.id)
        let values = table.metrics.map { cell?.scores(of: $0).map(\.score) ?? [] }
        return values.allSatisfy(\.isEmpty) ? nil : DotPlot.Row(name: method.title, values: values)
      }
      let title = BenchmarkRegistry.current.heading(of: benchmark)
      return NamedFigure(
        ["scores", benchmark],
        DotPlot(title: title, panels: table.metrics.map(\.title), rows: rows).figure)
    }
  }

  // MARK: - Head

  /// Two rows: benchmarks over the width of their columns, and scores. The script puts its buttons into the second.
  private var head: Markup {
    let heading = Markup.text(layout.rowHeading)
    var titles = [Markup.element("th", ["rowspan": "2", "scope": "col"], [heading])]
    var scores: [Markup] = []
    for (place, column) in layout.columns.enumerated() {
      titles.append(
        .element(
          "th",
          [
            "colspan": "\(layout.width(of: column))", "scope": "colgroup",
            "class": "first b\(place)",
          ], [.text(column.title)] + superscript(column.marks)))
      for (index, name) in layout.scores.enumerated() {
        scores.append(
          .element(
            "th", ["scope": "col", "class": classes(place, index)], [.text(name)]))
      }
      if column.showsCount {
        scores.append(.element("th", ["scope": "col", "class": "b\(place)"], [.text("n")]))
      }
    }
    return .element(
      "thead", [:],
      [.element("tr", [:], titles), .element("tr", ["class": "sorts"], scores)])
  }

  /// The classes of a score's cells, by which columns are hidden: benchmark 0's score 1 has "b0 m1".
  private func classes(_ benchmark: Int, _ score: Int) -> String {
    (score == 0 ? "first " : "") + "b\(benchmark) m\(score)"
  }

  // MARK: - Rows

  /// A `<tbody>` per family, with its name as the first row. While the table is sorted the script hides these
  /// names.
  private var bodies: [Markup] {
    let width = 1 + layout.columns.reduce(0) { $0 + layout.width(of: $1) }
    var methods = table.methods[...]
    var method: TableMethod?
    return layout.groups.map { group in
      let heading = Markup.element(
        "tr", ["class": "family"],
        [
          .element("th", ["colspan": "\(width)", "scope": "rowgroup"], [.text(group.title)])
        ])
      let rows = group.rows.map { row -> Markup in
        // Rows of other kinds follow the measured row of their method.
        if row.kind == .measured { method = methods.popFirst() }
        return self.row(row, of: method, in: group)
      }
      return .element("tbody", [:], [heading] + rows)
    }
  }

  /// A row of the table. Rows that follow a measured row have no values to sort by, and stay below it. Published rows
  /// that stand alone are sorted by their figures.
  /// - Parameter method: whose row it is, or whose row it follows.
  private func row(
    _ row: TableLayout.Row, of method: TableMethod?, in group: TableLayout.Group
  ) -> Markup {
    let isMeasured = row.kind == .measured
    let leads = isMeasured || table.showsPublishedAlone
    var cells = [Markup.element("th", ["scope": "row"], [.text(row.title)])]
    for (place, column) in layout.columns.enumerated() {
      let cell =
        isMeasured
        ? method.flatMap { table.cell(benchmark: column.benchmark, method: $0.id) } : nil
      for (score, figure) in row.cells[place].figures.enumerated() {
        let scores = cell?.scores(of: table.metrics[score]) ?? []
        let key = leads ? figure.value : nil
        cells.append(
          .element(
            "td",
            ["class": classes(place, score), "data-v": key.map { "\($0.fourDecimals)" }],
            [text(figure)] + superscript(figure.marks)
              + strip(scores, within: ranges[place][score])))
      }
      if column.showsCount {
        cells.append(
          .element(
            "td", ["class": "b\(place)", "data-v": "\(cell?.records.count ?? 0)"],
            [.text(row.cells[place].count)]))
      }
    }
    let words = [method?.title, method?.name, row.title, group.title].compactMap(\.self)
    return .element(
      "tr",
      [
        "class": leads ? nil : "follows",
        "data-find": words.uniqued.joined(separator: " ").lowercased(),
      ], cells)
  }

  /// A figure with the marks of the best and the second best, as the caption describes them.
  private func text(_ figure: TableLayout.Figure) -> Markup {
    let text = Markup.text(figure.text)
    if figure.isBest { return .element("b", [:], [text]) }
    return figure.isSecondBest ? .element("i", [:], [text]) : text
  }

  /// The dots of a cell's seeds; nothing for a cell without scores.
  /// - Parameters:
  ///   - scores: in per cent, by ascending seed.
  ///   - range: the smallest and the largest score of the column.
  private func strip(
    _ scores: [(seed: UInt64, score: Double)], within range: ClosedRange<Double>?
  ) -> [Markup] {
    guard let range, !scores.isEmpty else { return [] }
    let strip = DotStrip(
      values: scores.map(\.score),
      labels: scores.map { "seed \($0.seed): \($0.score.oneDecimal)" }, within: range)
    return [strip.figure.inline]
  }

  /// Marks of notes, raised; nothing for none.
  private func superscript(_ marks: [String]) -> [Markup] {
    marks.isEmpty ? [] : [.element("sup", [:], [.text(marks.joined())])]
  }
}
