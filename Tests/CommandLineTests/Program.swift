import Foundation
import Testing

/// A built executable, run as a user would: `scl` unless another is named.
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

  /// Whether tests that take minutes are carried out as well.
  static let isSlow = ProcessInfo.processInfo.environment["SCL_SLOW"] != nil

  /// `scl` lies beside the program that runs the tests.
  static let path = executable("scl")

  static func executable(_ name: String) -> String {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent(name).path
  }

  /// The program's working directory.
  let folder: String
  var path = Program.path

  /// Runs to the end.
  func run(_ arguments: [String]) throws -> Result {
    try run(arguments) { try $0.waitForEnd() }
  }

  /// Runs to the end and looks again and again how much memory it has taken at most, in bytes.
  ///
  /// Nothing is known of a program that ended before it was looked at, as on a busy machine: it is run
  /// again.
  func measured(_ arguments: [String]) throws -> (result: Result, peakBytes: Int) {
    var peak = 0
    var result: Result?
    for _ in 0..<20 where peak == 0 {
      result = try run(arguments) { process in
        let limit = ContinuousClock.now + .seconds(CommandLineTests.patience)
        while process.isRunning, ContinuousClock.now < limit {
          peak = max(peak, Self.peakMemory(of: process.processIdentifier) ?? 0)
          usleep(2_000)
        }
        try process.waitForEnd(within: 1)
      }
    }
    try #require(peak > 0, "\(arguments) ended unseen twenty times")
    return (try #require(result), peak)
  }

  private func run(_ arguments: [String], _ wait: (Process) throws -> Void) throws -> Result {
    // Files, not pipes: nothing blocks, whatever the length of the output.
    let output = "\(folder)/.stdout-\(UUID().uuidString)"
    let errors = "\(folder)/.stderr-\(UUID().uuidString)"
    defer { for file in [output, errors] { try? FileManager.default.removeItem(atPath: file) } }
    let process = try start(arguments, output: output, errors: errors)
    try wait(process)
    return Result(
      exitCode: process.terminationStatus,
      output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }

  /// The kernel's high-water mark of a living process, in bytes.
  private static func peakMemory(of process: Int32) -> Int? {
    let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    return status?.firstMatch(of: /VmHWM:\s+(\d+) kB/).flatMap { Int($0.1) }.map { $0 << 10 }
  }

  /// Starts in a process group of its own, which Foundation gives every process.
  func start(
    _ arguments: [String], output: String = "/dev/null", errors: String = "/dev/null"
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
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

extension Process {
  /// Waits until it has ended. One that takes longer than anything that tests do is ended, with its
  /// process group: a test that hangs would stop all of them without a word.
  func waitForEnd(
    within seconds: Double = CommandLineTests.patience,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let limit = ContinuousClock.now + .seconds(seconds)
    while isRunning, ContinuousClock.now < limit { usleep(1_000) }
    let hasEnded = !isRunning
    if !hasEnded {
      kill(-processIdentifier, SIGKILL)
      waitUntilExit()
    }
    try #require(
      hasEnded, "'\(arguments ?? [])' had not ended after \(seconds) s",
      sourceLocation: sourceLocation)
  }
}
