import Foundation
import Testing

/// A process in a process group of its own, with no signal blocked or ignored, as a shell starts it.
///
/// Foundation's `Process` hands down the blocked signals of the thread that starts it: a cluster
/// started that way would not hear them, and neither would its jobs.
final class ChildProcess {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let pid: pid_t
  private let outputPath: String
  private let errorPath: String
  private(set) var exitCode: Int32?

  /// - Parameter environment: added to this process's.
  init(
    _ program: String, _ arguments: [String], in folder: String,
    environment: [String: String] = [:]
  ) throws {
    let id = UUID().uuidString
    outputPath = "\(folder)/.stdout-\(id)"
    errorPath = "\(folder)/.stderr-\(id)"
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (descriptor, path) in [(Int32(1), outputPath), (2, errorPath)] {
      posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY | O_CREAT, 0o644)
    }
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      .map { "\($0.key)=\($0.value)" }
    // env(1) changes the folder and becomes the program.
    let words = ["env", "-C", folder, program] + arguments
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, "env", &actions, &attributes, &argv, &envp)
    guard code == 0 else {
      throw Failure(description: "\(program): \(String(cString: strerror(code)))")
    }
    self.pid = pid
  }

  deinit {
    if exitCode == nil {
      kill(-pid, SIGKILL)
      while waitpid(pid, nil, 0) < 0, errno == EINTR {}
    }
    for path in [outputPath, errorPath] { unlink(path) }
  }

  var output: String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }
  var errors: String { (try? String(contentsOfFile: errorPath, encoding: .utf8)) ?? "" }
  var lines: [Substring] { output.split(separator: "\n") }

  /// Waits for the end. A process that takes longer than anything that tests do is ended: a test that
  /// hangs would stop all of them without a word.
  /// - Returns: the exit code, or 128 and the signal's number as a shell has it.
  @discardableResult
  func wait() -> Int32 {
    let limit = ContinuousClock.now + .seconds(Self.patience)
    while !hasEnded, ContinuousClock.now < limit { usleep(2_000) }
    if let exitCode { return exitCode }
    Issue.record("process \(pid) had not ended after \(Self.patience) s: \(errors)")
    kill(-pid, SIGKILL)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    let code = Self.code(of: status)
    exitCode = code
    return code
  }

  /// Seconds that no process of a test takes.
  private static let patience = Cluster.isSlow ? 3_600.0 : 300

  private static func code(of status: Int32) -> Int32 {
    status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
  }

  /// Whether it has ended; does not wait.
  var hasEnded: Bool {
    guard exitCode == nil else { return true }
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return false }
    exitCode = Self.code(of: status)
    return true
  }

  func signal(_ number: Int32) { kill(pid, number) }
}
