import Core
import Foundation
import Records

/// The result of one attempt at a run.
enum AttemptOutcome: Sendable {
  case finished
  case failed(RunFailure)
  /// Another process has the run.
  case elsewhere
  /// It wrote a checkpoint and stopped, as requested.
  case stopped
}

/// One attempt at a run in a process of its own. It reads the progress and the failure that the
/// process writes to standard output, passes stop requests on, and explains how the process ended.
///
///     let process = RunProcess(
///       run: run, arguments: command.arguments(for: run), card: nil, earlierAttempts: 0,
///       watch: watch
///     ) { print($0.fraction) }
///     let outcome = process.look()  // nil while it runs
final class RunProcess {
  private let run: PlannedRun
  /// How often the run was tried before.
  private let earlierAttempts: Int
  /// Ends the process if it hangs or the sweep stops.
  private let watch: RunWatch
  private let onProgress: (RunProgress) -> Void
  /// The recorded failure before this attempt. A changed file is this attempt's own account.
  private let earlier: FileVersion?
  /// Nil if the process could not be started.
  let child: ChildProcess?
  /// Why the process could not be started.
  private let startError: (any Error)?
  /// What the process has said of its failure.
  private var report: FailureReport?

  /// Starts the process.
  ///
  /// - Parameters:
  ///   - run: the run, for its folder and label.
  ///   - arguments: the program's own, `run-child` and its options.
  ///   - card: the GPU for `CUDA_VISIBLE_DEVICES`; nil leaves the variable alone.
  ///   - earlierAttempts: how often the run was tried before.
  ///   - watch: looks for stop requests and hangs.
  ///   - onProgress: receives the process's reports.
  init(
    run: PlannedRun, arguments: [String], card: String?, earlierAttempts: Int, watch: RunWatch,
    onProgress: @escaping (RunProgress) -> Void
  ) {
    self.run = run
    self.earlierAttempts = earlierAttempts
    self.watch = watch
    self.onProgress = onProgress
    earlier = FileVersion(run.folder.failure)
    var environment = ProcessInfo.processInfo.environment
    // The runtime's own report of a crash halts all threads first, and may leave them so.
    environment["SWIFT_BACKTRACE"] = "enable=no"
    if let card { environment["CUDA_VISIBLE_DEVICES"] = card }
    do {
      // This very program, even if its file has been replaced since it started.
      child = try ChildProcess("/proc/self/exe", arguments, environment: environment)
      startError = nil
    } catch {
      child = nil
      startError = error
    }
  }

  /// Reads new reports and checks the process. Called several times a second.
  ///
  /// - Returns: the outcome once the process has ended; nil before.
  func look() -> AttemptOutcome? {
    guard let child else {
      let reason = startError.map { "\($0)" } ?? "unknown"
      return died(.error, "its process could not be started: \(reason)")
    }
    let ending = child.hasEnded()
    for line in child.readLines() {
      report = FailureReport(line: line) ?? report
      guard let progress = RunProgress(line: line) else { continue }
      watch.heard(progress)
      onProgress(progress)
    }
    guard let ending else {
      watch.look(at: child.pid)
      return nil
    }
    return outcome(ending)
  }

  /// The outcome of a process that has ended. A failure that the process recorded itself is
  /// preferred, then what it reported; otherwise the cause is told from how it ended.
  private func outcome(_ status: ChildProcess.Ending) -> AttemptOutcome {
    if case .exited(RunExit.finished) = status {
      // The process reads the experiment file again, which may have been edited meanwhile.
      return run.hasResult
        ? .finished
        : died(
          .error,
          "it ended without the planned result: was the experiment or its data changed meanwhile? "
            + "'scl status' shows what is there")
    }
    if case .exited(RunExit.elsewhere) = status { return .elsewhere }
    // A failure that the run's process has recorded itself is the best account there is.
    if case .exited(RunExit.failed) = status, FileVersion(run.folder.failure) != earlier,
      let failure = try? RunFailure.read(from: run.folder.failure)
    {
      return .failed(failure)
    }
    // It had no room for the record, or failed before it had the run.
    if let report { return died(report.kind, report.reason) }
    if watch.isHung {
      return died(
        .hung,
        String(format: "no progress for %g min; it was killed", watch.hangLimit.seconds / 60))
    }
    if Self.isStop(status) {
      // A terminal's Ctrl-C reaches the run's process too, perhaps before this one hears of it.
      for _ in 0..<10 where !watch.isStopping { usleep(100_000) }
    }
    // The signal may have come between the record and the process's end.
    if watch.wasStopped || watch.isStopping { return run.hasResult ? .finished : .stopped }
    let (kind, reason) = Self.cause(of: status, memoryKill: watch.sawMemoryKill)
    return died(kind, reason)
  }

  /// Whether the process ended because of a signal that asks it to stop.
  private static func isStop(_ status: ChildProcess.Ending) -> Bool {
    let signals = [SIGINT, SIGTERM, SIGUSR1]
    switch status {
    case .exited(let code): return signals.contains { RunExit.interrupted(by: $0) == code }
    case .signaled(let signal): return signals.contains(signal)
    }
  }

  /// The cause of death of a process that recorded none.
  ///
  /// - Parameter memoryKill: whether the kernel killed a process for lack of memory meanwhile.
  static func cause(
    of status: ChildProcess.Ending, memoryKill: Bool
  ) -> (kind: FailureKind, reason: String) {
    switch status {
    case .signaled(SIGKILL) where memoryKill:
      return (.outOfMemory, "killed by the system because memory ran out")
    case .signaled(let signal):
      let crashes = [SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS]
      return crashes.contains(signal)
        ? (.crashed, "crashed with signal \(name(of: signal))")
        : (.killed, "killed by signal \(name(of: signal))")
    case .exited(let code):
      if let signal = [SIGINT, SIGTERM, SIGUSR1].first(where: {
        RunExit.interrupted(by: $0) == code
      }) {
        return (
          .cancelled, "stopped from outside by signal \(name(of: signal)), its checkpoint is kept"
        )
      }
      return (.error, "it ended with exit code \(code)")
    }
  }

  /// "9 (Killed)"
  private static func name(of signal: Int32) -> String {
    strsignal(signal).map { "\(signal) (\(String(cString: $0)))" } ?? "\(signal)"
  }

  /// Records the failure of a run whose process could not do so, unless another process has the run
  /// by now.
  private func died(_ kind: FailureKind, _ reason: String) -> AttemptOutcome {
    let failure = run.failure(
      kind, reason, lastLogLines: run.folder.lastLogLines(), attempts: earlierAttempts + 1)
    // Another sweep's process may have taken the run up already: then there is nothing to say.
    if RunLock.owner(run.folder.lock) == nil { try? failure.write(to: run.folder.failure) }
    return .failed(failure)
  }
}

/// Tells a file from the one that replaces it, by its inode and its time of change.
private struct FileVersion: Equatable {
  private let number: UInt64
  private let seconds: Int
  private let nanoseconds: Int

  /// Nil where there is none.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    number = UInt64(status.st_ino)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}

/// The exit codes of a run's process (`run-child`), for those that start it.
package enum RunExit {
  package static let finished: Int32 = 0
  /// The run failed; `failed.json` has the reason, or standard output (`FailureReport`).
  package static let failed: Int32 = 1
  /// Another living process has the run, so nothing was done (EX_TEMPFAIL of sysexits.h).
  package static let elsewhere: Int32 = 75

  /// The process wrote a checkpoint and stopped because of a signal, as shells report it.
  package static func interrupted(by signal: Int32) -> Int32 { 128 + signal }
}
