import ArgumentParser
import Experiments
import Foundation
import Records

/// `scl cancel`: signals the processes of an experiment's runs and cancels queued tasks.
struct CancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Stop the runs of an experiment: Slurm tasks and processes on this machine.",
    discussion: """
      Runs write a checkpoint before they stop, and 'scl run' resumes them.
      """)

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var output: JSONOption

  /// A stopped run, as printed with --json.
  private struct Line: Encodable {
    let benchmark: String
    let method: String
    let seed: UInt64
    /// "slurm" or "process".
    let kind: String
    /// Slurm's "12_3", or the process's number.
    let id: String
    let detail: String
  }

  func run() async throws {
    let plan = try experiment.plan(needsData: false)
    let tasks = try await cancelledTasks(plan)
    var lines: [Line] = []
    for run in plan.runs {
      if let task = tasks[run.selector] {
        lines.append(
          line(
            run, kind: "slurm", id: task.task,
            detail: task.state + (task.node.isEmpty ? "" : " on \(task.node)")))
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
      let what = line.kind == "slurm" ? "Slurm task" : "process"
      Console.print(
        "cancelled \(line.benchmark) / \(line.method) / seed \(line.seed): "
          + "\(what) \(line.id), \(line.detail)")
    }
    if lines.isEmpty {
      Console.print("no run of \(plan.experiment.name) is queued or running here")
    }
  }

  private func cancelledTasks(_ plan: Plan) async throws -> [String: SlurmQueue.Entry] {
    let chosen = Set(plan.runs.map(\.selector))
    return try await SlurmQueue(
      results: plan.options.results, experiment: plan.experiment.name
    ).cancel { chosen.contains($0) }
  }

  /// Stops the process on this machine that works on a run.
  private func stopped(_ run: PlannedRun) -> LockOwner? {
    guard let owner = RunLock.owner(run.folder.lock), owner.isOnThisMachine, owner.slurmJob == nil,
      kill(owner.pid, SIGTERM) == 0
    else { return nil }
    return owner
  }

  private func line(_ run: PlannedRun, kind: String, id: String, detail: String) -> Line {
    Line(
      benchmark: run.benchmark.name, method: run.method.description.name, seed: run.seed,
      kind: kind, id: id, detail: detail)
  }
}
