import Core
import Foundation

/// Rows of text in aligned columns, separated by two spaces. Columns without any text are left out.
///
///     let columns = TextColumns([["kmeans", "finished"], ["scl", "running"]])
///     for line in columns.lines { Console.print(line) }
struct TextColumns {
  /// The lines of each row: one, or more if its last cell was wrapped.
  let rows: [[String]]

  /// The lines of all rows.
  var lines: [String] { rows.flatMap(\.self) }

  /// The minimum width of a wrapped last column beside the others. On narrower terminals it
  /// continues below them, indented.
  private static let narrowest = 20

  /// - Parameters:
  ///   - texts: cells by row. Rows may have different lengths.
  ///   - width: the terminal's columns, to which the last column is wrapped; nil for no limit.
  ///     Other columns are never broken.
  init(_ texts: [[String]], width: Int? = nil) {
    // Tabs and line breaks would break the columns.
    let rows = texts.map { $0.map(\.displayable) }
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    let shown = widths.indices.filter { widths[$0] > 0 }
    let start = shown.dropLast().reduce(0) { $0 + widths[$1] + 2 }
    self.rows = rows.map { row -> [String] in
      var cells = shown.map { $0 < row.count ? row[$0] : "" }
      var more: [String] = []
      if let width, let last = cells.last, start + last.count > width, cells.count > 1 {
        let available = width - start
        if available >= Self.narrowest {
          var parts = last.wrapped(to: available)
          cells[cells.count - 1] = parts.isEmpty ? "" : parts.removeFirst()
          more = parts.map { String(repeating: " ", count: start) + $0 }
        } else {
          cells[cells.count - 1] = ""
          more = last.wrapped(to: max(Self.narrowest, width - 4)).map { "    " + $0 }
        }
      }
      var line = zip(cells, shown).map { text, column in
        text + String(repeating: " ", count: max(0, widths[column] - text.count))
      }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return [line] + more
    }
  }
}
