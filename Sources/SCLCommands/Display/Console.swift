import Core
import Foundation
import Synchronization

/// Results go to standard output; progress, remarks and errors to standard error.
///
/// What commands a terminal is taken out of every text here: it may come from files of other people.
enum Console {
  static func print(_ line: String) {
    printPart(line + "\n")
  }

  /// Writes to standard output, and ends the program with sysexits' EX_IOERR where that fails.
  static func printPart(_ text: String) {
    write(text.displayableLines)
  }

  /// Clears the terminal that standard output is, before all of it is written anew.
  static func clear() { write("\u{1B}[H\u{1B}[J") }

  private static func write(_ text: String) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      self.error("error: cannot write to standard output: \(String(cString: strerror(errno)))")
      exit(74)
    }
  }

  /// Whether `note` says nothing; set once, before a command runs.
  static let isQuiet = Atomic(false)

  /// Progress and remarks, which `--quiet` leaves out.
  static func note(_ line: String) {
    if !isQuiet.load(ordering: .relaxed) { error(line) }
  }

  static func error(_ line: String) {
    errorPart(line.displayableLines + "\n")
  }

  /// Writes as it is, with commands to the terminal of our own.
  static func errorPart(_ text: String) {
    // Where standard error cannot be written there is nobody to tell.
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Whether standard error is a terminal, on which lines can be redrawn.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// The columns of standard output, if it is a terminal.
  static var outputWidth: Int? {
    isatty(STDOUT_FILENO) == 1 ? TerminalRegion.size(of: STDOUT_FILENO).columns : nil
  }

  /// One object as a line of JSON, with its keys in order.
  static func json(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self).displayableJSON)
  }
}
