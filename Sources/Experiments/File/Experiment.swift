import Benchmarks
import Core
import Domain
import Methods
import Metrics
import Records

/// An experiment file as read: which methods run on which benchmarks with which seeds and settings.
public struct Experiment: Sendable {
  /// The file's name without its extension, and the profile where one was chosen: "cpu@quick".
  public let name: String
  public let file: String
  public let title: String
  /// Every benchmark that runs are planned on, those of `include` after the list's.
  public let benchmarks: [String]
  /// The rows of the table, those of `include` after the list's.
  public let rows: [MethodRow]
  /// Every seed, those of `include` after the list's.
  public let seeds: [UInt64]
  /// What is run, seed by seed and benchmark by benchmark.
  public let combinations: [Combination]
  /// Threads of one run.
  public let threads: Int
  /// A method is scored after every so many epochs for history.csv; 0 for the end alone. What is scored
  /// on the way decides nothing, unless the protocol's checkpoint rule chooses among these epochs.
  public let evaluateEvery: Int
  /// How many clusters are looked for.
  let clusters: ClusterNumbers
  public let profile: String
  /// What tells this experiment from the published protocol, printed under its tables.
  public let notes: [String]
  public let running: RunningOptions
  /// The options of executors, by the executor's name.
  package let executors: [String: ExecutorLayers]
  /// Later layers win, here and below.
  let protocolLayers: [ProtocolLayers]
  let layers: [SettingLayers]

  /// The names of the rows: methods and variants.
  public var methods: [String] { rows.map(\.name) }

  /// The rows that are run on a benchmark.
  func rows(on benchmark: String) -> [MethodRow] {
    let names = Set(combinations.filter { $0.benchmark == benchmark }.map(\.row))
    return rows.filter { names.contains($0.name) }
  }

  /// The protocol of a row on a benchmark.
  public func runProtocol(of row: MethodRow, on benchmark: BenchmarkDefinition) -> RunProtocol {
    runProtocol(of: row.namesInFiles, on: benchmark)
  }

  /// The protocol of what files speak of by these names, the one that counts most last.
  func runProtocol(of names: [String], on benchmark: BenchmarkDefinition) -> RunProtocol {
    let choices = protocolLayers.reduce(ProtocolChoices()) {
      $0.overlaid(with: $1.choices(benchmark: benchmark.name, names: names))
    }
    return RunProtocol(
      train: choices.train ?? .trainAndTest, score: choices.score ?? .trainAndTest,
      imageSize: choices.imageSize ?? benchmark.imageSize,
      checkpoint: choices.checkpoint ?? .last,
      nmi: protocolLayers.reversed().lazy.compactMap(\.nmi).first ?? .arithmetic,
      labels: choices.labels, clusters: clusters.on(benchmark.name))
  }

  /// Every setting of a row on a benchmark, defaults included. The method's own for the benchmark, and
  /// `defaults` over them, lie under all layers.
  ///
  /// A variant keeps what makes it one whatever the layers say of its method, those of the command
  /// line too; only what names the variant goes over that.
  func settings(
    of row: MethodRow, benchmark definition: BenchmarkDefinition,
    defaults: [String: SettingValue] = [:]
  ) throws -> [String: SettingValue] {
    let (method, benchmark) = (row.method.description.name, definition.name)
    let known = Set(row.method.settings.map(\.name))
    let own = row.method.ownDefaults(on: definition).merging(defaults) { $1 }
    var values = layers.reduce(into: own) { values, layer in
      values.merge(layer.values(benchmark: benchmark, method: method, known: known)) { $1 }
    }
    if row.variantOf != nil {
      values.merge(row.settings) { $1 }
      for layer in layers {
        values.merge(layer.ownValues(benchmark: benchmark, row: row.name)) { $1 }
      }
    }
    return try row.method.resolve(values)
  }
}

/// Settings in layers: defaults < benchmark < method < benchmark and method.
struct SettingLayers: Sendable {
  var defaults: [String: SettingValue] = [:]
  var benchmarks: [String: [String: SettingValue]] = [:]
  /// By method; by variant in the layer of the command line.
  var methods: [String: [String: SettingValue]] = [:]
  /// By benchmark, then by method or variant.
  var combinations: [String: [String: [String: SettingValue]]] = [:]

  /// What holds for a method on a benchmark. Layers that speak to all methods hold for those that
  /// have the setting.
  func values(
    benchmark: String, method: String, known: Set<String>
  ) -> [String: SettingValue] {
    let shared = [defaults, benchmarks[benchmark] ?? [:]].map { layer in
      layer.filter { known.contains($0.key) }
    }
    return (shared + [ownValues(benchmark: benchmark, row: method)]).reduce(into: [:]) {
      $0.merge($1) { $1 }
    }
  }

  /// Every value that is text.
  var texts: [String] {
    let all =
      [defaults] + Array(benchmarks.values) + Array(methods.values)
      + combinations.values.flatMap(\.values)
    return all.flatMap { layer in
      layer.values.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }.sorted()
  }

  /// What is said of a method or a variant by its name.
  func ownValues(benchmark: String, row: String) -> [String: SettingValue] {
    (methods[row] ?? [:]).merging(combinations[benchmark]?[row] ?? [:]) { $1 }
  }
}
