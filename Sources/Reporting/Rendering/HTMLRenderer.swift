/// A result table as a single HTML page with an embedded style sheet, without scripts and without
/// references to other files. It follows the reader's light or dark colour scheme.
enum HTMLRenderer {
  /// The page.
  /// - Parameters:
  ///   - layout: the table.
  ///   - title: of the page, the experiment's name.
  static func render(_ layout: TableLayout, title: String) -> String {
    var lines = [
      "<!DOCTYPE html>",
      "<html lang=\"en\">",
      "<head>",
      "<meta charset=\"utf-8\">",
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
      "<title>\(Escaping.html(title))</title>",
      "<style>\n\(style)\n</style>",
      "</head>",
      "<body>",
      "<h1>\(Escaping.html(title))</h1>",
    ]
    lines += layout.caption.map { "<p>\(Escaping.html($0))</p>" }
    lines += ["<div class=\"scroll\">", "<table>"]
    lines += head(layout)
    lines += layout.groups.flatMap { body($0, in: layout) }
    lines += ["</table>", "</div>"]
    if !layout.notes.isEmpty {
      lines.append("<ul class=\"notes\">")
      lines += layout.notes.map {
        "<li><sup>\(Escaping.html($0.mark))</sup> \(Escaping.html($0.text))</li>"
      }
      lines.append("</ul>")
    }
    if !layout.remarks.isEmpty {
      lines.append("<ul>")
      lines += layout.remarks.map { "<li>\(Escaping.html($0))</li>" }
      lines.append("</ul>")
    }
    lines += ["</body>", "</html>"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// Two rows of headings: benchmarks over scores.
  private static func head(_ layout: TableLayout) -> [String] {
    var titles = "<tr><th rowspan=\"2\" scope=\"col\">Method</th>"
    var scores = "<tr>"
    for column in layout.columns {
      let names = layout.scores + (column.showsCount ? ["n"] : [])
      titles +=
        "<th colspan=\"\(names.count)\" scope=\"colgroup\" class=\"first\">"
        + "\(Escaping.html(column.title))\(superscript(column.marks))</th>"
      for (index, name) in names.enumerated() {
        scores +=
          "<th scope=\"col\"\(index == 0 ? " class=\"first\"" : "")>\(Escaping.html(name))</th>"
      }
    }
    return ["<thead>", titles + "</tr>", scores + "</tr>", "</thead>"]
  }

  /// A `<tbody>` for each method family, its title first.
  private static func body(
    _ group: TableLayout.Group, in layout: TableLayout
  ) -> [String] {
    let width = 1 + layout.columns.reduce(0) { $0 + layout.width(of: $1) }
    var lines = [
      "<tbody>",
      "<tr><th colspan=\"\(width)\" scope=\"rowgroup\" class=\"family\">"
        + "\(Escaping.html(group.title))</th></tr>",
    ]
    for row in group.rows {
      var line = "<tr><th scope=\"row\">\(Escaping.html(row.title))</th>"
      for (column, cell) in zip(layout.columns, row.cells) {
        for (index, figure) in cell.figures.enumerated() {
          let text = Escaping.html(figure.text)
          line +=
            "<td\(index == 0 ? " class=\"first\"" : "")>"
            + (figure.isBest ? "<b>\(text)</b>" : figure.isSecondBest ? "<i>\(text)</i>" : text)
            + superscript(figure.marks) + "</td>"
        }
        if column.showsCount { line += "<td>\(Escaping.html(cell.count))</td>" }
      }
      lines.append(line + "</tr>")
    }
    return lines + ["</tbody>"]
  }

  /// Marks as a superscript; nothing without marks.
  private static func superscript(_ marks: [String]) -> String {
    marks.isEmpty ? "" : "<sup>\(Escaping.html(marks.joined()))</sup>"
  }

  /// Colours are variables, with a second set for dark screens. Wide tables scroll within the page.
  private static let style = """
    :root { color-scheme: light dark; --ink: #1b1f24; --faint: #5b6470; --line: #d3d8de;
      --paper: #ffffff; --band: #f3f5f7; }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e6e9ec; --faint: #9aa4af; --line: #3a4149; --paper: #14171a;
        --band: #1e2226; }
    }
    body { margin: 2rem auto; max-width: 90rem; padding: 0 1rem; color: var(--ink);
      background: var(--paper); font: 15px/1.5 system-ui, sans-serif; }
    h1 { font-size: 1.4rem; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap;
      border-top: 2px solid var(--ink); border-bottom: 2px solid var(--ink); }
    th, td { padding: .2rem .6rem; text-align: right; font-weight: normal; }
    thead th { text-align: center; font-weight: 600; }
    thead { border-bottom: 1px solid var(--ink); }
    tbody th { text-align: left; }
    .first { border-left: 1px solid var(--line); }
    .family { background: var(--band); color: var(--faint); font-style: italic; }
    b { font-weight: 700; }
    sup { line-height: 0; }
    ul { padding-left: 1.2rem; color: var(--faint); }
    .notes { list-style: none; padding-left: 0; }
    """
}
