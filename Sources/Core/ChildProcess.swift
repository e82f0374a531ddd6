import Foundation

/// A process that this one has started, looked after without any thread: whoever started it looks again and
/// again whether it has ended and what it has said.
public final class ChildProcess {
  /// How a process ended.
  public enum Ending: Hashable, Sendable {
    case exited(Int32)
    case signaled(Int32)
  }

  public let pid: Int32
  /// The end of the pipe that its standard output goes into; -1 once it has been read to its end.
  public private(set) var output: Int32
  private var unread = Data()
  private var ending: Ending?

  /// Starts a program, with nothing to read and this process's standard error.
  /// - Parameters:
  ///   - program: its path.
  ///   - silent: whether what it says on standard error is dropped.
  /// - Throws: `FileError` where it cannot be started.
  public init(
    _ program: String, _ arguments: [String], environment: [String: String], silent: Bool = false
  ) throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw FileError("start", program, errno: errno) }
    defer { close(ends[1]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    if silent {
      posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    }
    let words = ([program] + arguments).map { strdup($0) } + [nil]
    let variables = environment.sorted { $0.key < $1.key }.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var number: pid_t = 0
    let code = posix_spawn(&number, program, &actions, nil, words, variables)
    guard code == 0 else {
      close(ends[0])
      throw FileError("start", program, errno: code)
    }
    pid = number
    output = ends[0]
  }

  deinit { if output >= 0 { close(output) } }

  /// What has been said since the last look, without waiting for more.
  public func read() -> Data {
    var said = Data()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while output >= 0 {
      let count = Foundation.read(output, &buffer, buffer.count)
      if count > 0 {
        said.append(contentsOf: buffer[..<count])
      } else if count < 0, errno == EINTR {
        continue
      } else {
        if count == 0 || errno != EAGAIN {
          close(output)
          output = -1
        }
        break
      }
    }
    return said
  }

  /// The whole lines of that; the beginning of one is kept for the next look.
  public func readLines() -> [String] {
    unread.append(read())
    var lines = unread.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // One that speaks without line breaks is not listened to without end.
    unread = Data((lines.popLast() ?? Data()).prefix(1 << 20))
    return lines.map { String(decoding: $0, as: UTF8.self) }
  }

  /// How it ended; nil while it goes on. Its number stays its own until this has said so.
  public func hasEnded() -> Ending? {
    if let ending { return ending }
    var status: Int32 = 0
    let found = waitpid(pid, &status, WNOHANG)
    if found == pid {
      let signal = status & 0x7F
      ending = signal == 0 ? .exited(status >> 8 & 0xFF) : .signaled(signal)
    } else if found < 0, errno == ECHILD {
      // Somebody else has heard of its end.
      ending = .exited(-1)
    }
    return ending
  }

  /// Waits until one of these says something, a signal is caught, or the time is over.
  public static func wait(for processes: [ChildProcess], milliseconds: Int32) {
    var polled = (processes.map(\.output) + [SignalInbox.descriptor]).filter { $0 >= 0 }
      .map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    poll(&polled, nfds_t(polled.count), milliseconds)
  }

  /// What a program says on standard output, run to its end; nil where it cannot be run, fails, or takes
  /// longer than this.
  public static func output(
    of program: String, _ arguments: [String], seconds: Double
  ) -> Data? {
    guard
      let process = try? ChildProcess(
        program, arguments, environment: ProcessInfo.processInfo.environment, silent: true)
    else { return nil }
    var said = Data()
    let limit = ContinuousClock.now + .seconds(seconds)
    while process.hasEnded() == nil {
      guard ContinuousClock.now < limit else {
        kill(process.pid, SIGKILL)
        while process.hasEnded() == nil { usleep(1_000) }
        return nil
      }
      if process.output >= 0 { wait(for: [process], milliseconds: 50) } else { usleep(2_000) }
      said.append(process.read())
    }
    said.append(process.read())
    return process.hasEnded() == .exited(0) ? said : nil
  }
}
