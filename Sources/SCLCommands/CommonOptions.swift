import ArgumentParser
import Experiments
import Torch

extension Device: ExpressibleByArgument {
  func checkAvailable() throws {
    guard self == .cuda, !Torch.hasCUDA else { return }
    throw ValidationError(
      "--device cuda: libtorch \(Torch.version) has no CUDA, or the machine no card; build with "
        + "LIBTORCH naming a libtorch that has it")
  }
}

extension PrecisionChoice: ExpressibleByArgument {}

/// Where benchmark files and results lie.
struct FolderOptions: ParsableArguments {
  @Option(help: "Folder of the benchmark files.")
  var data = "data"

  @Option(help: "Folder of the results.")
  var results = "results"
}

/// An experiment, and how its runs are computed.
struct ExperimentOptions: ParsableArguments {
  @Argument(help: "Experiment file, such as experiments/rehearsal.yaml.")
  var experiment: String

  @Option(help: "Profile of the experiment file, laid over it.")
  var profile: String?

  @Option(
    name: .customLong("set"), help: "Override a setting: KEY=VALUE or METHOD.KEY=VALUE.")
  var overrides: [String] = []

  @Option(help: "Only some runs: benchmark=NAME,method=NAME,seed=NUMBER.")
  var only: String?

  @OptionGroup var folders: FolderOptions

  @Option(help: "Device of the networks.")
  var device: Device = .cpu

  @Option(help: "Arithmetic of convolutions and matrix products.")
  var precision: PrecisionChoice = .auto

  @Option(help: "Threads of one run (default: the experiment file's).")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads takes 1 to 1024")
    }
    try device.checkAvailable()
  }

  var options: RunOptions {
    RunOptions(
      data: folders.data, results: folders.results, device: device, precision: precision,
      threads: threads)
  }

  /// - Parameter needsData: false for what reads results alone; benchmarks that only those have can be
  ///   named then.
  func readExperiment(needsData: Bool = true) throws -> Experiment {
    try ExperimentFile(
      registry: SCLProgram.registry, data: folders.data,
      results: needsData ? nil : folders.results
    ).read(experiment, profile: profile, overrides: overrides)
  }

  /// - Parameter needsData: false for what reads results alone.
  func plan(needsData: Bool = true) throws -> Plan {
    try Plan(
      readExperiment(needsData: needsData), options: options, registry: SCLProgram.registry,
      filter: only.map { try RunFilter(parsing: $0) } ?? RunFilter(), needsData: needsData)
  }

  /// The one run that `--only` names; the plan has those that it starts from as well.
  func onlyRun(of plan: Plan) throws -> PlannedRun {
    guard let run = plan.runs.first(where: { $0.selector == only }) else {
      throw ValidationError("--only has to name one run: benchmark=NAME,method=NAME,seed=NUMBER")
    }
    return run
  }

  var childCommand: ChildCommand {
    ChildCommand(
      experimentFile: experiment, profile: profile, overrides: overrides, options: options)
  }
}

/// `--json`, which every command that prints results has.
struct JSONOption: ParsableArguments {
  @Flag(help: "Machine-readable output: one JSON object a line.")
  var json = false
}
