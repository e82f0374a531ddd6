import ArgumentParser
import Core
import Experiments
import Foundation
import Records

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Carries out the runs of an experiment that are not finished yet.",
    discussion: """
      Benchmarks that this program draws itself are prepared where they are missing. \
      Each run has a process of its own. Finished runs are not repeated; unfinished ones go on from \
      their last checkpoint; stale ones start again. A run that was killed, crashed, hung or ran out \
      of memory is tried again. Killed at any time, the same command goes on; stopped by Ctrl-C or \
      SIGTERM, every run writes a checkpoint first (a second Ctrl-C does not wait for it). Several \
      sweeps on the same results, on several machines too, share the work.
      """)

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var sweep: SweepOptions
  @OptionGroup var quiet: QuietOption

  func run() throws {
    try experiment.prepareRehearsals()
    try sweep.carryOut(
      try experiment.plan(recomputes: sweep.recompute),
      command: experiment.childCommand(recomputes: sweep.recompute))
  }
}

/// How a sweep is carried out.
struct SweepOptions: ParsableArguments {
  @Option(
    help:
      "Runs that go on at once (default: as many as the cores have threads for, or as there are cards)."
  )
  var jobs: Int?

  @Flag(help: "Repeat runs as well whose failure would come again: a loss that was not finite.")
  var retryFailed = false

  @Flag(
    help: "Compute finished runs again too that another device, precision or libtorch has computed."
  )
  var recompute = false

  @Option(help: "Where runs are carried out: processes of this machine, or a Slurm cluster's jobs.")
  var executor = ExecutorKind.local

  @Option(
    name: .customLong("slurm"),
    help: "What tasks ask of Slurm, over what the experiment file says: KEY=VALUE.")
  var slurmOptions: [String] = []

  func validate() throws {
    if executor == .local, !slurmOptions.isEmpty {
      throw ValidationError("--slurm needs --executor slurm")
    }
    if executor == .slurm, jobs != nil {
      throw ValidationError(
        "--jobs is for this machine; --slurm max-running=N caps the tasks that run at a time")
    }
    if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs takes 1 to 1024") }
  }

  /// Carries out what is not finished and says what was done.
  /// - Throws: `ExitCode.failure` if a run failed; 128 and the signal's number after a signal.
  func carryOut(_ plan: Plan, command: ChildCommand) throws {
    let open = plan.runs.filter(isOpen)
    tellWhatStands(plan, open: open)
    guard !open.isEmpty else { return try tellFailures(plan, logs: [], of: 0) }
    // Found out before hours of work, not after.
    try AtomicFile.checkWritable(folder: "\(plan.options.results)/\(plan.experiment.name)")
    let stop = SweepStop()
    let display = SweepDisplay(open, data: BenchmarkFolder(plan.options.data))
    do {
      try stop.whileCatching {
        switch executor {
        case .local:
          try localExecutor(plan, open: open, command: command, stop: stop)
            .carryOut(open) { display.show($0) }
        case .slurm:
          let executor = try slurmExecutor(plan, open: open.count, command: command, stop: stop)
          try stop.waiting { try await executor.carryOut(open) { display.show($0) } }
        }
      }
      display.end()
    } catch let interruption as RunInterrupted {
      display.end()
      let finished = plan.runs.count - open.count + display.counts.finished
      Console.error(
        "stopped by \(interruption.name), \(finished) of \(plan.runs.count) runs are finished; "
          + "this goes on:\n  \(CommandLine.arguments.shellCommand)")
      throw ExitCode(RunExit.interrupted(by: interruption.signal))
    }
    try tellFailures(plan, logs: display.failedLogs, of: open.count)
  }

  /// Whether there is something to do about a run.
  private func isOpen(_ run: PlannedRun) -> Bool {
    switch run.state {
    case .finished: false
    case .failed(let failure): retryFailed || !failure.wouldRepeat
    case .missing, .unfinished, .running, .stale, .damaged: true
    }
  }

