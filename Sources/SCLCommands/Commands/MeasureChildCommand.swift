import ArgumentParser
import Experiments

/// Measures one run in a process of its own, started by `scl plan`.
struct MeasureChildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure-child",
    abstract: "Measures the time and memory of one run (used by 'scl plan').",
    shouldDisplay: false)

  @OptionGroup var experiment: ExperimentOptions

  func run() throws {
    let plan = try experiment.plan(needsData: false)
    let run = try experiment.onlyRun(of: plan)
    try Machine.checkHas(run.device)
    let threads = plan.options.threads ?? plan.experiment.threads
    try Console.json(
      RunMeasurement(run, among: plan.runs, options: plan.options, threads: threads).measure())
  }
}
