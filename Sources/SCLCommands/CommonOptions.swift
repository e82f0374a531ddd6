import ArgumentParser
import Benchmarks
import Domain
import Experiments
import Records
import Reporting
import Torch

extension Device: ExpressibleByArgument {}
extension PrecisionChoice: ExpressibleByArgument {}

/// The data and results folders.
struct FolderOptions: ParsableArguments {
  @Option(help: "Folder of benchmark files.", completion: .directory)
  var data = "data"

  @Option(help: "Folder of results.", completion: .directory)
  var results = "results"
}

/// An experiment and the options of its runs.
struct ExperimentOptions: ParsableArguments {
  @Argument(
    help: "Experiment file, such as experiments/rehearsal.yaml.",
    completion: .file(extensions: ["yaml", "yml"]))
  var experiment: String

  @Option(help: "Profile of the experiment file to apply.")
  var profile: String?

  @Option(
    name: .customLong("set"), help: "Override a setting: KEY=VALUE or METHOD.KEY=VALUE.")
  var overrides: [String] = []

  @Option(help: "Select runs: benchmark=NAME,method=NAME,seed=NUMBER.")
  var only: String?

  @OptionGroup var folders: FolderOptions

  @Option(
    help: "Device of the networks (default: cpu; finished runs of any device count).")
  var device: Device?

  @Option(help: "Arithmetic of convolutions and matrix products.")
  var precision: PrecisionChoice = .auto

  @Option(help: "Threads per run (default: from the experiment file).")
  var threads: Int?

  func validate() throws {
    try require("threads", threads, in: 1...1024)
  }

  func options(recomputes: Bool = false) -> RunOptions {
    RunOptions(
      data: folders.data, results: folders.results, device: device, precision: precision,
      threads: threads, recomputes: recomputes)
  }

  /// - Parameter needsData: false for commands that read results only, which accept benchmarks without files.
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
  ///   - needsData: false for commands that read results only.
  ///   - recomputes: whether to repeat finished runs of other engines.
  func plan(needsData: Bool = true, recomputes: Bool = false) throws -> Plan {
    do {
      return try Plan(
        readExperiment(needsData: needsData), options: options(recomputes: recomputes),
        registry: SCLProgram.registry,
        filter: only.map { try RunFilter(parsing: $0) } ?? RunFilter(), needsData: needsData)
    } catch ExperimentError.missingBenchmarks(var missing) {
      // Name the next command, like 'scl data list'.
      let folder = BenchmarkFolder(folders.data)
      for index in missing.indices {
        let definition = try folder.definition(named: missing[index].name)
        guard let next = BenchmarkStatus(definition, in: folder).next else { continue }
        missing[index].remedy = "'\(next)'"
      }
      throw ExperimentError.missingBenchmarks(missing)
    }
  }

  /// The plan of an experiment for commands that show results.
  /// - Throws: `ReportError.nothingRun` if the results folder has none, such as after a wrong `--results`.
  func planOfResults() throws -> Plan {
    let plan = try plan(needsData: false)
    guard ResultsFolder(plan.options.results).has(plan.experiment.name) else {
      throw ReportError.nothingRun(
        experiment: plan.experiment.name, results: plan.options.results)
    }
    return plan
  }

  /// The run that `--only` selects. The plan also contains the runs that it starts from.
  func onlyRun(of plan: Plan) throws -> PlannedRun {
    guard let run = plan.runs.first(where: { $0.selector == only }) else {
      throw ValidationError("--only must select one run: benchmark=NAME,method=NAME,seed=NUMBER")
    }
    return run
  }

  func childCommand(recomputes: Bool = false) -> ChildCommand {
    ChildCommand(
      experimentFile: experiment, profile: profile, overrides: overrides,
      options: options(recomputes: recomputes))
  }
}

/// Checks the range of a numeric option, if it was given.
/// - Throws: `ValidationError`.
func require(_ option: String, _ value: Int?, in range: ClosedRange<Int>) throws {
  guard let value, !range.contains(value) else { return }
  throw ValidationError("--\(option) takes \(range.lowerBound) to \(range.upperBound)")
}

/// The option `--json` of commands that print results.
struct JSONOption: ParsableArguments {
  @Flag(help: "Print JSON, one object per line.")
  var json = false
}

/// The option `--quiet` of commands that show progress.
struct QuietOption: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Print only results and errors, no progress.")
  var quiet = false

  func validate() throws {
    if quiet { Console.isQuiet.store(true, ordering: .relaxed) }
  }
}
