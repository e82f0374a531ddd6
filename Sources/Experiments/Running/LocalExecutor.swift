import Foundation
import Records
import Subprocess

/// How to start this program again for one run.
public struct ChildCommand: Sendable {
  /// What comes before the run's own arguments: the experiment file and the common options.
  private let common: [String]

  public init(
    experimentFile: String, profile: String?, overrides: [String], options: RunOptions
  ) {
    var arguments = [
      experimentFile, "--data", options.data, "--results", options.results,
      "--device", options.device.rawValue, "--precision", options.precision.rawValue,
    ]
    if let profile { arguments += ["--profile", profile] }
    if let threads = options.threads { arguments += ["--threads", "\(threads)"] }
    for override in overrides { arguments += ["--set", override] }
    common = arguments
  }

  /// - Parameter command: the command that is given the run.
  func arguments(for run: PlannedRun, command: String = "run-child") -> [String] {
    [command] + common + ["--only", run.selector]
  }
}

/// What happens to the runs of a sweep. Indices are those of the runs given to the executor.
public enum SweepEvent: Sendable {
  case started(Int)
  case progressed(Int, RunProgress)
  case finished(Int)
  case failed(Int, reason: String)
}

/// Carries out runs on this machine, each in a process of its own, so that one that crashes or runs
/// out of memory takes no other with it.
public struct LocalExecutor: Sendable {
  private let jobs: Int
  private let command: ChildCommand

  /// - Parameter jobs: how many runs go on at once.
  public init(jobs: Int, command: ChildCommand) {
    self.jobs = max(1, jobs)
    self.command = command
  }

  /// Carries out `runs` in their order, `jobs` at a time.
  /// - Parameter onEvent: called from any thread, one call at a time for each run.
  public func carryOut(
    _ runs: [PlannedRun], onEvent: @escaping @Sendable (SweepEvent) -> Void
  ) async {
    await withTaskGroup(of: Void.self) { group in
      for (index, run) in runs.enumerated() {
        if index >= jobs { await group.next() }
        group.addTask {
          onEvent(.started(index))
          if let reason = await failure(of: run, progress: { onEvent(.progressed(index, $0)) }) {
            onEvent(.failed(index, reason: reason))
          } else {
            onEvent(.finished(index))
          }
        }
      }
    }
  }

  /// Starts the run's process and waits for it.
  /// - Returns: nil if it finished, otherwise why not.
  private func failure(
    of run: PlannedRun, progress: @escaping @Sendable (RunProgress) -> Void
  ) async -> String? {
    // What an earlier attempt said is not what this one says.
    try? FileManager.default.removeItem(atPath: run.folder.failure)
    do {
      let result = try await Subprocess.run(
        // This very program, even if its file has been replaced since it started.
        .path("/proc/self/exe"),
        arguments: Arguments(command.arguments(for: run)), input: .none, output: .sequence,
        error: .currentStandardError
      ) { execution in
        for try await line in execution.standardOutput.strings() {
          if let known = RunProgress(line: line) { progress(known) }
        }
      }
      guard !result.terminationStatus.isSuccess else { return nil }
      let how =
        switch result.terminationStatus {
        case .exited(let code): "it ended with exit code \(code)"
        case .signaled(let signal): "killed by signal \(signal)"
        }
      return recordedFailure(of: run) ?? died(run, how)
    } catch {
      return died(run, "its process could not be followed: \(error)")
    }
  }

  /// The reason that the run's process left, if it could.
  private func recordedFailure(of run: PlannedRun) -> String? {
    (try? RunFailure.read(from: run.folder.failure))?.reason
  }

  /// Records a run whose process died without a word.
  private func died(_ run: PlannedRun, _ reason: String) -> String {
    let failure = RunFailure(
      identity: run.identity, kind: .killed, reason: reason,
      lastLogLines: run.folder.lastLogLines())
    try? failure.write(to: run.folder.failure)
    return reason
  }
}
