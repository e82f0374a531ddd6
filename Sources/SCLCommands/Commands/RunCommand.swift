import ArgumentParser
import Core
import Experiments
import Foundation
import Records

/// `scl run`: plans an experiment and passes its unfinished runs to an executor.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run an experiment: every run that is not finished.",
    discussion: """
      Each run has its own process. Finished runs are skipped, unfinished runs resume from their last \
      checkpoint, and stale runs start again. Runs that crash, hang, are killed or run out of memory are \
      retried. Missing rehearsals are created first.

      You can interrupt the command at any time and run it again to resume. On Ctrl-C or SIGTERM every run \
      writes a checkpoint; a second Ctrl-C stops at once. Several commands on the same results folder, also \
      on several machines, share the work.
      """)

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var sweep: SweepOptions
  @OptionGroup var quiet: QuietOption

  func run() throws {
    try experiment.prepareRehearsals()
    try sweep.run(
      try experiment.plan(recomputes: sweep.recompute),
      command: experiment.childCommand(recomputes: sweep.recompute))
  }
}

/// The options of a sweep.
struct SweepOptions: ParsableArguments {
  @Option(
    help:
      "Number of simultaneous runs (default: by cores and threads per run, or one per GPU)."
  )
  var jobs: Int?

  @Flag(help: "Also retry deterministic failures (such as a non-finite loss).")
  var retryFailed = false

  @Flag(
    help: "Repeat finished runs that were computed with another device, precision or libtorch."
  )
  var recompute = false

  @Option(help: "Where to run: local processes or an executor's jobs.")
  var executor = ExecutorName.local

  @Option(
    name: Self.optionNames,
    help: "Override one of the executor's options in the experiment file: KEY=VALUE.")
  var executorOption: [String] = []

  /// `--executor-option`, and the name of every executor.
  private static var optionNames: NameSpecification {
    NameSpecification(
      (["executor-option"] + ExecutorRegistry.current.names).map { .customLong($0) })
  }

  func validate() throws {
    if executor == .local, !executorOption.isEmpty {
      let names = ExecutorRegistry.current.names
      throw ValidationError(
        names.map { "--\($0) requires --executor \($0)" }.joined(separator: ", "))
    }
    if let remote = executor.type, jobs != nil {
      let limit = remote.limitOption.map {
        "; use --\(remote.name) \($0)=N to limit simultaneous tasks"
      }
      throw ValidationError("--jobs applies to local runs" + (limit ?? ""))
    }
    try require("jobs", jobs, in: 1...1024)
  }

  /// Runs what is not finished and reports the outcome.
  /// - Throws: `ExitCode.failure` if a run failed; 128 plus the signal's number after a signal.
  func run(_ plan: Plan, command: ChildCommand) throws {
    let open = plan.runs.filter(isOpen)
    reportStates(plan, open: open)
    guard !open.isEmpty else { return try reportFailures(plan, logs: [], of: 0) }
    // Checked before hours of work, not after.
    try AtomicFile.checkWritable(folder: "\(plan.options.results)/\(plan.experiment.name)")
    let stop = SweepStop()
    let display = SweepDisplay(open, data: BenchmarkFolder(plan.options.data))
    do {
      try stop.whileCatching {
        if let remote = executor.type {
          let executor = try self.executor(
            remote, plan, open: open.count, command: command, stop: stop)
          try stop.waiting { try await executor.run(open) { display.show($0) } }
        } else {
          try localExecutor(plan, open: open, command: command, stop: stop)
            .carryOut(open) { display.show($0) }
        }
      }
      display.end()
    } catch let interruption as RunInterrupted {
      display.end()
      let finished = plan.runs.count - open.count + display.counts.finished
      Console.error(
        "stopped by \(interruption.name), \(finished) of \(plan.runs.count) runs are finished; "
          + "to resume:\n  \(CommandLine.arguments.shellCommand)")
      throw ExitCode(RunExit.interrupted(by: interruption.signal))
    }
    try reportFailures(plan, logs: display.failedLogs, of: open.count)
  }

  /// Whether a run is still to be done.
  private func isOpen(_ run: PlannedRun) -> Bool {
    switch run.state {
    case .finished: false
    case .failed(let failure): retryFailed || !failure.wouldRepeat
    case .missing, .unfinished, .running, .stale, .damaged: true
    }
  }

