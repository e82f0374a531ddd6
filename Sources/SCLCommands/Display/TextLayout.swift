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

/// Numbers, times and sizes in units that people read.
enum Quantities {
  /// A number of things: "1 run", "2 runs".
  /// - Parameter noun: the singular, whose plural ends in "s".
  static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  /// A duration in its two largest units: "under 1 s", "45 s", "2 min 5 s", "12 min", "2 h 10 min",
  /// "3 d 4 h". Minutes from ten on are printed without seconds.
  /// - Parameter seconds: any number; negative ones and NaN count as 0.
  static func time(_ seconds: Double) -> String {
    // Clamped to what an integer holds.
    let whole = seconds.isNaN ? 0 : Int(min(max(seconds, 0), 1e12).rounded())
    let (days, hours, minutes) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60)
    if days > 0 { return hours > 0 ? "\(days) d \(hours) h" : "\(days) d" }
    if hours > 0 { return minutes > 0 ? "\(hours) h \(minutes) min" : "\(hours) h" }
    // Up to ten minutes, seconds still matter.
    if minutes >= 10 { return "\(minutes) min" }
    if minutes > 0 { return whole % 60 > 0 ? "\(minutes) min \(whole % 60) s" : "\(minutes) min" }
    return whole > 0 || seconds <= 0 ? "\(whole) s" : "under 1 s"
  }

  /// An amount of memory: "0.31 GiB", "12.5 GiB".
  static func memory(_ bytes: Int) -> String {
    let size = Double(bytes) / 0x1p30
    return String(format: size < 10 ? "%.2f GiB" : "%.1f GiB", size)
  }

  /// A file size: "812 B", "90.1 KiB", "162.2 MiB", "2.5 GiB".
  static func size(_ bytes: Int64) -> String {
    var size = Double(bytes)
    var units = ["KiB", "MiB", "GiB", "TiB"][...]
    guard size >= 1024 else { return "\(bytes) B" }
    size /= 1024
    while size >= 1024, units.count > 1 {
      size /= 1024
      units.removeFirst()
    }
    return String(format: "%.1f ", size) + units[units.startIndex]
  }
}
