import ArgumentParser
import Experiments
import Foundation
import Synchronization

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Lists the runs of an experiment, how they stand, and what they will take.",
    discussion: """
      Time and memory come from a few steps, timed on this machine and kept in \
      RESULTS/.estimates.json, or from finished runs that differ in seed and epochs at most. Before \
      anything is measured, a first answer is printed from what is known and from the size of the \
      tasks; such rough estimates (~) are right within a factor of about three. Ctrl-C ends measuring \
      and prints the plan with what is known by then.
      """)

  @OptionGroup var experiment: ExperimentOptions

  @Option(help: "Runs that go on at once here (default: as many as the cores have threads for).")
  var jobs: Int?

  @Option(help: "Also tell how long so many Slurm nodes take.")
  var nodes: Int?

  @Option(help: "Processors of a node (default: as many as this machine has).")
  var cpusPerNode: Int?

  @Flag(help: "Use only estimates that are known already.")
  var noMeasure = false

  @Flag(help: "Measure again what was measured before.")
  var remeasure = false

  @OptionGroup var output: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    for (name, value) in [("jobs", jobs), ("nodes", nodes), ("cpus-per-node", cpusPerNode)] {
      guard let value, !(1...100_000).contains(value) else { continue }
      throw ValidationError("--\(name) takes 1 to 100000")
    }
    if cpusPerNode != nil, nodes == nil { throw ValidationError("--cpus-per-node needs --nodes") }
    if noMeasure, remeasure { throw ValidationError("--remeasure goes without --no-measure") }
  }

  func run() async throws {
    try experiment.prepareRehearsals()
    let plan = try experiment.plan(needsData: false)
    var store = EstimateStore(plan)
    if let note = store.note { Console.error(note) }
    var problems: [(run: PlannedRun, reason: String)] = []
    let interruption = noMeasure ? nil : await measure(plan, &store, &problems)
    let table = table(plan, store, problems)
    try output.json ? table.printJSON() : table.printText()
    if let interruption { throw ExitCode(RunExit.interrupted(by: interruption)) }
  }

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

  /// Measures what is not known, and keeps each measurement at once: an interrupted plan loses one.
  /// - Returns: the signal that ended it before its time.
  private func measure(
    _ plan: Plan, _ store: inout EstimateStore,
    _ problems: inout [(run: PlannedRun, reason: String)]
  ) async -> Int32? {
    let unknown = store.unknown(among: plan.runs, again: remeasure)
    guard !unknown.isEmpty else { return nil }
    for sentence in table(plan, store, []).sentences {
      Console.note("from what is known so far: \(sentence)")
    }
    let measurer = EstimateMeasurer(experiment.childCommand())
    let going = Mutex<Task<MeasuredCosts, any Error>?>(nil)
    let stop = StopRequest { _ in going.withLock { $0?.cancel() } }
    // Where no thread can be had for it, a signal ends the plan at once.
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
          "stopped after \(index) of \(unknown.count) measurements; the same command goes on")
        return signal
      }
    }
    return nil
  }

  private func keep(
    _ measurement: MeasuredCosts, of run: PlannedRun, _ store: inout EstimateStore
  ) {
    do {
      try store.keep(measurement, for: run)
    } catch {
      Console.error("the measurement is not kept: \(error)")
    }
    guard let estimate = store.estimate(for: run) else { return }
    Console.note(
      "  a run takes \(Quantities.time(estimate.seconds)), "
        + "\(Quantities.memory(estimate.memoryBytes))")
  }
}
