/// A result table in Markdown: caption, table, notes, remarks. For a narrow terminal the table is
/// split by benchmark.
///
///     | Method        | CIFAR-10 NMI |        ACC |       ARI |
///     | ------------- | -----------: | ---------: | --------: |
///     | **Classical** |              |            |           |
///     | k-means       |    8.6 ± 0.2 | 21.2 ± 0.0 | 4.5 ± 0.1 |
enum MarkdownRenderer {
  /// The text.
  /// - Parameter width: the columns of the terminal; nil for pipes and files, which get the whole
  ///   table. Each part of a split table has at least one benchmark.
  static func render(_ layout: TableLayout, width: Int?) -> String {
    var parts = layout.caption.map { MarkdownText.wrapped($0, within: width) }
    var columns = 0..<0
    for next in layout.columns.indices {
      let widened = columns.lowerBound..<(next + 1)
      if columns.isEmpty || grid(layout, widened).fits(width) {
        columns = widened
      } else {
        parts.append(block(layout, columns, width))
        columns = next..<(next + 1)
      }
    }
    if !columns.isEmpty { parts.append(block(layout, columns, width)) }
    if !layout.notes.isEmpty {
      parts.append(
        layout.notes.map {
          MarkdownText.wrapped("\($0.mark) \($0.text)", bullet: "- ", within: width)
        }
        .joined(separator: "\n"))
    }
    if !layout.remarks.isEmpty {
      parts.append(
        layout.remarks.map { MarkdownText.wrapped($0, bullet: "- ", within: width) }.joined(
          separator: "\n"))
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// A part of the table. If a single benchmark is too wide, its name moves from the headings to a
  /// line above.
  private static func block(_ layout: TableLayout, _ range: Range<Int>, _ width: Int?) -> String {
    let table = grid(layout, range)
    guard !table.fits(width), range.count == 1 else {
      return table.lines(within: width).joined(separator: "\n")
    }
    let column = layout.columns[range.lowerBound]
    let title = "**\(Escaping.markdown(column.title))**" + column.marks.joined()
    return title + "\n\n"
      + grid(layout, range, named: false).lines(within: width).joined(separator: "\n")
  }

  /// The grid of some benchmarks.
  /// - Parameter named: whether the headings have the benchmarks' names.
  private static func grid(
    _ layout: TableLayout, _ range: Range<Int>, named: Bool = true
  ) -> MarkdownGrid {
    let columns = layout.columns[range]
    var header = [Escaping.markdown(layout.rowHeading)]
    for column in columns {
      let title = Escaping.markdown(column.title) + column.marks.joined() + " "
      var names = layout.scores.map(Escaping.markdown) + (column.showsCount ? ["n"] : [])
      if named { names[0] = title + names[0] }
      header += names
    }
    var grid = MarkdownGrid(
      header: header, isNumeric: [false] + Array(repeating: true, count: header.count - 1))
    for group in layout.groups {
      grid.rows.append(
        ["**\(Escaping.markdown(group.title))**"]
          + Array(repeating: "", count: header.count - 1))
      for row in group.rows {
        var texts = [Escaping.markdown(row.title)]
        for (column, cell) in zip(columns, row.cells[range]) {
          texts += cell.figures.map { figure in
            let emphasis = figure.isBest ? "**" : figure.isSecondBest ? "*" : ""
            return emphasis + figure.text + emphasis + figure.marks.joined()
          }
          if column.showsCount { texts.append(cell.count) }
        }
        grid.rows.append(texts)
      }
    }
    return grid
  }
}
