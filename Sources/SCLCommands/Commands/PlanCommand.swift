import ArgumentParser
import Experiments

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Lists the runs of an experiment and how they stand.")

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var output: JSONOption

  func run() throws {
    let plan = try experiment.plan(needsData: false)
    try RunList(plan.runs).show(json: output.json)
  }
}

/// Planned runs, a line each.
private struct RunList {
  private struct Line: Encodable {
    let benchmark: String
    let method: String
    let seed: UInt64
    let state: String
    let epochs: Int
    let detail: String
    let folder: String
  }

  private let lines: [Line]

  init(_ runs: [PlannedRun]) {
    lines = runs.map { run in
      let detail =
        switch run.state {
        case .stale(let differences): differences.joined(separator: "; ")
        case .failed(let failure): failure.reason
        default: ""
        }
      return Line(
        benchmark: run.benchmark.name, method: run.row.name, seed: run.seed,
        state: run.state.word, epochs: run.epochs, detail: detail, folder: run.folder.path)
    }
  }

  func show(json: Bool) throws {
    if json {
      for line in lines { try Console.json(line) }
      return
    }
    let rows = lines.map { line in
      [
        line.benchmark, line.method, "seed \(line.seed)",
        line.epochs > 0 ? "\(line.epochs) epochs" : "", line.state, line.detail,
      ]
    }
    for line in TextColumns(rows).lines { Console.print(line) }
  }
}
