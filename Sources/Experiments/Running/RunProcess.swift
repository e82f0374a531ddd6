import Foundation
import Records
import Subprocess

/// What came of one attempt at a run.
enum AttemptOutcome: Sendable {
  case finished
  case failed(RunFailure)
  /// Another process has the run.
  case elsewhere
  /// It stopped as it was asked to.
  case stopped
}

/// One attempt at a run in a process of its own, from its start to what became of it.
struct RunProcess: Sendable {
  let run: PlannedRun
  let arguments: [String]
  /// The graphics card that it is to use; nil for none in particular.
  let card: String?
  /// How often the run was tried before.
  let earlierAttempts: Int
  let hangLimit: Duration
  let stop: SweepStop
  let memory: MachineMemory
  let onProgress: @Sendable (RunProgress) -> Void

  func carryOut() async -> AttemptOutcome {
    let earlier = FileVersion(run.folder.failure)
    let watch = RunWatch(hangLimit: hangLimit, stop: stop, memory: memory)
    do {
      let result = try await Subprocess.run(
        // This very program, even if its file has been replaced since it started.
        .path("/proc/self/exe"), arguments: Arguments(arguments),
        environment: environment, input: .none,
        output: .sequence, error: .currentStandardError
      ) { execution in
        async let looking: Void = watch.look(at: execution.processIdentifier.value)
        do {
          for try await line in execution.standardOutput.strings() {
            guard let progress = RunProgress(line: line) else { continue }
            watch.heard(progress)
            onProgress(progress)
          }
        } catch {
          // A process that can no longer be heard is looked after all the same.
        }
        // Until this returns, the process's number is not another's.
        await looking
      }
      if result.terminationStatus.isSuccess { return .finished }
      return await outcome(result.terminationStatus, watch, earlier)
    } catch {
      return stop.signal == nil
        ? died(.error, "its process could not be followed: \(error)") : .stopped
    }
  }

  private var environment: Environment {
    // The runtime's own report of a crash halts all threads first, and may leave them so.
    let usual = Environment.inherit.updating(["SWIFT_BACKTRACE": "enable=no"])
    return card.map { usual.updating(["CUDA_VISIBLE_DEVICES": $0]) } ?? usual
  }

  private func outcome(
    _ status: TerminationStatus, _ watch: RunWatch, _ earlier: FileVersion?
  ) async -> AttemptOutcome {
    if case .exited(RunExit.elsewhere) = status { return .elsewhere }
    // A failure that the run's process has recorded itself is the best account there is.
    if case .exited(RunExit.failed) = status, FileVersion(run.folder.failure) != earlier,
      let failure = try? RunFailure.read(from: run.folder.failure)
    {
      return .failed(failure)
    }
    if watch.isHung {
      return died(
        .hung, String(format: "no progress for %g min; it was killed", hangLimit.seconds / 60))
    }
    if Self.isStop(status) {
      // A terminal's Ctrl-C reaches the run's process too, perhaps before this one hears of it.
      for _ in 0..<10 where stop.signal == nil { try? await Task.sleep(for: .milliseconds(100)) }
    }
    if watch.wasStopped || stop.signal != nil { return .stopped }
    let (kind, reason) = Self.cause(of: status, memoryKill: watch.sawMemoryKill)
    return died(kind, reason)
  }

  /// Whether the process ended because a signal asked it to.
  private static func isStop(_ status: TerminationStatus) -> Bool {
    let signals = [SIGINT, SIGTERM, SIGUSR1]
    switch status {
    case .exited(let code): return signals.contains { RunExit.interrupted(by: $0) == code }
    case .signaled(let signal): return signals.contains(signal)
    }
  }

  /// What a process died of that left no word.
  static func cause(
    of status: TerminationStatus, memoryKill: Bool
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

  /// Records a run whose process died without a word.
  private func died(_ kind: FailureKind, _ reason: String) -> AttemptOutcome {
    let failure = RunFailure(
      identity: run.identity, kind: kind, reason: reason,
      lastLogLines: run.folder.lastLogLines(), attempts: earlierAttempts + 1)
    // Another sweep's process may have taken the run up already: then there is nothing to say.
    if RunLock.owner(run.folder.lock) == nil { try? failure.write(to: run.folder.failure) }
    return .failed(failure)
  }
}

/// Tells a file from the one that replaces it.
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
