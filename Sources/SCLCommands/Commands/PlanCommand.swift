import ArgumentParser
import Core
import Experiments
import Foundation
import Methods
import Reporting
import Synchronization

/// `scl plan`: prints a `PlanTable` with all runs, their states, and estimates of time and memory.
/// It first measures what has no estimate.
///
///     scl plan experiments/paper.yaml --nodes 4 --cpus-per-node 64
///     scl plan experiments/paper.yaml --no-measure --json
///
/// Exit codes: 0; 128 plus the signal's number after Ctrl-C, which ends the measurements and prints
/// the plan.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "List the runs of an experiment, their states, and the time and memory they need.",
    discussion: """
      Estimates come from a few steps timed on this machine (stored in RESULTS/.estimates.json) or from \
      finished runs that differ only in seed and epochs. Rough estimates (~) are printed first; they are \
      accurate to a factor of about three. Ctrl-C ends the measurements and prints the plan. Rehearsals that \
      do not exist are generated first.
      """)

  @OptionGroup var experiment: ExperimentOptions

  /// For the duration of the whole plan here.
  @Option(help: "Number of simultaneous runs (default: by cores and threads per run).")
  var jobs: Int?

  /// The same for a cluster that is not at hand. Its nodes are assumed to be as fast as this
  /// machine.
  @Option(help: "Also estimate the time on this number of nodes of a cluster.")
  var nodes: Int?

  /// For nodes with more cores than this machine.
  @Option(help: "Cores per node (default: as on this machine).")
  var cpusPerNode: Int?

  /// For an answer at once, with rough estimates for the rest.
  @Flag(help: "Use existing estimates only.")
  var noMeasure = false

  /// After the load of the machine has changed.
  @Flag(help: "Repeat all measurements.")
  var remeasure = false

  @OptionGroup var output: JSONOption
  @OptionGroup var quiet: QuietOption

  /// - Throws: `ValidationError` for a number outside its range, or for options that contradict
  ///   each other.
  func validate() throws {
    try require("jobs", jobs, in: 1...100_000)
    try require("nodes", nodes, in: 1...100_000)
    try require("cpus-per-node", cpusPerNode, in: 1...100_000)
    if cpusPerNode != nil, nodes == nil {
      throw ValidationError("--cpus-per-node requires --nodes")
    }
    if noMeasure, remeasure { throw ValidationError("--remeasure conflicts with --no-measure") }
  }

  /// Measures, prints, and reports an interruption in the exit code.
  func run() async throws {
    try experiment.prepareRehearsals()
    let plan = try experiment.plan(needsData: false)
    var store = EstimateStore(plan)
    if let note = store.note { Console.error(note) }
    var problems: [(run: PlannedRun, reason: String)] = []
    let interruption = noMeasure ? nil : await measure(plan, &store, &problems)
    let table = table(plan, store, problems)
    try output.json ? table.printJSON() : table.printText()
    if !output.json, let sentence = comparability(of: plan) { Console.print(sentence) }
    if let interruption { throw ExitCode(RunExit.interrupted(by: interruption)) }
  }

  /// How many published rows the runs can be compared with; nil if none is published on these benchmarks, or if there
  /// is no file of published figures that can be read.
  private func comparability(of plan: Plan) -> String? {
    guard let paper = try? PublishedFigures.tables(),
      let table = try? ResultTable(plan.results)
    else { return nil }
    let counts = PlannedDiff(table, against: paper).counts
    guard counts.rows > 0 else { return nil }
    return "\(counts.comparable) of \(counts.rows) published rows can be compared, and "
      + "\(counts.unknownProtocol) have an unknown protocol: "
      + "'\(experiment.command("diff")) --planned' names them"
  }

  /// The table for this machine and, with `--nodes`, for a cluster.
  private func table(
    _ plan: Plan, _ store: EstimateStore, _ problems: [(run: PlannedRun, reason: String)]
  ) -> PlanTable {
    let threads = plan.options.threads ?? plan.experiment.threads
    return PlanTable(
      plan, store: store, problems: problems,
      here: PlanTable.Machines(
        count: nil, jobs: jobs ?? max(1, Machine.cores / threads), threads: threads),
      nodes: nodes.map { nodes in
        PlanTable.Machines(
          count: nodes, jobs: max(1, (cpusPerNode ?? Machine.cores) / threads), threads: threads)
      })
  }

  /// Measures the runs without an estimate, one of each kind, in processes of their own. Each
  /// measurement is stored at once, so an interruption loses only one.
  /// - Parameters:
  ///   - store: gets the measurements.
  ///   - problems: gets the runs that could not be measured, with the reason.
  /// - Returns: the signal that interrupted it; nil if it came to its end.
  private func measure(
    _ plan: Plan, _ store: inout EstimateStore,
    _ problems: inout [(run: PlannedRun, reason: String)]
  ) async -> Int32? {
    let unknown = store.unknown(among: plan.runs, again: remeasure)
    guard !unknown.isEmpty else { return nil }
    for sentence in table(plan, store, []).sentences {
      Console.note("preliminary: \(sentence)")
    }
    if let load = Machine.load, load > Double(Machine.cores) {
      Console.note(
        String(format: "this machine is busy (load average %.1f, ", load)
          + "\(Quantities.count(Machine.cores, "core"))): estimates will be too high; "
          + "use --remeasure later")
    }
    let trainsHere = unknown.contains { $0.device == .cpu && $0.method is any TrainedMethod.Type }
    if trainsHere, let advice = Machine.engineAdvice { Console.note(advice) }
    let measurer = EstimateMeasurer(experiment.childCommand())
    let going = Mutex<Task<MeasuredCosts, any Error>?>(nil)
    let stop = StopRequest { _ in going.withLock { $0?.cancel() } }
    // If signals cannot be caught, they end the program at once.
    try? stop.listen(to: [SIGINT, SIGTERM])
    for (index, run) in unknown.enumerated() {
      Console.note(
        "measuring \(index + 1) of \(unknown.count): \(run.benchmark.name) \(run.row.name)")
      let task = Task { try await measurer.measure(run) }
      going.withLock { $0 = task }
      if stop.signal != nil { task.cancel() }
      do {
        let measurement = try await task.value
        keep(measurement, of: run, &store)
      } catch {
        if stop.signal == nil { problems.append((run, "\(error)")) }
      }
      if let signal = stop.signal {
        Console.error(
          "stopped after \(index) of \(Quantities.count(unknown.count, "measurement")); "
            + "run the same command to resume")
        return signal
      }
    }
    return nil
  }

  /// Stores a measurement and shows the estimate. If it cannot be written, the plan uses it anyway.
  private func keep(
    _ measurement: MeasuredCosts, of run: PlannedRun, _ store: inout EstimateStore
  ) {
    do {
      try store.keep(measurement, for: run)
    } catch {
      Console.error("cannot store the measurement: \(error)")
    }
    guard let estimate = store.estimate(for: run) else { return }
    Console.note(
      "  a run takes \(Quantities.time(estimate.seconds)), "
        + "\(Quantities.memory(estimate.memoryBytes))")
  }
}

/// Hidden command: measures one run in its own process, so that its peak memory is that of the run.
/// `scl plan` starts it and reads the JSON object that it prints.
struct MeasureChildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure-child",
    abstract: "Measure the time and memory of a single run (used by 'scl plan').",
    shouldDisplay: false)

  @OptionGroup var experiment: ExperimentOptions

  func run() throws {
    ProcessName.restore()
    let plan = try experiment.plan(needsData: false)
    let run = try experiment.onlyRun(of: plan)
    try Machine.checkHas(run.device)
    let threads = plan.options.threads ?? plan.experiment.threads
    try Console.json(
      RunMeasurement(run, among: plan.runs, options: plan.options, threads: threads).measure())
  }
}
