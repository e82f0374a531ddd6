import ArgumentParser
import Core
import Experiments
import Foundation
import Records

/// `scl run`: plans an experiment and passes its unfinished runs to an executor.
///
///     scl run experiments/rehearsal.yaml --jobs 2
///     scl run experiments/paper.yaml --device cuda --executor slurm --slurm partition=gpu
///
/// Standard error shows what was found (finished, stale, damaged and failed runs), then the
/// progress of each run (`SweepDisplay`). Nothing goes to standard output:
///
///     Rehearsal on generated images: 2 runs, 1 at a time with 1 thread each
///     started   rehearsal-cifar10 / kmeans / seed 0
///     finished  rehearsal-cifar10 / kmeans / seed 0
///
/// Exit codes: 0 if every run is finished, apart from combinations that an earlier sweep found
/// unsupported; 1 if a run failed, or if no run is finished; 128 plus the signal's number after a
/// signal.
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

  /// Creates missing rehearsals, plans, and runs.
  func run() throws {
    try experiment.prepareRehearsals()
    try sweep.run(
      try experiment.plan(sweep.computing),
      command: experiment.childCommand(sweep.computing))
  }
}

/// The options of a sweep, which `scl run` and `scl reproduce` share.
struct SweepOptions: ParsableArguments {
  /// If absent, each run gets a share of the cores, or a GPU of its own.
  @Option(
    help:
      "Number of simultaneous runs (default: by cores and threads per run, or one per GPU)."
  )
  var jobs: Int?

  /// A failure that a rerun would repeat is skipped by default. After a change of the code it may
  /// be worth a try.
  @Flag(help: "Also retry deterministic failures (such as a non-finite loss).")
  var retryFailed = false

  @OptionGroup var computing: ComputingFlags

  /// "local", or the name of a registered executor.
  @Option(help: "Where to run: local processes or an executor's jobs.")
  var executor = ExecutorName.local

  /// Each executor's own name is an alias, so that `--slurm partition=gpu` reads naturally. Values
  /// override the file's.
  @Option(
    name: Self.optionNames,
    help: "Override one of the executor's options in the experiment file: KEY=VALUE.")
  var executorOption: [String] = []

  /// `--executor-option`, and `--NAME` for each registered executor.
  private static var optionNames: NameSpecification {
    NameSpecification(
      (["executor-option"] + ExecutorRegistry.current.names).map { .customLong($0) })
  }

