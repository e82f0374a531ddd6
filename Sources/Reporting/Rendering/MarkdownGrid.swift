/// A Markdown table with its columns aligned, for people who read it in a terminal.
struct MarkdownGrid {
  var header: [String]
  /// Whether a column is of figures, and so aligned to the right.
  var isNumeric: [Bool]
  var rows: [[String]] = []

  var lines: [String] { lines(spaced: true) }

  /// - Parameter spaced: whether there is a space beside every bar.
  private func lines(spaced: Bool) -> [String] {
    let widths = widths
    let delimiter = widths.indices.map { column in
      isNumeric[column]
        ? String(repeating: "-", count: widths[column] - 1) + ":"
        : String(repeating: "-", count: widths[column])
    }
    let space = spaced ? " " : ""
    return ([header, delimiter] + rows).map { row in
      let cells = row.enumerated().map { column, text in
        let padding = String(repeating: " ", count: max(0, widths[column] - text.count))
        return isNumeric[column] ? padding + text : text + padding
      }
      return "|\(space)\(cells.joined(separator: "\(space)|\(space)"))\(space)|"
    }
  }

  private var widths: [Int] {
    header.indices.map { column in
      max(3, ([header] + rows).map { $0[column].count }.max() ?? 0)
    }
  }

  func fits(_ width: Int?) -> Bool {
    width.map { lines[0].count <= $0 } ?? true
  }

  /// The lines for a terminal of so many columns. A table that is wider has no spaces beside its bars;
  /// where that does not do, texts go on in rows below, broken between words.
  func lines(within width: Int?) -> [String] {
    guard let width, !fits(width) else { return lines }
    var grid = self
    var limits = widths
    while limits.reduce(limits.count + 1, +) > width {
      // The widest of the texts; figures and headers are never broken.
      let broken = limits.indices.filter { !isNumeric[$0] && limits[$0] > grid.narrowest($0) }
      guard let widest = broken.max(by: { limits[$0] < limits[$1] }) else { break }
      limits[widest] -= 1
    }
    grid.rows = rows.flatMap { row -> [[String]] in
      let cells = row.enumerated().map { column, text in
        text.count > limits[column] ? MarkdownText.lines(of: text, to: limits[column]) : [text]
      }
      return (0..<(cells.map(\.count).max() ?? 0)).map { line in
        cells.map { line < $0.count ? $0[line] : "" }
      }
    }
    return grid.lines(spaced: false)
  }

  /// The longest word of a column, header included.
  private func narrowest(_ column: Int) -> Int {
    rows.flatMap { $0[column].split(separator: " ") }.map(\.count)
      .reduce(max(3, header[column].count), max)
  }
}

/// Markdown text in lines that most terminals hold.
enum MarkdownText {
  /// No line is longer unless a single word makes it so.
  static let width = 120

  /// The text, escaped, as an item of a list ("- ") or a paragraph ("").
  /// - Parameter columns: those of the terminal that shows it, if it is one.
  static func wrapped(_ text: String, bullet: String = "", within columns: Int? = nil) -> String {
    let width = min(columns ?? width, width)
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

  /// Escaped text in lines of at most `width` characters, broken between words.
  static func lines(of text: String, to width: Int) -> [String] {
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
