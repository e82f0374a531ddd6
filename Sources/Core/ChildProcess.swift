import Foundation

/// A child process, supervised without threads: its owner polls for its end and its output.
///
///     let child = try ChildProcess(
///       "/usr/bin/seq", ["3"], environment: ProcessInfo.processInfo.environment)
///     while child.hasEnded() == nil {
///       ChildProcess.wait(for: [child], milliseconds: 100)
///       for line in child.readLines() { print(line) }
///     }
///     for line in child.readLines() { print(line) }
///
/// It needs no thread, so that it also works where a limit on processes is reached. The process
/// goes on when the object goes out of scope.
package final class ChildProcess {
  /// How a process ended.
  package enum Ending: Hashable, Sendable {
    /// With this exit code, 0 to 255; -1 if other code in this process has waited for it.
    case exited(Int32)
    /// By this signal.
    case signaled(Int32)
  }

  /// The process number.
  package let pid: Int32
  /// The read end of the pipe from its standard output; -1 after end of file.
  package private(set) var output: Int32
  /// The start of a line whose end has not arrived.
  private var unread = Data()
  /// Set when `waitpid` has reported the end, which it does once.
  private var ending: Ending?

  /// Starts a program with empty standard input and this process's standard error. Its standard
  /// output goes to a pipe; read it regularly, because the program stops when the pipe is full.
  /// - Parameters:
  ///   - program: the path of the executable. PATH is not searched.
  ///   - arguments: without the program's name.
  ///   - environment: all variables of the new process.
  ///   - silent: whether to discard its standard error.
  /// - Throws: `FileError` if it cannot be started.
  package init(
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

  /// The output since the last call. Does not block. After the end of the output it is always
  /// empty.
  package func read() -> Data {
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

  /// The complete lines of the output since the last call, without line feeds. An incomplete
  /// line is kept for the next call, up to 1 MiB of it. Do not mix with `read`.
  package func readLines() -> [String] {
    unread.append(read())
    var lines = unread.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // Output without line breaks must not use unbounded memory.
    unread = Data((lines.popLast() ?? Data()).prefix(1 << 20))
    return lines.map { String(decoding: $0, as: UTF8.self) }
  }

  /// How it ended; nil while it runs. Until this returns a value, the system does not give its
  /// process number to another process, so it is safe to send signals to `pid`.
  package func hasEnded() -> Ending? {
    if let ending { return ending }
    var status: Int32 = 0
    let found = waitpid(pid, &status, WNOHANG)
    if found == pid {
      let signal = status & 0x7F
      ending = signal == 0 ? .exited(status >> 8 & 0xFF) : .signaled(signal)
    } else if found < 0, errno == ECHILD {
      // Other code has waited for it and has its status.
      ending = .exited(-1)
    }
    return ending
  }

  /// Waits for its end after a kill, so that no zombie is left. One in an uninterruptible sleep does
  /// not die before the sleep is over.
  private func collect(within limit: Duration) {
    let end = ContinuousClock.now + limit
    while hasEnded() == nil, ContinuousClock.now < end { usleep(1_000) }
  }

  /// Waits (poll(2)) for output of one of the processes, its end, a caught signal
  /// (`SignalInbox`), or the timeout.
  /// - Parameter milliseconds: the timeout; negative for none.
  package static func wait(for processes: [ChildProcess], milliseconds: Int32) {
    var polled = (processes.map(\.output) + [SignalInbox.descriptor]).filter { $0 >= 0 }
      .map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    poll(&polled, nfds_t(polled.count), milliseconds)
  }

  /// The standard output of a program run to its end. Blocks the calling thread.
  ///
  ///     let gpus = ChildProcess.output(of: "/usr/bin/nvidia-smi", ["-L"], seconds: 10)
  ///
  /// - Parameter seconds: the time limit, after which the program is killed. One that does not die,
  ///   because it waits for a disk, is left behind after another second.
  /// - Returns: nil if the program cannot be run, does not exit with 0, or reaches the time
  ///   limit.
  package static func output(
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
        process.collect(within: .seconds(1))
        return nil
      }
      if process.output >= 0 { wait(for: [process], milliseconds: 50) } else { usleep(2_000) }
      said.append(process.read())
    }
    said.append(process.read())
    return process.hasEnded() == .exited(0) ? said : nil
  }
}

/// A process as the process table shows it (proc(5), /proc/PID/stat). Linux only.
package struct ProcessEntry: Sendable {
  /// Whether it has ended and its parent has not waited for it yet (a zombie).
  package let hasEnded: Bool
  /// Processor time used so far, in seconds.
  package let cpuSeconds: Double
  /// Start time in kernel ticks since boot. Distinguishes processes that reuse a number.
  package let startTicks: String

  /// Reads the entry of a process; nil if it does not exist.
  package init?(_ pid: Int32) {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      // The program's name, in parentheses, may contain anything.
      let end = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    // The state is field 3, user and system time are fields 14 and 15, threads field 20, and
    // the start time field 22.
    guard fields.count > 19, let user = Double(fields[11]), let system = Double(fields[12]),
      let threads = Int(fields[17])
    else { return nil }
    // This is the state of the main thread, which may end before the others.
    hasEnded = (fields[0] == "Z" && threads <= 1) || fields[0] == "X"
    cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    startTicks = String(fields[19])
  }
}
