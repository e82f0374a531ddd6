import ArgumentParser
import Benchmarks
import Domain
import Experiments
import Records
import Reporting
import Torch

/// Devices and precisions by their raw values.
extension Device: ExpressibleByArgument {}
extension PrecisionChoice: ExpressibleByArgument {}

/// The options `--data` and `--results`, which nearly all commands share.
struct FolderOptions: ParsableArguments {
  /// `DATA/BENCHMARK.h5` for each benchmark.
  @Option(
    help: "Folder of benchmark files (default: \(BenchmarkFolder.defaultPath)).",
    completion: .directory, transform: folderPath)
  var data = BenchmarkFolder.defaultPath

  /// `RESULTS/EXPERIMENT/BENCHMARK/METHOD/seed-N` for each run. Several commands and machines can
  /// share it.
  @Option(
    help: "Folder of results (default: results).", completion: .directory, transform: folderPath)
  var results = "results"
}

/// The argument EXPERIMENT and the options that define its runs. All commands on an experiment
/// share them, so that the same options name the same runs everywhere:
///
///     scl run    experiments/paper.yaml --profile short --set scl.epochs=40 --only method=scl
///     scl report experiments/paper.yaml --profile short --set scl.epochs=40 --only method=scl
struct ExperimentOptions: ParsableArguments {
  @Argument(
    help: "Experiment file, such as experiments/rehearsal.yaml.",
    completion: .file(extensions: ["yaml", "yml"]))
  /// A YAML file.
  var experiment: String

  /// A profile replaces some settings of the file, for a shorter run for instance. Its results have
  /// a folder of their own, `NAME@PROFILE`.
  @Option(help: "Profile of the experiment file to apply.")
  var profile: String?

  /// `--set` for trying a value without editing the file. A changed setting changes the identity,
  /// so the runs have results of their own.
  @Option(
    name: .customLong("set"), help: "Override a setting: KEY=VALUE or METHOD.KEY=VALUE.")
  var overrides: [String] = []

  /// Runs that the selected ones start from are added, because they would fail without them.
  @Option(help: "Select runs: benchmark=NAME,method=NAME,seed=NUMBER. May be repeated.")
  var only: [String] = []

  @OptionGroup var folders: FolderOptions

  /// If absent, finished runs of any device are accepted, and new ones use the CPU. If given, new
  /// runs use it, and commands that show results accept only its runs. `scl run` still keeps
  /// finished runs of another device unless `--recompute` is given.
  @Option(
    help: "Device to run networks on (default: cpu; finished runs of any device are accepted).")
  var device: Device?

  /// `auto` is bfloat16 where the device multiplies it, float32 elsewhere.
  @Option(help: "Precision of convolutions and matrix products.")
  var precision: PrecisionChoice = .auto

  /// Not part of the identity. The bits of a network's results depend on it.
  @Option(help: "Threads per run (default: from the experiment file).")
  var threads: Int?

  /// - Throws: `ValidationError` for a number of threads outside 1...1024, and for a selection of nothing, as a
  ///   script's unset variable gives it: it would select everything.
  func validate() throws {
    try require("threads", threads, in: 1...1024)
    guard !only.contains("") else {
      throw ValidationError("--only needs benchmark=NAME, method=NAME or seed=NUMBER")
    }
  }

  /// The options that planning and running need besides the experiment.
  /// - Parameter computing: the flags of a command that computes.
  func options(_ computing: ComputingFlags? = nil) -> RunOptions {
    RunOptions(
      data: folders.data, results: folders.results, device: device, precision: precision,
      threads: threads, recomputes: computing?.recompute ?? false, isFast: computing?.fast ?? false)
  }

  /// Another command of the program with the same options: "scl run experiments/paper.yaml --profile cpu".
  func command(_ name: String) -> String {
    var words = ["scl", name, experiment]
    func add(_ option: String, _ value: String?) {
      if let value { words += [option, value] }
    }
    add("--profile", profile)
    for override in overrides { add("--set", override) }
    for filter in only { add("--only", filter) }
    let standard = RunOptions()
    add("--data", folders.data == standard.data ? nil : folders.data)
    add("--results", folders.results == standard.results ? nil : folders.results)
    add("--device", device?.rawValue)
    add("--precision", precision == .auto ? nil : precision.rawValue)
    add("--threads", threads.map { "\($0)" })
    return words.shellCommand
  }

  /// Reads the experiment file with profile and `--set`.
  /// - Parameter needsData: false for commands that only read results. They accept benchmarks
  ///   without a prepared file.
  /// - Throws: `ExperimentError.mistakes` with all mistakes of the file.
  func readExperiment(needsData: Bool = true) throws -> Experiment {
    try ExperimentFile(
      registry: SCLProgram.registry, data: folders.data,
      results: needsData ? nil : folders.results
    ).read(experiment, profile: profile, overrides: overrides)
  }

  /// The runs that `--only` selects.
  var filter: RunFilter {
    get throws { try RunFilter(parsing: only.joined(separator: ",")) }
  }

  /// Creates the benchmark files of rehearsals that the selected runs use and that do not exist, so
  /// that a first experiment needs no preparation. Each is announced on standard error.
  func prepareRehearsals() throws {
    let folder = BenchmarkFolder(folders.data)
    for name in try filter.benchmarks(of: readExperiment(needsData: false)) {
      guard let definition = try? BenchmarkDefinition.named(name), definition.isRehearsal,
        !folder.hasFile(of: definition)
      else { continue }
      let summary = try folder.createRehearsal(definition)
      Console.error("created \(definition.name): \(summary.counts) images in \(summary.file)")
    }
  }