  private func tellWhatStands(_ plan: Plan, open: [PlannedRun]) {
    for run in open {
      switch run.state {
      case .stale(let differences):
        Console.note(
          "stale     \(run.label): \(differences.joined(separator: "; ")); its result is set aside, and "
            + "it runs again")
      case .damaged(let reason):
        Console.note(
          "damaged   \(run.label): \(reason); its files are set aside, and it runs again")
      default: break
      }
    }
    let finished = plan.runs.count { $0.state.word == "finished" }
    if finished > 0 {
      Console.note("\(finished) of \(plan.runs.count) runs are finished already")
    }
    tellOtherEngines(plan)
    for run in plan.runs {
      guard case .failed(let failure) = run.state, !isOpen(run) else { continue }
      Console.note(
        "failed    \(run.label): \(failure.text); it would again, and is left "
          + "(--retry-failed repeats it)")
    }
  }

  /// Finished runs that would be computed otherwise now, a line for each way.
  private func tellOtherEngines(_ plan: Plan) {
    let others = plan.runs.map { $0.otherEngine.joined(separator: "; ") }.filter { !$0.isEmpty }
    for difference in Set(others).sorted() {
      let count = others.count { $0 == difference }
      Console.note(
        "\(count) of them \(count == 1 ? "is" : "are") of another engine (\(difference)), and "
          + "\(count == 1 ? "stays" : "stay"): --recompute computes \(count == 1 ? "it" : "them") again"
      )
    }
  }

  /// - Parameters:
  ///   - logs: of the runs that have failed now.
  ///   - open: how many there were to carry out.
  /// - Throws: `ExitCode.failure` where a run has failed, now or before.
  private func tellFailures(_ plan: Plan, logs: [String], of open: Int) throws {
    let failed = logs.count
    if let first = logs.first {
      Console.error(
        "\(failed) of \(open) runs failed; \(first) says more"
          + (failed > 1 ? ", and so do the logs of the others" : ""))
      for log in logs.dropFirst() { Console.error("  \(log)") }
    }
    let left = plan.runs.contains { run in
      guard case .failed(let failure) = run.state, !isOpen(run) else { return false }
      // A method that cannot run there has been answered: n/a.
      return failure.kind != .unsupported
    }
    if failed > 0 || left { throw ExitCode.failure }
  }

  private func slurmExecutor(
    _ plan: Plan, open: Int, command: ChildCommand, stop: SweepStop
  ) throws -> SlurmExecutor {
    let layers = try plan.experiment.slurm.overridden(by: slurmOptions)
    Console.note(
      "\(plan.experiment.title): \(open) \(open == 1 ? "run" : "runs") on Slurm")
    return SlurmExecutor(
      plan.experiment, options: plan.options, command: command, layers: layers, stop: stop)
  }

  private func localExecutor(
    _ plan: Plan, open: [PlannedRun], command: ChildCommand, stop: SweepStop
  ) throws -> LocalExecutor {
    let isOnCards = open.contains { $0.device == .cuda }
    if isOnCards { try Machine.checkHas(.cuda) }
    let cards = CardPool.ofThisMachine
    let threads = plan.options.threads ?? plan.experiment.threads
    let cores = Machine.cores
    // A card is one run's, whatever the cores are.
    let usual = isOnCards ? max(1, cards.count) : max(1, cores / threads)
    let jobs = self.jobs ?? usual
    let busy = min(jobs, open.count)
    var line =
      "\(plan.experiment.title): \(open.count) \(open.count == 1 ? "run" : "runs"), \(busy) at a time with "
      + "\(threads) \(threads == 1 ? "thread" : "threads") each"
    // Threads are not changed on the quiet: results are promised for a number of them.
    if busy * threads > cores {
      line += "; they share \(cores) \(cores == 1 ? "core" : "cores")"
    } else if self.jobs != nil, busy * threads < cores {
      line += "; \(busy * threads) of \(cores) cores are used (--threads gives a run more)"
    }
    Console.note(line)
    let estimates = EstimateStore(plan)
    return LocalExecutor(
      jobs: jobs, command: command, running: plan.experiment.running, stop: stop, cards: cards
    ) { estimates.estimate(for: $0) }
  }
}

extension ExecutorKind: ExpressibleByArgument {}

extension RunFailure {
  /// Whether the same run, begun again, would fail in the same way.
  fileprivate var wouldRepeat: Bool { kind == .nonFinite || kind == .unsupported }
}

extension RunInterrupted {
  /// "SIGTERM"
  fileprivate var name: String {
    [SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP"][signal] ?? "signal \(signal)"
  }
}
