import Benchmarks
import Foundation
import Testing

/// All tests of the command line, two at a time. Each waits for the processes that it starts, and for each of them no
/// longer than `patience`. The limit counts the wait for a place too.
@Suite(.atMost(2), .timeLimit(.minutes(Program.isSlow ? 240 : 60)))
final class CommandLineTests {
  /// Seconds that no process of a test takes.
  static let patience = 300.0

  /// The folder of the repository.
  static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  let folder: String
  let program: Program

  /// A data folder with the rehearsal and its original files, made once by the program itself.
  static let data = Result {
    let folder = NSTemporaryDirectory() + "command-line-tests-data-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let made = try Program(folder: folder).run(["data", "prepare", "rehearsal", "--data", folder])
    try #require(made.exitCode == 0, "\(made.errors)")
    return folder
  }

  init() throws {
    folder = NSTemporaryDirectory() + "command-line-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    program = Program(folder: folder)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Runs `scl` and expects a refusal: this exit code, one line that holds `parts`, no output.
  func expectRefusal(
    _ exitCode: Int32, _ arguments: [String], _ parts: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let result = try program.run(arguments)
    #expect(result.exitCode == exitCode, "\(result.errors)", sourceLocation: sourceLocation)
    #expect(result.errorLines.count == 1, "\(result.errors)", sourceLocation: sourceLocation)
    #expect(result.errors.hasPrefix("error: "), "\(result.errors)", sourceLocation: sourceLocation)
    #expect(result.output.isEmpty, sourceLocation: sourceLocation)
    for part in parts {
      #expect(
        result.errors.contains(part), "'\(part)' is not in: \(result.errors)",
        sourceLocation: sourceLocation)
    }
  }

  /// Every file below a folder, hidden ones too.
  func files(below path: String) -> [String] {
    (FileManager.default.subpaths(atPath: path) ?? []).sorted()
  }

  func write(_ text: String, to name: String) throws -> String {
    let path = "\(folder)/\(name)"
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }
}
