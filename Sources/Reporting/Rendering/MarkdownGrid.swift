import Core

/// A Markdown table with aligned columns, which can also be read in a terminal. Cells are escaped
/// already.
struct MarkdownGrid {
  /// The headings, one per column.
  var header: [String]
  /// Whether each column holds figures; these are aligned to the right.
  var isNumeric: [Bool]
  /// Each with one cell per column.
  var rows: [[String]] = []
  /// Whether an empty text stands for the one above it, which may go on there when it is wrapped.
  var emptyRepeats = false

  /// The lines at full width.
  var lines: [String] { lines(spaced: true) }

  /// - Parameter spaced: whether a space separates each cell from its bars.
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

  /// The width of each column in characters, at least 3 for the delimiter row.
  private var widths: [Int] {
    header.indices.map { column in
      max(3, ([header] + rows).map { $0[column].count }.max() ?? 0)
    }
  }

  /// Whether the table fits into so many columns of a terminal; nil is no limit.
  func fits(_ width: Int?) -> Bool {
    width.map { lines[0].count <= $0 } ?? true
  }

  /// The lines for a terminal of so many columns.
  ///
  /// A table that is too wide loses the spaces beside its bars. If that is not enough, texts are
  /// wrapped into the rows below, between words. Figures and headings are never broken, so a line may
  /// still be too long.
  func lines(within width: Int?) -> [String] {
    guard let width, !fits(width) else { return lines }
    var grid = self
    var limits = widths
    while limits.reduce(limits.count + 1, +) > width {
      // The widest text column is narrowed first.
      let broken = limits.indices.filter { !isNumeric[$0] && limits[$0] > grid.narrowest($0) }
      guard let widest = broken.max(by: { limits[$0] < limits[$1] }) else { break }
      limits[widest] -= 1
    }
    grid.rows = wrapped(to: limits)
    return grid.lines(spaced: false)
  }

  /// The rows with texts wrapped to so many characters by column. A row has as many lines as its texts need; a text
  /// that goes on in the rows below adds lines only to the last of them.
  private func wrapped(to limits: [Int]) -> [[String]] {
    let columns = header.indices.map { spans(of: $0, limit: limits[$0]) }
    var heights = Array(repeating: 1, count: rows.count)
    for span in columns.joined() {
      let room = heights[span.rows].reduce(0, +)
      heights[span.rows.upperBound - 1] += max(0, span.lines.count - room)
    }
    var tops: [Int] = []
    var height = 0
    for lines in heights {
      tops.append(height)
      height += lines
    }
    var wrapped = Array(
      repeating: Array(repeating: "", count: header.count), count: height)
    for (column, spans) in columns.enumerated() {
      for span in spans {
        for (line, text) in span.lines.enumerated() {
          wrapped[tops[span.rows.lowerBound] + line][column] = text
        }
      }
    }
    return wrapped
  }

  /// The cells of a column from top to bottom: the rows that each takes, and its lines.
  private func spans(of column: Int, limit: Int) -> [(rows: Range<Int>, lines: [String])] {
    var spans: [(rows: Range<Int>, lines: [String])] = []
    for (row, cells) in rows.enumerated() {
      let text = cells[column]
      if emptyRepeats, !isNumeric[column], text.isEmpty, let last = spans.popLast() {
        spans.append((last.rows.lowerBound..<row + 1, last.lines))
      } else {
        spans.append((row..<row + 1, text.count > limit ? text.wrapped(to: limit) : [text]))
      }
    }
    return spans
  }

  /// The length of the longest word of a column, heading included.
  private func narrowest(_ column: Int) -> Int {
    rows.flatMap { $0[column].split(separator: " ") }.map(\.count)
      .reduce(max(3, header[column].count), max)
  }
}

/// Wraps Markdown text for terminals.
enum MarkdownText {
  /// The longest line in characters, unless a single word is longer.
  static let width = 120

  /// Escapes and wraps a text.
  /// - Parameters:
  ///   - text: unescaped.
  ///   - bullet: "- " for an item of a list, "" for a paragraph. Further lines are indented by its
  ///     length.
  ///   - columns: the width of the terminal; nil for pipes and files.
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
}
