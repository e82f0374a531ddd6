/// A Markdown table with its columns aligned, for people who read it in a terminal.
struct MarkdownGrid {
  var header: [String]
  /// Whether a column is of figures, and so aligned to the right.
  var isNumeric: [Bool]
  var rows: [[String]] = []

  var lines: [String] {
    let widths = header.indices.map { column in
      max(3, ([header] + rows).map { $0[column].count }.max() ?? 0)
    }
    let delimiter = widths.indices.map { column in
      isNumeric[column]
        ? String(repeating: "-", count: widths[column] - 1) + ":"
        : String(repeating: "-", count: widths[column])
    }
    return ([header, delimiter] + rows).map { row in
      let cells = row.enumerated().map { column, text in
        let padding = String(repeating: " ", count: widths[column] - text.count)
        return isNumeric[column] ? padding + text : text + padding
      }
      return "| \(cells.joined(separator: " | ")) |"
    }
  }

  func fits(_ width: Int?) -> Bool {
    width.map { lines[0].count <= $0 } ?? true
  }
}

/// Markdown text in lines that most terminals hold.
enum MarkdownText {
  /// No line is longer unless a single word makes it so.
  static let width = 120

  /// The text, escaped, as an item of a list ("- ") or a paragraph ("").
  static func wrapped(_ text: String, bullet: String = "") -> String {
    let indent = String(repeating: " ", count: bullet.count)
    var lines: [String] = []
    var line = bullet
    for word in Escaping.markdown(text).split(separator: " ") {
      let isAtStart = line == bullet || line == indent
      if !isAtStart && line.count + 1 + word.count > width {
        lines.append(line)
        line = indent + word
      } else {
        line += (isAtStart ? "" : " ") + word
      }
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
