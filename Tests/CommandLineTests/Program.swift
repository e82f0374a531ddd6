import Foundation
import Testing

/// The built `scl`, run as a user would.
struct Program {
  struct Result {
    let exitCode: Int32
    let output: String
    let errors: String

    /// The lines of standard error.
    var errorLines: [Substring] { errors.split(separator: "\n") }
    /// The lines of standard output.
    var lines: [Substring] { output.split(separator: "\n") }

    /// The lines of standard output as JSON objects, of a program that did not fail.
    func objects() throws -> [[String: Any]] {
      #expect(exitCode == 0, "\(errors)")
      return try lines.map { line in
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
        return try #require(object as? [String: Any])
      }
    }
  }

  /// `scl` lies beside the program that runs the tests.
  static let path = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("scl").path

  /// Where the program runs, and what its relative paths mean.
  let folder: String

  /// Runs to the end.
  func run(_ arguments: [String]) throws -> Result {
    // Files, not pipes: nothing blocks, whatever the length of the output.
    let output = "\(folder)/.stdout-\(UUID().uuidString)"
    let errors = "\(folder)/.stderr-\(UUID().uuidString)"
    defer { for file in [output, errors] { try? FileManager.default.removeItem(atPath: file) } }
    let process = try start(arguments, output: output, errors: errors)
    process.waitUntilExit()
    return Result(
      exitCode: process.terminationStatus,
      output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }

  /// Starts in a process group of its own, which Foundation gives every process.
  func start(
    _ arguments: [String], output: String = "/dev/null", errors: String = "/dev/null"
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try writing(output)
    process.standardError = try writing(errors)
    try process.run()
    return process
  }

  private func writing(_ path: String) throws -> FileHandle {
    if path == "/dev/null" { return FileHandle.nullDevice }
    try Data().write(to: URL(fileURLWithPath: path))
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }
}
