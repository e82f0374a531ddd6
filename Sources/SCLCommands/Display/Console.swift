import Core
import Foundation
import Synchronization

/// All output of the program. Results go to standard output; progress, notes and errors to standard
/// error.
///
/// Control characters are removed from every text here, because names and messages may come from
/// files of other people and could otherwise control the terminal.
enum Console {
  /// Writes a line to standard output.
  static func print(_ line: String) {
    printPart(line + "\n")
  }

  /// Writes text to standard output as it is, line breaks included. If that fails, as for a full
  /// disk, the program exits with 74 (EX_IOERR).
  static func printPart(_ text: String) {
    write(text.displayableLines)
  }

  /// Clears the terminal at standard output, for output that is redrawn.
  static func clear() { write("\u{1B}[H\u{1B}[J") }

  /// Writes without any change.
  private static func write(_ text: String) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      self.error("error: cannot write to standard output: \(String(cString: strerror(errno)))")
      exit(74)
    }
  }

  /// Whether `--quiet` was given. It is set once, while options are validated.
  static let isQuiet = Atomic(false)

  /// Writes a line of progress or a remark to standard error, unless `--quiet`.
  static func note(_ line: String) {
    if !isQuiet.load(ordering: .relaxed) { error(line) }
  }

  /// Writes a line to standard error, whatever the options.
  static func error(_ line: String) {
    errorPart(line.displayableLines + "\n")
  }

  /// Writes text with our own control sequences to standard error, unchanged. The caller removes
  /// those of others.
  static func errorPart(_ text: String) {
    // If standard error fails, there is no place left to report it.
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Whether standard error is a terminal, where lines can be redrawn.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// The number of columns of the terminal at standard output; nil for pipes and files.
  static var outputWidth: Int? {
    isatty(STDOUT_FILENO) == 1 ? TerminalRegion.size(of: STDOUT_FILENO).columns : nil
  }

  /// Writes an object as one line of JSON with sorted keys to standard output.
  /// - Throws: an encoding error, such as for a number that is not finite.
  static func json(_ value: some Encodable) throws {
    print(String(decoding: try JSONEncoder.sorted().encode(value), as: UTF8.self).displayableJSON)
  }

  /// Writes rows in aligned columns. On a terminal, the last column is wrapped to its width.
  static func printColumns(_ rows: [[String]]) {
    for line in TextColumns(rows, width: outputWidth).lines { print(line) }
  }
}

/// Lines at the bottom of the terminal (standard error) that are redrawn in place.
///
///     var region = TerminalRegion()
///     region.show(["12 %"])
///     region.show(notes: ["one file was skipped"], ["47 %"])
///     region.show([])  // removes the lines
struct TerminalRegion {
  /// The number of lines on the screen.
  private var drawn = 0

  /// Replaces the region.
  /// - Parameters:
  ///   - notes: lines that stay, above the region.
  ///   - lines: the new region, the last line being the summary. Lines are cut to the terminal's
  ///     width. If there are too many, some in the middle are left out and counted.
  mutating func show(notes: [String] = [], _ lines: [String]) {
    let size = Self.size
    var lines = lines
    if lines.count >= size.rows {
      // The last line is the summary.
      let kept = max(1, size.rows - 3)
      lines = lines.prefix(kept) + ["... and \(lines.count - 1 - kept) more"] + lines.suffix(1)
    }
    // The cursor stands at the start of the line below the region.
    var text = drawn > 0 ? "\u{1B}[\(drawn)F\u{1B}[J" : "\r\u{1B}[J"
    for note in notes { text += note.displayable + "\n" }
    // A wrapped line would count as two when the cursor moves back.
    for line in lines { text += line.displayable.prefix(size.columns - 1) + "\n" }
    drawn = lines.count
    if !Console.isQuiet.load(ordering: .relaxed) { Console.errorPart(text) }
  }

  /// The size of the terminal at a file descriptor in characters; 100 columns and 24 rows where these are unknown or
  /// unusably few. A terminal of a program may have columns and no rows.
  static func size(of descriptor: Int32 = STDERR_FILENO) -> (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 else { return (100, 24) }
    return (
      size.ws_col > 20 ? Int(size.ws_col) : 100, size.ws_row > 4 ? Int(size.ws_row) : 24
    )
  }

  private static var size: (columns: Int, rows: Int) { size(of: STDERR_FILENO) }
}
