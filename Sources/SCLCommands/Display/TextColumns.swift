import Core

/// Rows of text in columns as wide as their widest entry; a column without entries takes no place.
struct TextColumns {
  /// The lines of each row.
  let rows: [[String]]

  var lines: [String] { rows.flatMap(\.self) }

  /// The least width in which a last column is wrapped beside the others.
  private static let narrowest = 20

  /// - Parameter width: columns of the terminal; what the last column has more goes on below it, broken
  ///   between words. Nil for no limit.
  init(_ texts: [[String]], width: Int? = nil) {
    // A tab or a line break would shift what follows.
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
        let room = width - start
        if room >= Self.narrowest {
          var parts = Self.wrapped(last, to: room)
          cells[cells.count - 1] = parts.isEmpty ? "" : parts.removeFirst()
          more = parts.map { String(repeating: " ", count: start) + $0 }
        } else {
          cells[cells.count - 1] = ""
          more = Self.wrapped(last, to: max(Self.narrowest, width - 4)).map { "    " + $0 }
        }
      }
      var line = zip(cells, shown).map { text, column in
        text + String(repeating: " ", count: max(0, widths[column] - text.count))
      }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return [line] + more
    }
  }

  /// The text in lines of at most `width` characters, broken between words; a longer word stands alone.
  static func wrapped(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