  private func reportStates(_ plan: Plan, open: [PlannedRun]) {
    for run in open {
      switch run.state {
      case .stale(let differences):
        Console.note(
          "stale     \(run.label): \(differences.joined(separator: "; ")); its result is moved aside, and "
            + "it " + (run.continuation ?? "runs again"))
      case .damaged(let reason):
        Console.note(
          "damaged   \(run.label): \(reason); its files are moved aside, and it runs again")
      default: break
      }
    }
    let finished = plan.runs.count { if case .finished = $0.state { true } else { false } }
    if finished > 0 {
      Console.note("\(finished) of \(plan.runs.count) runs are already finished")
    }
    reportOtherEngines(plan)
    for run in plan.runs {
      guard case .failed(let failure) = run.state, !isOpen(run) else { continue }
      Console.note(
        "failed    \(run.label): \(failure.text); it would fail again and is skipped "
          + "(see --retry-failed)")
    }
  }

  /// Reports finished runs of other engines, a line per difference.
  private func reportOtherEngines(_ plan: Plan) {
    let others = plan.runs.map { $0.otherEngine.joined(separator: "; ") }.filter { !$0.isEmpty }
    for difference in Set(others).sorted() {
      let count = others.count { $0 == difference }
      Console.note(
        "\(count) of them used another engine (\(difference)); repeat with --recompute")
    }
  }

  /// - Parameters:
  ///   - logs: the logs of the runs that failed in this sweep.
  ///   - open: the number of runs of this sweep.
  /// - Throws: `ExitCode.failure` if a run failed, now or before.
  private func reportFailures(_ plan: Plan, logs: [String], of open: Int) throws {
    let failed = logs.count
    if let first = logs.first {
      Console.error(
        "\(failed) of \(open) runs failed; for details see \(first)" + (failed > 1 ? " and" : ""))
      for log in logs.dropFirst() { Console.error("  \(log)") }
    }
    let left = plan.runs.contains { run in
      guard case .failed(let failure) = run.state, !isOpen(run) else { return false }
      // Unsupported combinations are shown as n/a and are not failures.
      return failure.kind != .unsupported
    }
    if failed > 0 || left { throw ExitCode.failure }
  }

  private func executor(
    _ remote: any Executor.Type, _ plan: Plan, open: Int, command: ChildCommand, stop: SweepStop
  ) throws -> any Executor {
    let layers = try (plan.experiment.executors[remote.name] ?? ExecutorLayers())
      .overridden(by: executorOption, of: remote)
    Console.note(
      "\(plan.experiment.title): \(open) \(open == 1 ? "run" : "runs") on \(remote.title)")
    return remote.init(
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
    // A GPU serves one run, whatever the number of cores.
    let usual = isOnCards ? max(1, cards.count) : max(1, cores / threads)
    let jobs = self.jobs ?? usual
    let busy = min(jobs, open.count)
    var line =
      "\(plan.experiment.title): \(open.count) \(open.count == 1 ? "run" : "runs"), \(busy) at a time with "
      + "\(threads) \(threads == 1 ? "thread" : "threads") each"
    // The number of threads is never changed silently, since results depend on it.
    if busy * threads > cores {
      line += "; they share \(cores) \(cores == 1 ? "core" : "cores")"
    } else if self.jobs != nil, busy * threads < cores {
      line += "; \(busy * threads) of \(cores) cores are used (see --threads)"
    }
    Console.note(line)
    let estimates = EstimateStore(plan)
    return LocalExecutor(
      jobs: jobs, command: command, running: plan.experiment.running, stop: stop, cards: cards
    ) { estimates.estimate(for: $0) }
  }
}

/// The value of `--executor`: "local", or the name of a registered executor.
struct ExecutorName: ExpressibleByArgument, Equatable {
  static let local = ExecutorName(name: "local")

  private let name: String

  private init(name: String) { self.name = name }

  init?(argument: String) {
    guard Self.allValueStrings.contains(argument) else { return nil }
    name = argument
  }

  /// Nil for processes on this machine.
  var type: (any Executor.Type)? { ExecutorRegistry.current.named(name) }

  static var allValueStrings: [String] { [local.name] + ExecutorRegistry.current.names }
  var defaultValueDescription: String { name }
}

extension RunFailure {
  /// Whether the failure is deterministic.
  fileprivate var wouldRepeat: Bool { kind == .nonFinite || kind == .unsupported }
}

extension RunInterrupted {
  /// "SIGTERM"
  fileprivate var name: String {
    [SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP"][signal] ?? "signal \(signal)"
  }
}
