/// The forms in which a result table can be had.
public enum TableFormat: String, CaseIterable, Sendable {
  /// Aligned, so that it reads in a terminal too.
  case markdown
  /// A fragment for a paper; it needs the package booktabs.
  case latex
  /// A line for each method, benchmark and score.
  case csv
  /// One file that needs no other.
  case html
  /// An object on each line: one for each cell, then one for each remark.
  case json
}

extension ResultTable {
  /// The table as text, ending with a line break.
  /// - Parameter width: the columns of the terminal that shows it. A Markdown table that is wider comes
  ///   in blocks of some benchmarks each; nil, as for a file, never breaks it up.
  public func rendered(as format: TableFormat, width: Int? = nil) -> String {
    switch format {
    case .markdown: MarkdownRenderer.render(TableLayout(self), width: width)
    case .latex: LaTeXRenderer.render(TableLayout(self), name: experiment)
    case .csv: CSVRenderer.render(self)
    case .html: HTMLRenderer.render(TableLayout(self), title: experiment)
    case .json: JSONRenderer.render(self)
    }
  }
}