  /// Refuses options of an executor that is not selected: they would silently have no effect.
  func validate() throws {
    // The parser puts the options of all executors into one list.
    for name in ExecutorRegistry.current.names
    where name != executor.type?.name
      && CommandLine.arguments.contains(where: {
        $0 == "--\(name)" || $0.hasPrefix("--\(name)=")
      })
    {
      throw ValidationError("--\(name) requires --executor \(name)")
    }
    if executor == .local, !executorOption.isEmpty {
      throw ValidationError("--executor-option requires --executor NAME")
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
  /// - Parameters:
  ///   - plan: its runs have their states already.
  ///   - command: starts the process of a single run.
  /// - Throws: `ExitCode.failure` if a run failed, now or in an earlier sweep; 128 plus the
  ///   signal's number after a signal; errors of the executor.
  func run(_ plan: Plan, command: ChildCommand) throws {
    guard !computing.fast || plan.options.device == .cuda else {
      throw ValidationError(
        "--fast is for --device cuda: on a processor, a run always gives the same bits again")
    }
    let open = plan.runs.filter(isOpen)
    reportStates(plan, open: open)
    guard !open.isEmpty else { return try reportFailures(plan, logs: [], of: 0) }
    // Checked before hours of work and not after them.
    try AtomicFile.checkWritable(folder: "\(plan.options.results)/\(plan.experiment.name)")
    let stop = SweepStop()
    let estimates = EstimateStore(plan)
    let display = SweepDisplay(open, estimates: estimates)
    do {
      try stop.whileCatching {
        if let remote = executor.type {
          let executor = try self.executor(
            remote, plan, open: open.count, command: command, stop: stop)
          try stop.waiting { try await executor.run(open) { display.show($0) } }
        } else {
          try localExecutor(plan, open: open, estimates, command: command, stop: stop)
            .run(open) { display.show($0) }
        }
      }
      display.end()
    } catch let interruption as RunInterrupted {
      display.end()
      let finished = plan.finishedRuns + display.counts.finished
      Console.error(
        "stopped by \(interruption.name), \(finished) of \(Self.runsAre(plan)) finished; "
          + "to resume:\n  \(CommandLine.arguments.shellCommand)")
      throw ExitCode(RunExit.interrupted(by: interruption.signal))
    }
    try reportFailures(plan, logs: display.failedLogs, of: open.count)
  }

  /// Whether a run is to be done. Failures that a rerun would repeat are skipped unless
  /// `--retry-failed`.
  private func isOpen(_ run: PlannedRun) -> Bool {
    run.isToRun || retryFailed && run.state.status == .failed
  }

  /// Reports what will happen to existing results: stale and damaged ones are moved aside, finished
  /// ones are kept, and failed ones are retried or skipped.
  private func reportStates(_ plan: Plan, open: [PlannedRun]) {
    for run in open {
      switch run.state {
      case .stale(let differences):
        Console.note(
          "stale     \(run.label): \(differences.joined(separator: "; ")); the old result is moved aside, and "
            + "the run " + (run.continuation ?? "starts again"))
      case .damaged(let reason):
        Console.note(
          "damaged   \(run.label): \(reason); the damaged files are moved aside, and the run "
            + "starts again")
      default: break
      }
    }
    if plan.finishedRuns > 0 {
      Console.note("\(plan.finishedRuns) of \(Self.runsAre(plan)) already finished")
    }
    reportOtherEngines(plan)
    for run in plan.runs {
      guard case .failed(let failure) = run.state, !isOpen(run) else { continue }
      Console.note(
        "failed    \(run.label): \(failure.text); skipped, because a retry would fail "
          + "the same way (see --retry-failed)")
    }
  }

  /// "1 run is", "2 runs are".
  private static func runsAre(_ plan: Plan) -> String {
    Quantities.count(plan.runs.count, "run") + (plan.runs.count == 1 ? " is" : " are")
  }

  /// Reports finished runs of another device, precision or libtorch, one line per difference.
  private func reportOtherEngines(_ plan: Plan) {
    let others = plan.runs.map { $0.otherEngine.joined(separator: "; ") }.filter { !$0.isEmpty }
    for difference in Set(others).sorted() {
      let count = others.count { $0 == difference }
      Console.note(
        "\(count) of them used another engine (\(difference)); use --recompute to repeat them")
    }
  }

  /// Names the logs of failed runs and sets the exit code.
  /// - Parameters:
  ///   - logs: the logs of the runs that failed in this sweep.
  ///   - open: the number of runs of this sweep.
  /// - Throws: `ExitCode.failure` if a run failed in this sweep, or if an earlier failure was
  ///   skipped. Unsupported combinations of earlier sweeps do not count beside finished runs; tables
  ///   show them as n/a.
  private func reportFailures(_ plan: Plan, logs: [String], of open: Int) throws {
    let failed = logs.count
    if let first = logs.first {
      Console.error(
        "\(failed) of \(Quantities.count(open, "run")) failed; see "
          + (failed > 1 ? "these logs:" : first))
      if failed > 1 { for log in logs { Console.error("  \(log)") } }
    }
    let hasFinished = open > failed || plan.finishedRuns > 0
    let left = plan.runs.contains { run in
      guard case .failed(let failure) = run.state, !isOpen(run) else { return false }
      // Unsupported combinations are shown as n/a and are not failures, unless nothing else was asked for.
      return failure.kind != .unsupported || !hasFinished
    }
    if failed > 0 || left { throw ExitCode.failure }
  }

  /// The executor of another machine, with the file's options overridden by those of the command
  /// line.
  private func executor(
    _ remote: any Executor.Type, _ plan: Plan, open: Int, command: ChildCommand, stop: SweepStop
  ) throws -> any Executor {
    let layers = try (plan.experiment.executors[remote.name] ?? ExecutorLayers())
      .overridden(by: executorOption, of: remote)
    Console.note(
      "\(plan.experiment.title): \(Quantities.count(open, "run")) on \(remote.title)")
    return remote.init(
      plan.experiment, options: plan.options, command: command, layers: layers, stop: stop)
  }

  /// The executor of this machine, after a line with the number of simultaneous runs and the use of
  /// cores.
  ///
  /// The default is one run per GPU, or as many as the cores have threads for. The number of
  /// threads of a run is never changed to fit, because results depend on it.
  /// - Throws: an error if a run needs CUDA and there is none.
  private func localExecutor(
    _ plan: Plan, open: [PlannedRun], _ estimates: EstimateStore, command: ChildCommand,
    stop: SweepStop
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
      "\(plan.experiment.title): \(Quantities.count(open.count, "run")), \(busy) at a time with "
      + "\(Quantities.count(threads, "thread")) each"
    // The number of threads is never changed silently, since results depend on it.
    if busy * threads > cores {
      line += "; they share \(Quantities.count(cores, "core"))"
    } else if self.jobs != nil, busy * threads < cores {
      line += "; using \(busy * threads) of \(cores) cores (see --threads)"
    }
    Console.note(line)
    return LocalExecutor(
      jobs: jobs, command: command, running: plan.experiment.running, stop: stop, cards: cards
    ) { estimates.estimate(for: $0) }
  }
}

/// The value of `--executor`: "local" or the name of a registered executor.
struct ExecutorName: ExpressibleByArgument, Equatable {
  /// Processes on this machine.
  static let local = ExecutorName(name: "local")

  private let name: String

  private init(name: String) { self.name = name }

  /// - Returns: nil for a name that is not registered.
  init?(argument: String) {
    guard Self.allValueStrings.contains(argument) else { return nil }
    name = argument
  }

  /// The executor's type; nil for processes on this machine.
  var type: (any Executor.Type)? { ExecutorRegistry.current.named(name) }

  /// The names that help and error messages list.
  static var allValueStrings: [String] { [local.name] + ExecutorRegistry.current.names }
  var defaultValueDescription: String { name }
}

extension Plan {
  /// The number of runs that were finished when the plan was made.
  fileprivate var finishedRuns: Int { runs.count { $0.state.status == .finished } }
}

extension RunInterrupted {
  /// "SIGTERM".
  fileprivate var name: String {
    [SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP"][signal] ?? "signal \(signal)"
  }
}
