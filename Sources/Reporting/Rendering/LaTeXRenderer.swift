/// A result table as a LaTeX fragment (`table` or `table*`) with the rules of booktabs.
///
/// Nothing is scaled. The text has the size of a footnote, and benchmarks that do not fit beside
/// each other are stacked in blocks. A block is at most as wide as the text of a one-column
/// article, so the fragment fits one-column and two-column papers. What does not fit on a page is
/// continued in further floats:
///
///     \usepackage{booktabs}
///     \input{cifar10-cpu.tex}  % \ref{tab:cifar10-cpu}
struct LaTeXRenderer {
  /// How figures are set.
  enum Figures {
    /// As text, with the deviation as a subscript. It needs only booktabs.
    case text
    /// In `S` columns of siunitx, aligned at the decimal point. It needs booktabs and siunitx.
    case siunitx
  }

  /// In points: the width of the text of LaTeX's one-column article, and of a column of its
  /// two-column article.
  private static let textWidth = 345.0
  private static let columnWidth = 229.0

  private let layout: TableLayout
  private let name: String
  private let figures: Figures

  /// - Parameters:
  ///   - layout: the table.
  ///   - name: of the table (`ResultTable.nameOfLabel`); the label is "tab:NAME".
  ///   - figures: how figures are set.
  init(_ layout: TableLayout, name: String, figures: Figures = .text) {
    self.layout = layout
    self.name = name
    self.figures = figures
  }

  /// The fragment: floats that end with a line break. All but the first are continuations of it.
  func render() -> String {
    let blocks = blocks
    let isNarrow = (blocks.map(width).max() ?? 0) <= Self.columnWidth
    let notes =
      layout.notes.map { ($0.text, "\(superscript([$0.mark])) \(Escaping.latex($0.text))") }
      + layout.remarks.map { ($0, Escaping.latex($0)) }
    let cut = LaTeXFloats(
      blocks: blocks, groups: layout.groups, caption: caption.joined(separator: " "), notes: notes,
      width: isNarrow ? Self.columnWidth : Self.textWidth)
    let packages = figures == .siunitx ? " and \\usepackage{siunitx}" : ""
    return
      (["% Needs \\usepackage{booktabs}\(packages)."]
      + cut.floats.enumerated().flatMap { number, float in
        lines(of: float, isNarrow ? "table" : "table*", isFirst: number == 0)
      })
      .joined(separator: "\n") + "\n"
  }

  private func lines(
    of float: LaTeXFloats.Float, _ environment: String, isFirst: Bool
  ) -> [String] {
    var lines = [
      // A tall one may have a page of its own.
      "\\begin{\(environment)}[tp]",
      "\\centering\\footnotesize\\setlength{\\tabcolsep}{\(columnSpace)pt}",
    ]
    if isFirst {
      lines += [
        "\\caption{\(caption.map(Escaping.latex).joined(separator: " "))}", "\\label{tab:\(label)}",
      ]
    } else {
      lines.append("\\addtocounter{table}{-1}\\caption{(continued)}")
    }
    if figures == .siunitx {
      lines.append("\\sisetup{separate-uncertainty, detect-weight, mode=text}")
    }
    for (index, part) in float.parts.enumerated() {
      if index > 0 { lines.append("\\par\\medskip") }
      lines += tabular(part)
    }
    if !float.notes.isEmpty {
      lines += ["\\par\\smallskip", "\\raggedright"] + float.notes.map { $0 + "\\par" }
    }
    return lines + ["\\end{\(environment)}"]
  }

  /// Half of the space between columns in points. A number of siunitx has a wider sign of the deviation.
  private var columnSpace: String { figures == .siunitx ? "2.5" : "3" }

  /// The caption with LaTeX's mark of the second best, since italics are not used here. A table of siunitx has no
  /// such mark.
  private var caption: [String] {
    let mark = figures == .siunitx ? "" : ", second best underlined"
    return layout.caption.map { $0.replacing(TableText.secondBest, with: mark) }
  }

  // MARK: - A block

  /// The `tabular` of some benchmarks and rows.
  private func tabular(_ part: LaTeXFloats.Part) -> [String] {
    let block = part.columns
    let columns = layout.columns[block]
    let total = 1 + columns.reduce(0) { $0 + layout.width(of: $1) }
    var lines = ["\\begin{tabular}{l\(block.map(specification).joined())}", "\\toprule"]
    var titles = [""]
    var rules: [String] = []
    var scores = [Escaping.latex(layout.rowHeading)]
    var first = 2
    for column in columns {
      let width = layout.width(of: column)
      let title = Escaping.latex(column.title) + superscript(column.marks)
      titles.append("\\multicolumn{\(width)}{c}{\(title)}")
      rules.append("\\cmidrule(lr){\(first)-\(first + width - 1)}")
      scores += (layout.scores.map(Escaping.latex) + (column.showsCount ? ["$n$"] : [])).map(
        heading)
      first += width
    }
    lines += [titles.joined(separator: " & ") + " \\\\", rules.joined(separator: " ")]
    lines.append(scores.joined(separator: " & ") + " \\\\")
    for group in part.groups {
      lines.append("\\midrule")
      lines.append(
        "\\multicolumn{\(total)}{l}{\\textit{\(Escaping.latex(group.title))}} \\\\")
      lines += group.rows.map { row($0, block) }
    }
    return lines + ["\\bottomrule", "\\end{tabular}"]
  }

