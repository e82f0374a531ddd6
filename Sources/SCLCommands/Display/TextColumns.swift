import Core

/// Rows of text in columns as wide as their widest entry; a column without entries takes no place.
struct TextColumns {
  let lines: [String]

  init(_ texts: [[String]]) {
    // A tab or a line break would shift what follows.
    let rows = texts.map { $0.map(\.displayable) }
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    lines = rows.map { row in
      let cells = row.enumerated().filter { widths[$0.offset] > 0 }.map { column, text in
        text + String(repeating: " ", count: widths[column] - text.count)
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
