import Core
import Foundation
import Synchronization

/// All output of the program: results go to standard output; progress, notes and errors to standard error.
///
/// Control sequences are removed here from every text, which may come from files of other people.
enum Console {
  static func print(_ line: String) {
    printPart(line + "\n")
  }

  /// Writes to standard output. If that fails, the program exits with 74 (EX_IOERR of sysexits.h).
  static func printPart(_ text: String) {
    write(text.displayableLines)
  }

  /// Clears the terminal at standard output.
  static func clear() { write("\u{1B}[H\u{1B}[J") }

  private static func write(_ text: String) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      self.error("error: cannot write to standard output: \(String(cString: strerror(errno)))")
      exit(74)
    }
  }

  /// Whether `note` is silent; set once, before a command runs.
  static let isQuiet = Atomic(false)

  /// Prints progress or a note, unless `--quiet` was given.
  static func note(_ line: String) {
    if !isQuiet.load(ordering: .relaxed) { error(line) }
  }

  static func error(_ line: String) {
    errorPart(line.displayableLines + "\n")
  }

  /// Writes text with our own control sequences to standard error, unchanged.
  static func errorPart(_ text: String) {
    // If standard error fails, there is no place left to report it.
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Whether standard error is a terminal, where lines can be redrawn.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// The columns of standard output; nil if it is not a terminal.
  static var outputWidth: Int? {
    isatty(STDOUT_FILENO) == 1 ? TerminalRegion.size(of: STDOUT_FILENO).columns : nil
  }

  /// Prints an object as a line of JSON with sorted keys.
  static func json(_ value: some Encodable) throws {
    print(String(decoding: try JSONEncoder.sorted().encode(value), as: UTF8.self).displayableJSON)
  }

  /// Prints rows in columns, wrapped to the terminal's width.
  static func printColumns(_ rows: [[String]]) {
    for line in TextColumns(rows, width: outputWidth).lines { print(line) }
  }
}

/// Lines at the bottom of the terminal (standard error) that are redrawn in place.
struct TerminalRegion {
  private var drawn = 0

  /// Writes `notes`, which remain, and below them the region.
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

  /// The size of the terminal at `descriptor`; 100 x 24 if unknown.
  static func size(of descriptor: Int32 = STDERR_FILENO) -> (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20, size.ws_row > 4 else {
      return (100, 24)
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  private static var size: (columns: Int, rows: Int) { size(of: STDERR_FILENO) }
}