  /// A row of the table, for some benchmarks:
  ///
  ///     k-means & 8.6$_{\pm 0.2}$ & 21.2$_{\pm 0.0}$ & \textbf{4.5}$_{\pm 0.1}$ \\
  private func row(_ row: TableLayout.Row, _ block: Range<Int>) -> String {
    var texts = [Escaping.latex(row.title)]
    for (column, cell) in zip(layout.columns[block], row.cells[block]) {
      texts += cell.figures.map(figure)
      if column.showsCount { texts.append(heading(Escaping.latex(cell.count))) }
    }
    return texts.joined(separator: " & ") + " \\\\"
  }

  // MARK: - A figure

  /// A figure with its emphasis, deviation and marks. In a column of numbers, anything else is in
  /// braces. Such a column can set bold numbers but no underlined ones, so its second best is not marked.
  private func figure(_ figure: TableLayout.Figure) -> String {
    let parts = Self.parts(of: figure)
    guard figures == .siunitx, Double(parts.mean) != nil else {
      let mean = Escaping.latex(parts.mean)
      let deviation = parts.deviation.map { "$_{\\pm \(Escaping.latex($0))}$" } ?? ""
      let text = marked(mean, figure) + deviation + superscript(figure.marks)
      return figures == .siunitx ? "{\(text)}" : text
    }
    let number = parts.mean + (parts.deviation.map { " +- \($0)" } ?? "")
    return (figure.isBest ? "\\bfseries " : "") + number + superscript(figure.marks)
  }

  /// The best figure is bold, the second best underlined as far as the caption says so.
  private func marked(_ text: String, _ figure: TableLayout.Figure) -> String {
    if figure.isBest { return "\\textbf{\(text)}" }
    return figure.isSecondBest && figures == .text ? "\\underline{\(text)}" : text
  }

  /// "13.9 ± 0.4" as 13.9 and 0.4; any other text as it is.
  private static func parts(
    of figure: TableLayout.Figure
  ) -> (mean: String, deviation: String?) {
    let parts = figure.text.components(separatedBy: " ± ")
    return parts.count == 2 ? (parts[0], parts[1]) : (figure.text, nil)
  }

  /// Text in a column of numbers is in braces.
  private func heading(_ text: String) -> String { figures == .siunitx ? "{\(text)}" : text }

  /// The column specification of a benchmark. For siunitx it states the digits before the point and
  /// those of the deviation, and reserves space for marks.
  private func specification(_ column: Int) -> String {
    let count = layout.columns[column].showsCount ? "c" : ""
    guard figures == .siunitx else {
      return String(repeating: "c", count: layout.scores.count) + count
    }
    return layout.scores.indices.map { score in
      let parts = layout.groups.flatMap(\.rows).map {
        Self.parts(of: $0.cells[column].figures[score])
      }
      .filter { Double($0.mean) != nil }
      let whole = parts.map { $0.mean.prefix { $0 != "." }.count }.max() ?? 2
      let deviations = parts.compactMap(\.deviation)
      let uncertain = deviations.map { $0.filter(\.isNumber).count }.max()
      let marks = layout.groups.flatMap(\.rows).map { $0.cells[column].figures[score].marks.count }
        .max()
      let space = String(repeating: "\\textsuperscript{*}", count: marks ?? 0)
      return "S[table-format=\(whole).1" + (uncertain.map { "(\($0))" } ?? "")
        + (space.isEmpty ? "" : ", table-space-text-post={\(space)}") + "]"
    }.joined() + count
  }

  private func superscript(_ marks: [String]) -> String {
    marks.isEmpty ? "" : "\\textsuperscript{\(marks.map(Escaping.latex).joined())}"
  }

  /// The name with every character that a label cannot hold replaced by a hyphen.
  private var label: String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
  }

  // MARK: - Widths

  /// The benchmarks that fit beside each other, in order; at least one per block.
  private var blocks: [Range<Int>] {
    var blocks: [Range<Int>] = []
    var block = 0..<0
    for next in layout.columns.indices {
      let widened = block.lowerBound..<(next + 1)
      if block.isEmpty || width(widened) <= Self.textWidth {
        block = widened
      } else {
        blocks.append(block)
        block = next..<(next + 1)
      }
    }
    return block.isEmpty ? blocks : blocks + [block]
  }

  /// The estimated width of a block in points, from mean widths of Computer Modern's characters at
  /// 8 points (4.3, in subscripts 3.6) with 6 points between columns.
  private func width(_ block: Range<Int>) -> Double {
    let rows = layout.groups.flatMap(\.rows)
    let titles = 4.3 * Double((rows.map(\.title) + [layout.rowHeading]).map(\.count).max() ?? 6)
    let deviation = figures == .siunitx ? 4.3 : 3.6
    return block.reduce(titles) { width, column in
      let scores = layout.scores.indices.map { score in
        rows.map { row in
          let figure = row.cells[column].figures[score]
          let parts = Self.parts(of: figure)
          return 4.3 * Double(parts.mean.count)
            + deviation * Double(parts.deviation.map { $0.count + 2 } ?? 0)
            + 4 * Double(figure.marks.joined().count)
        }.max() ?? 0
      }
      let columns = scores.map { max($0, 18) + 6 }.reduce(0, +)
      let heading = 4.3 * Double(layout.columns[column].title.count + 2)
      return width + max(columns, heading) + (layout.columns[column].showsCount ? 30 : 0)
    }
  }
}
