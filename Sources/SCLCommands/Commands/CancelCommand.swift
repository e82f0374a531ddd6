import ArgumentParser
import Experiments
import Foundation
import Records

struct CancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Stops an experiment's runs: Slurm's tasks, and processes of this machine.",
    discussion: """
      Runs that go on write a checkpoint first. Nothing is lost: 'scl run' takes them up again.
      """)

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var output: JSONOption

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
    if lines.isEmpty { Console.print("nothing of \(plan.experiment.name) is queued or runs here") }
  }

  private func cancelledTasks(_ plan: Plan) async throws -> [String: SlurmQueue.Entry] {
    let chosen = Set(plan.runs.map(\.selector))
    return try await SlurmQueue(
      results: plan.options.results, experiment: plan.experiment.name
    ).cancel { chosen.contains($0) }
  }

  /// Asks the process of this machine that works on a run to stop.
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
