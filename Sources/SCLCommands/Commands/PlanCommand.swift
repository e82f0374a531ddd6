import ArgumentParser
import Experiments
import Foundation

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Lists the runs of an experiment, how they stand, and what they will take.",
    discussion: """
      Time and memory come from a few steps, timed on this machine and kept in \
      RESULTS/.estimates.json, or from finished runs that differ in seed and epochs at most.
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

  @OptionGroup var output: JSONOption

  func validate() throws {
    for (name, value) in [("jobs", jobs), ("nodes", nodes), ("cpus-per-node", cpusPerNode)] {
      guard let value, !(1...100_000).contains(value) else { continue }
      throw ValidationError("--\(name) takes 1 to 100000")
    }
    if cpusPerNode != nil, nodes == nil { throw ValidationError("--cpus-per-node needs --nodes") }
  }

  func run() async throws {
    try experiment.prepareDrawn()
    let plan = try experiment.plan(needsData: false)
    var store = EstimateStore(plan)
    if let note = store.note { Console.error(note) }
    let problems = noMeasure ? [] : await measure(plan, &store)
    let threads = plan.options.threads ?? plan.experiment.threads
    let table = PlanTable(
      plan, store: store, problems: problems,
      here: PlanTable.Machines(
        count: nil, jobs: jobs ?? max(1, Machine.cores / threads), threads: threads),
      nodes: nodes.map { nodes in
        PlanTable.Machines(
          count: nodes, jobs: max(1, (cpusPerNode ?? Machine.cores) / threads), threads: threads)
      })
    try output.json ? table.printJSON() : table.printText()
  }

  /// Measures what is not known, and keeps each measurement at once: an interrupted plan loses one.
  /// - Returns: the runs that could not be measured, and why.
  private func measure(
    _ plan: Plan, _ store: inout EstimateStore
  ) async -> [(run: PlannedRun, reason: String)] {
    let unknown = store.unknown(among: plan.runs)
    let measurer = EstimateMeasurer(experiment.childCommand())
    var problems: [(run: PlannedRun, reason: String)] = []
    for (index, run) in unknown.enumerated() {
      Console.error(
        "measuring \(index + 1) of \(unknown.count): \(run.benchmark.name) "
          + run.row.name)
      do {
        let measurement = try await measurer.measure(run)
        do {
          try store.keep(measurement, for: run)
        } catch {
          Console.error("the measurement is not kept: \(error)")
        }
      } catch {
        problems.append((run, "\(error)"))
      }
    }
    return problems
  }
}
