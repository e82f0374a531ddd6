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

  /// Runs to the end, in this process's folder, and measures the memory that it took at most, in bytes.
  func measured(_ arguments: [String]) throws -> (result: Result, peakBytes: Int) {
    let output = "\(folder)/.stdout-\(UUID().uuidString)"
    let errors = "\(folder)/.stderr-\(UUID().uuidString)"
    defer { for file in [output, errors] { try? FileManager.default.removeItem(atPath: file) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, file) in [(STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
      posix_spawn_file_actions_addopen(
        &actions, descriptor, file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    var process: pid_t = 0
    var pointers = ([Self.path] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    let spawned = posix_spawn(&process, Self.path, &actions, nil, &pointers, nil)
    try #require(spawned == 0)
    var status: Int32 = 0
    var usage = rusage()
    try #require(wait4(process, &status, 0, &usage) == process)
    let isExit = status & 0x7F == 0
    return (
      Result(
        exitCode: isExit ? status >> 8 & 0xFF : -(status & 0x7F),
        output: try String(contentsOfFile: output, encoding: .utf8),
        errors: try String(contentsOfFile: errors, encoding: .utf8)),
      Int(usage.ru_maxrss) << 10
    )
  }
}
