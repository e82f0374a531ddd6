/// Result tables in Markdown: one table, or blocks of it below each other for a narrow terminal.
enum MarkdownRenderer {
  /// - Parameter width: the columns that a line of the table may have; nil for any number. A block has
  ///   whole benchmarks, at least one.
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

  /// Some benchmarks' part of the table. The name of one that is too wide alone stands above it.
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

  private static func grid(
    _ layout: TableLayout, _ range: Range<Int>, named: Bool = true
  ) -> MarkdownGrid {
    let columns = layout.columns[range]
    var header = ["Method"]
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
            (figure.isBest ? "**\(figure.text)**" : figure.text) + figure.marks.joined()
          }
          if column.showsCount { texts.append(cell.count) }
        }
        grid.rows.append(texts)
      }
    }
    return grid
  }
}
