import ArgumentParser
import Experiments
import Foundation
import Records

/// `scl cancel`: stops runs in progress on this machine with SIGTERM, and cancels tasks in
/// executors' queues. Each run writes a checkpoint and ends; `scl run` continues it.
///
///     cancelled cifar10 / scl / seed 0: process 4711, running on node1
///     cancelled cifar10 / scl / seed 1: Slurm task 12_3, pending
///
/// It prints a line per stopped run. Exit code 0, also if nothing was running. A sweep that is
/// still running records these runs as cancelled and goes on with the others.
struct CancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Stop the runs of an experiment: queued tasks and processes on this machine.",
    discussion: """
      Runs write a checkpoint before they stop, and 'scl run' resumes them.
      """)

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var output: JSONOption

  /// A stopped run, as printed with `--json`.
  private struct Line: Encodable {
    let benchmark: String
    let method: String
    let seed: UInt64
    /// The executor's name, or "process" for a process on this machine.
    let kind: String
    /// The task's name in the queue, or the process number.
    let id: String
    /// The state and place: "running on node1", "pending".
    let detail: String
  }

  /// Cancels queued tasks first, then signals processes of this machine.
  func run() async throws {
    let plan = try experiment.plan(needsData: false)
    let tasks = try await cancelledTasks(plan)
    var lines: [Line] = []
    for run in plan.runs {
      if let (executor, task) = tasks[run.selector] {
        lines.append(
          line(
            run, kind: executor.name, id: task.id,
            detail: (task.isRunning ? "running" : "pending")
              + (task.node.isEmpty ? "" : " on \(task.node)")))
      } else if let owner = stopped(run) {
        lines.append(
          line(run, kind: "process", id: "\(owner.pid)", detail: "running on \(owner.host)"))
      }
    }
    if output.json {
      for line in lines { try Console.json(line) }
      return
    }
    for line in lines {
      let executor = ExecutorRegistry.current.named(line.kind)
      let what = executor.map { "\($0.title) task" } ?? "process"
      Console.print(
        "cancelled \(line.benchmark) / \(line.method) / seed \(line.seed): "
          + "\(what) \(line.id), \(line.detail)")
    }
    if lines.isEmpty {
      Console.print(
        "no run of \(plan.experiment.name) is queued, and none is running on this machine")
    }
  }

  /// Cancels the tasks of the selected runs, of every executor.
  /// - Returns: what was cancelled, by `PlannedRun.selector`.
  /// - Throws: an `ExecutorError`.
  private func cancelledTasks(
    _ plan: Plan
  ) async throws -> [String: (any Executor.Type, ExecutorTask)] {
    let selectors = Set(plan.runs.map(\.selector))
    var cancelled: [String: (any Executor.Type, ExecutorTask)] = [:]
    for executor in ExecutorRegistry.current.executors {
      let tasks = try await executor.tasks(
        results: plan.options.results, experiment: plan.experiment.name
      ).filter { selectors.contains($0.key) }
      try await executor.cancel(Array(tasks.values))
      for (selector, task) in tasks { cancelled[selector] = (executor, task) }
    }
    return cancelled
  }

  /// Signals the process on this machine that works on a run. Processes of Slurm jobs are cancelled
  /// through the queue instead.
  /// - Returns: the process; nil if there is none.
  private func stopped(_ run: PlannedRun) -> LockOwner? {
    guard let owner = RunLock.owner(run.folder.lock), owner.isOnThisMachine, owner.task == nil,
      kill(owner.pid, SIGTERM) == 0
    else { return nil }
    return owner
  }

  /// The line of a stopped run.
  private func line(_ run: PlannedRun, kind: String, id: String, detail: String) -> Line {
    Line(
      benchmark: run.benchmark.name, method: run.row.name, seed: run.seed,
      kind: kind, id: id, detail: detail)
  }
}
