import ArgumentParser
import Core
import Experiments
import Foundation

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Carries out the runs of an experiment that are not finished yet.",
    discussion: """
      Each run has a process of its own. Finished runs are not repeated; unfinished and failed ones \
      go on from their last epoch's checkpoint; stale ones start again. Killed at any time, the same \
      command goes on.
      """)

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var sweep: SweepOptions

  func run() async throws {
    try await sweep.carryOut(try experiment.plan(), command: experiment.childCommand)
  }
}

/// How a sweep is carried out.
struct SweepOptions: ParsableArguments {
  @Option(help: "Runs that go on at once (default: as many as the cores have threads for).")
  var jobs: Int?

  func validate() throws {
    if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs takes 1 to 1024") }
  }

  /// Carries out what is not finished and says what was done.
  /// - Throws: `ExitCode.failure` if a run failed.
  func carryOut(_ plan: Plan, command: ChildCommand) async throws {
    let open = plan.runs.filter {
      if case .finished = $0.state { return false }
      return true
    }
    for run in open {
      if case .stale(let differences) = run.state {
        Console.error(
          "stale     \(run.label): \(differences.joined(separator: "; ")); running it again")
      }
    }
    let finished = plan.runs.count - open.count
    if finished > 0 {
      Console.error("\(finished) of \(plan.runs.count) runs are finished already")
    }
    guard !open.isEmpty else { return }
    // Found out before hours of work, not after.
    try AtomicFile.checkWritable(folder: "\(plan.options.results)/\(plan.experiment.name)")
    let threads = plan.options.threads ?? plan.experiment.threads
    let jobs = jobs ?? max(1, Machine.cores / threads)
    Console.error(
      "\(plan.experiment.title): \(open.count) runs, \(min(jobs, open.count)) at a time with "
        + "\(threads) \(threads == 1 ? "thread" : "threads") each")
    let executor = LocalExecutor(jobs: jobs, command: command)
    let display = SweepDisplay(open)
    let failures = FailureCount()
    await executor.carryOut(open) { event in
      if case .failed = event { failures.increase() }
      display.show(event)
    }
    display.end()
    if failures.count > 0 {
      Console.error("\(failures.count) of \(open.count) runs failed; their log.txt says more")
      throw ExitCode.failure
    }
  }
}
