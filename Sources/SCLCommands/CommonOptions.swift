import ArgumentParser
import Benchmarks
import Domain
import Experiments
import Records
import Reporting
import Torch

extension Device: ExpressibleByArgument {}
extension PrecisionChoice: ExpressibleByArgument {}

/// Where benchmark files and results lie.
struct FolderOptions: ParsableArguments {
  @Option(help: "Folder of the benchmark files.", completion: .directory)
  var data = "data"

  @Option(help: "Folder of the results.", completion: .directory)
  var results = "results"
}

/// An experiment, and how its runs are computed.
struct ExperimentOptions: ParsableArguments {
  @Argument(
    help: "Experiment file, such as experiments/rehearsal.yaml.",
    completion: .file(extensions: ["yaml", "yml"]))
  var experiment: String

  @Option(help: "Profile of the experiment file, laid over it.")
  var profile: String?

  @Option(
    name: .customLong("set"), help: "Override a setting: KEY=VALUE or METHOD.KEY=VALUE.")
  var overrides: [String] = []

  @Option(help: "Only some runs: benchmark=NAME,method=NAME,seed=NUMBER.")
  var only: String?

  @OptionGroup var folders: FolderOptions

  @Option(
    help: "Device of the networks (default: the processor; finished runs of either are taken).")
  var device: Device?

  @Option(help: "Arithmetic of convolutions and matrix products.")
  var precision: PrecisionChoice = .auto

  @Option(help: "Threads of one run (default: the experiment file's).")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads takes 1 to 1024")
    }
  }

  func options(recomputes: Bool = false) -> RunOptions {
    RunOptions(
      data: folders.data, results: folders.results, device: device, precision: precision,
      threads: threads, recomputes: recomputes)
  }

  /// - Parameter needsData: false for what reads results alone; benchmarks that only those have can be
  ///   named then.
  func readExperiment(needsData: Bool = true) throws -> Experiment {
    try ExperimentFile(
      registry: SCLProgram.registry, data: folders.data,
      results: needsData ? nil : folders.results
    ).read(experiment, profile: profile, overrides: overrides)
  }

  /// Creates missing rehearsals that the experiment uses.
  func prepareRehearsals() throws {
    let folder = BenchmarkFolder(folders.data)
    for name in try readExperiment(needsData: false).benchmarks {
      guard let definition = try? BenchmarkDefinition.named(name), definition.isRehearsal,
        !folder.hasFile(of: definition)
      else { continue }
      let summary = try folder.createRehearsal(definition)
      Console.error("created \(definition.name): \(summary.counts) images in \(summary.file)")
    }
  }

  /// - Parameters:
  ///   - needsData: false for what reads results alone.
  ///   - recomputes: whether finished runs of another engine are computed again.
  func plan(needsData: Bool = true, recomputes: Bool = false) throws -> Plan {
    do {
      return try Plan(
        readExperiment(needsData: needsData), options: options(recomputes: recomputes),
        registry: SCLProgram.registry,
        filter: only.map { try RunFilter(parsing: $0) } ?? RunFilter(), needsData: needsData)
    } catch ExperimentError.missingBenchmarks(var missing) {
      // The very next command, as 'scl data list' has it.
      let folder = BenchmarkFolder(folders.data)
      for index in missing.indices {
        let definition = try folder.definition(named: missing[index].name)
        guard let next = BenchmarkStatus(definition, in: folder).next else { continue }
        missing[index].remedy = "'\(next)'"
      }
      throw ExperimentError.missingBenchmarks(missing)
    }
  }

  /// The plan of an experiment that was begun, for what shows results.
  /// - Throws: `ReportError.nothingRun` where the results folder has none of it: a wrong `--results`, or a
  ///   wrong working directory, would show a table of nothing.
  func planOfResults() throws -> Plan {
    let plan = try plan(needsData: false)
    guard ResultsFolder(plan.options.results).has(plan.experiment.name) else {
      throw ReportError.nothingRun(
        experiment: plan.experiment.name, results: plan.options.results)
    }
    return plan
  }

  /// The one run that `--only` names; the plan has those that it starts from as well.
  func onlyRun(of plan: Plan) throws -> PlannedRun {
    guard let run = plan.runs.first(where: { $0.selector == only }) else {
      throw ValidationError("--only has to name one run: benchmark=NAME,method=NAME,seed=NUMBER")
    }
    return run
  }

  func childCommand(recomputes: Bool = false) -> ChildCommand {
    ChildCommand(
      experimentFile: experiment, profile: profile, overrides: overrides,
      options: options(recomputes: recomputes))
  }
}

/// `--json`, which every command that prints results has.
struct JSONOption: ParsableArguments {
  @Flag(help: "Machine-readable output: one JSON object a line.")
  var json = false
}
