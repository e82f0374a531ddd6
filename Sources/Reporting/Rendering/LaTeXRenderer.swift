/// A result table as a LaTeX fragment (`table*`) with the rules of booktabs, scaled to the width of
/// the text. The document needs the packages booktabs and graphicx. The label is "tab:" and the
/// experiment's name.
enum LaTeXRenderer {
  /// The fragment.
  /// - Parameters:
  ///   - layout: the table.
  ///   - name: for the label.
  static func render(_ layout: TableLayout, name: String) -> String {
    let widths = layout.columns.map(layout.width)
    let total = 1 + widths.reduce(0, +)
    var lines = [
      "% Needs \\usepackage{booktabs} and \\usepackage{graphicx}.",
      "\\begin{table*}[t]",
      "\\centering",
      "\\caption{\(layout.caption.map(Escaping.latex).joined(separator: " "))}",
      "\\label{tab:\(label(name))}",
      "\\resizebox{\\textwidth}{!}{%",
      "\\begin{tabular}{l\(String(repeating: "c", count: total - 1))}",
      "\\toprule",
    ]
    var titles = [""]
    var rules: [String] = []
    var scores = ["Method"]
    var first = 2
    for (column, width) in zip(layout.columns, widths) {
      let title = Escaping.latex(column.title) + superscript(column.marks)
      titles.append("\\multicolumn{\(width)}{c}{\(title)}")
      rules.append("\\cmidrule(lr){\(first)-\(first + width - 1)}")
      scores += layout.scores.map(Escaping.latex) + (column.showsCount ? ["$n$"] : [])
      first += width
    }
    lines += [titles.joined(separator: " & ") + " \\\\", rules.joined(separator: " ")]
    lines.append(scores.joined(separator: " & ") + " \\\\")
    for group in layout.groups {
      lines.append("\\midrule")
      lines.append(
        "\\multicolumn{\(total)}{l}{\\textit{\(Escaping.latex(group.title))}} \\\\")
      lines += group.rows.map { row($0, columns: layout.columns) }
    }
    lines += ["\\bottomrule", "\\end{tabular}}", "\\par\\smallskip", "\\footnotesize\\raggedright"]
    lines += layout.notes.map { "\(superscript([$0.mark])) \(Escaping.latex($0.text))\\par" }
    lines += layout.remarks.map { Escaping.latex($0) + "\\par" }
    lines.append("\\end{table*}")
    return lines.joined(separator: "\n") + "\n"
  }

  /// A method's line; the best figures are bold.
  private static func row(_ row: TableLayout.Row, columns: [TableLayout.Column]) -> String {
    var texts = [Escaping.latex(row.title)]
    for (column, cell) in zip(columns, row.cells) {
      texts += cell.figures.map { figure in
        let text = Escaping.latex(figure.text)
        return (figure.isBest ? "\\textbf{\(text)}" : text) + superscript(figure.marks)
      }
      if column.showsCount { texts.append(Escaping.latex(cell.count)) }
    }
    return texts.joined(separator: " & ") + " \\\\"
  }

  /// Marks as a superscript; nothing without marks.
  private static func superscript(_ marks: [String]) -> String {
    marks.isEmpty ? "" : "\\textsuperscript{\(marks.map(Escaping.latex).joined())}"
  }

  /// The name with every character that a label cannot hold replaced by a hyphen.
  private static func label(_ name: String) -> String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
  }
}
