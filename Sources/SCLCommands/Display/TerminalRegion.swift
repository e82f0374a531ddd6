import Core
import Foundation

/// Lines at the bottom of a terminal (standard error) that are redrawn in place.
struct TerminalRegion {
  private var drawn = 0

  /// Writes `notes`, which stay, and the region below them.
  mutating func show(notes: [String] = [], _ lines: [String]) {
    let size = Self.size
    var lines = lines
    if lines.count >= size.rows {
      // The last line is that for the whole.
      let kept = max(1, size.rows - 3)
      lines = lines.prefix(kept) + ["... and \(lines.count - 1 - kept) more"] + lines.suffix(1)
    }
    // The cursor stands at the start of the line below the region.
    var text = drawn > 0 ? "\u{1B}[\(drawn)F\u{1B}[J" : "\r\u{1B}[J"
    for note in notes { text += note.displayable + "\n" }
    // A line that wraps would be two on the way back.
    for line in lines { text += line.displayable.prefix(size.columns - 1) + "\n" }
    drawn = lines.count
    if !Console.isQuiet.load(ordering: .relaxed) { Console.errorPart(text) }
  }

  /// Of the terminal that `descriptor` is.
  static func size(of descriptor: Int32 = STDERR_FILENO) -> (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20, size.ws_row > 4 else {
      return (100, 24)
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  private static var size: (columns: Int, rows: Int) { size(of: STDERR_FILENO) }
}