  /// The plan: every run with its resolved settings, identity and state.
  /// - Parameters:
  ///   - needsData: false for commands that only read results. They use the definitions of
  ///     benchmarks without a file.
  ///   - computing: the flags of a command that computes.
  /// - Throws: `ExperimentError`. For missing benchmark files it names the command that makes each.
  func plan(needsData: Bool = true, _ computing: ComputingFlags? = nil) throws -> Plan {
    let plan = try plan(
      of: readExperiment(needsData: needsData), filter, needsData: needsData, computing)
    guard !plan.runs.isEmpty else {
      throw ValidationError("--only or 'exclude' leaves no run of \(plan.experiment.name)")
    }
    return plan
  }

  /// The plan of an experiment that has been read, with a filter in place of `--only`.
  private func plan(
    of experiment: Experiment, _ filter: RunFilter, needsData: Bool,
    _ computing: ComputingFlags? = nil
  ) throws -> Plan {
    do {
      return try Plan(
        experiment, options: options(computing), registry: SCLProgram.registry,
        filter: filter, needsData: needsData)
    } catch ExperimentError.missingBenchmarks(var missing) {
      // The message names the next command, as 'scl data list' does.
      let folder = BenchmarkFolder(folders.data)
      for index in missing.indices {
        guard let definition = try? folder.definition(named: missing[index].name),
          let next = BenchmarkStatus(definition, in: folder).next
        else { continue }
        missing[index].remedy = "'\(next)'"
      }
      throw ExperimentError.missingBenchmarks(missing)
    }
  }

  /// The plan for commands that show results.
  /// - Parameter needsData: whether they show images too, for which benchmark files must exist.
  /// - Throws: `ReportError.nothingRun` if the results folder has nothing of the experiment, as
  ///   after a wrong `--results`. An empty table would hide that.
  func planOfResults(needsData: Bool = false) throws -> Plan {
    try checkResults(of: plan(needsData: needsData))
  }

  /// The same for an experiment that has been read, with a filter in place of `--only`.
  /// - Parameter mayBeEmpty: for what needs no results.
  func planOfResults(
    of experiment: Experiment, _ filter: RunFilter, mayBeEmpty: Bool = false
  ) throws -> Plan {
    let plan = try plan(of: experiment, filter, needsData: false)
    return mayBeEmpty ? plan : try checkResults(of: plan)
  }

  private func checkResults(of plan: Plan) throws -> Plan {
    guard ResultsFolder(plan.options.results).has(plan.experiment.name) else {
      throw noResults(of: plan)
    }
    return plan
  }

  /// The plan for commands that compare scores, of which they need some.
  /// - Throws: as `planOfResults(needsData:)`, and also if no planned run has begun.
  func planOfRuns() throws -> Plan {
    let plan = try planOfResults()
    guard plan.hasBegun else { throw noResults(of: plan) }
    return plan
  }

  /// The run that `--only` selects, for the hidden commands that do a single run. The plan also has
  /// the runs that it starts from.
  /// - Throws: `ValidationError` if `--only` does not name exactly one run.
  func onlyRun(of plan: Plan) throws -> PlannedRun {
    guard let run = plan.runs.first(where: { only == [$0.selector] }) else {
      throw ValidationError("--only must select one run: benchmark=NAME,method=NAME,seed=NUMBER")
    }
    return run
  }

  /// The command line with which a process of its own does one run of the plan.
  func childCommand(_ computing: ComputingFlags? = nil) -> ChildCommand {
    ChildCommand(
      experimentFile: experiment, profile: profile, overrides: overrides,
      options: options(computing))
  }
}

/// The flags of the commands that compute runs, which they pass on to the process of each run.
struct ComputingFlags: ParsableArguments {
  /// Finished runs stay finished on another engine, so that a forgotten `--device` costs no work.
  /// This flag repeats them.
  @Flag(
    help: "Repeat finished runs that were computed with another device, precision or libtorch."
  )
  var recompute = false

  /// On a processor every run is deterministic.
  @Flag(
    help: "With --device cuda: allow operators whose results differ slightly from run to run.")
  var fast = false
}

extension Plan {
  /// Whether any planned run has begun.
  var hasBegun: Bool { runs.contains { $0.state != .missing } }
}

/// Checks the range of a numeric option, if it was given.
/// - Parameters:
///   - option: the name without hyphens.
///   - value: nil if the option is absent.
/// - Throws: `ValidationError`, which exits with 64.
func require(_ option: String, _ value: Int?, in range: ClosedRange<Int>) throws {
  guard let value, !range.contains(value) else { return }
  throw ValidationError("--\(option) takes \(range.lowerBound) to \(range.upperBound)")
}

/// A folder as an option takes it. An empty one, as a script's unset variable gives it, would be the root of the file
/// system. The help of such an option has to name its default, which ArgumentParser does not add to a transformed value.
/// - Throws: `ValidationError`.
@Sendable func folderPath(_ text: String) throws -> String {
  guard !text.isEmpty else { throw ValidationError("a folder is needed") }
  return text
}

/// The option `--json`. Every command that prints results has it, for scripts: one object per line,
/// keys sorted, absent values left out.
struct JSONOption: ParsableArguments {
  @Flag(help: "Print JSON, one object per line.")
  var json = false
}

/// The option `--quiet`. It silences `Console.note` and the redrawn lines. Results and errors are
/// always printed.
struct QuietOption: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Print only results and errors, no progress.")
  var quiet = false

  func validate() throws {
    if quiet { Console.isQuiet.store(true, ordering: .relaxed) }
  }
}
