import Benchmarks
import Core
import Domain
import Methods
import Metrics
import Records

/// An experiment as its file describes it: which methods run on which benchmarks with which seeds,
/// protocol and settings.
///
///     let experiment = try ExperimentFile(registry: .builtIn).read("experiments/rehearsal.yaml")
///     experiment.combinations.count  // benchmarks x methods x seeds
///     let plan = try Plan(experiment, options: RunOptions(), registry: .builtIn)
package struct Experiment: Sendable {
  /// The file's name without its extension, and the profile where one was chosen: "cpu@quick".
  package let name: String
  /// The path of the file, as given.
  package let file: String
  /// For tables and messages.
  package let title: String
  /// Every benchmark that runs are planned on, those of `include` after the list's.
  package let benchmarks: [String]
  /// The rows of the table, those of `include` after the list's.
  package let rows: [MethodRow]
  /// Every seed, those of `include` after the list's.
  package let seeds: [UInt64]
  /// What is run, seed by seed and benchmark by benchmark.
  package let combinations: [Combination]
  /// Threads of one run.
  package let threads: Int
  /// A method is scored after every so many epochs for history.csv; 0 for the end alone. What is scored
  /// on the way decides nothing, unless the protocol's checkpoint rule chooses among these epochs.
  package let evaluateEvery: Int
  /// How many clusters are looked for.
  let clusters: ClusterNumbers
  /// The profile's name; "default" without one. It is a part of the identity of runs.
  package let profile: String
  /// What tells this experiment from the published protocol, printed under its tables.
  package let notes: [String]
  /// Checkpoints, retries and memory.
  package let running: RunningOptions
  /// The options of executors, by the executor's name.
  package let executors: [String: ExecutorLayers]
  /// Later layers win, here and below.
  let protocolLayers: [Layers<Changes<RunProtocol>>]
  let settingLayers: [Layers<[String: SettingValue]>]

  /// The names of the rows: methods and variants.
  package var methods: [String] { rows.map(\.name) }

  /// The rows that are run on a benchmark.
  func rows(on benchmark: String) -> [MethodRow] {
    let names = Set(combinations.filter { $0.benchmark == benchmark }.map(\.row))
    return rows.filter { names.contains($0.name) }
  }

  /// The protocol of a row on a benchmark: its own image size and `train+test`, changed by the
  /// layers of the files.
  package func runProtocol(of row: MethodRow, on benchmark: BenchmarkDefinition) -> RunProtocol {
    runProtocol(of: row.namesInFiles, on: benchmark)
  }

  /// The protocol of what files speak of by these names, the one that counts most last.
  func runProtocol(of names: [String], on benchmark: BenchmarkDefinition) -> RunProtocol {
    var runProtocol = RunProtocol(
      imageSize: benchmark.imageSize, clusters: clusters.on(benchmark.name))
    for layers in protocolLayers {
      layers.value(of: names, on: benchmark.name).apply(to: &runProtocol)
    }
    return runProtocol
  }

  /// The method of a row on a benchmark with its settings. The method's own defaults for the benchmark, and
  /// `defaults` over them, lie under all layers.
  ///
  /// A variant keeps what makes it one whatever the layers say of its method, those of the command
  /// line too; only what names the variant goes over that.
  func method(
    of row: MethodRow, on definition: BenchmarkDefinition, defaults: [String: SettingValue] = [:]
  ) throws -> ConfiguredMethod {
    let (method, benchmark) = (row.method.description.name, definition.name)
    let known = Set(row.method.settings.map(\.name))
    var values = row.method.ownDefaults(on: definition).overlaid(with: defaults)
    for layers in settingLayers {
      // What is said of all methods applies to those that have the setting.
      values.merge(layers.shared(on: benchmark).filter { known.contains($0.key) }) { $1 }
      values.merge(layers.own(of: [method], on: benchmark)) { $1 }
    }
    if row.variantOf != nil {
      values.merge(row.settings) { $1 }
      for layers in settingLayers {
        values.merge(layers.own(of: row.ownNames, on: benchmark)) { $1 }
      }
      // A row of a grid is named after these.
      values.merge(row.swept) { $1 }
    }
    return try ConfiguredMethod(row.method, values)
  }
}
