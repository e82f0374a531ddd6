import Benchmarks
import Core
import Foundation
import Methods
import Records
import Torch

/// All runs of an experiment, in the order in which they are carried out: one seed of everything
/// before the next seed, methods that do not train before those that do.
public struct Plan: Sendable {
  public let experiment: Experiment
  public let options: RunOptions
  public let runs: [PlannedRun]
  private let filter: RunFilter

  /// - Throws: `ExperimentError.missingBenchmark` where a benchmark file is not there, and the
  ///   reader's errors where it is damaged.
  public init(
    _ experiment: Experiment, options: RunOptions, registry: MethodRegistry,
    filter: RunFilter = RunFilter()
  ) throws {
    self.experiment = experiment
    self.options = options
    self.filter = filter
    let files = try experiment.benchmarks.filter { filter.accepts(benchmark: $0) }.map { name in
      try PlannedBenchmark(name, experiment: experiment, data: options.data)
    }
    let precision = options.precision.resolved(on: options.device)
    var runs: [PlannedRun] = []
    for seed in experiment.seeds where filter.accepts(seed: seed) {
      for file in files {
        for name in experiment.methods where filter.accepts(method: name) {
          runs.append(
            try file.run(
              registry.method(name), seed: seed, experiment: experiment, options: options,
              precision: precision))
        }
      }
    }
    guard !runs.isEmpty else { throw ExperimentError.nothingSelected(filter: filter.text) }
    self.runs = runs.enumerated().sorted {
      let (a, b) = ($0.element, $1.element)
      return (experiment.seeds.firstIndex(of: a.seed) ?? 0, min(a.epochs, 1), $0.offset)
        < (experiment.seeds.firstIndex(of: b.seed) ?? 0, min(b.epochs, 1), $1.offset)
    }.map(\.element)
  }

  /// The same plan as another results folder answers it.
  public func movedTo(results: String, registry: MethodRegistry) throws -> Plan {
    var moved = options
    moved.results = results
    return try Plan(experiment, options: moved, registry: registry, filter: filter)
  }
}

/// A choice of an experiment's runs: `benchmark=cifar10,method=scl,seed=0`.
public struct RunFilter: Sendable {
  public let text: String
  private var benchmarks: Set<String> = []
  private var methods: Set<String> = []
  private var seeds: Set<String> = []

  public init() { text = "" }

  /// - Throws: `ExperimentError.invalidOption` for anything but the three keys.
  public init(parsing text: String) throws {
    self.text = text
    for part in text.split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      switch (pair.first, pair.count) {
      case ("benchmark", 2): benchmarks.insert(pair[1])
      case ("method", 2): methods.insert(pair[1])
      case ("seed", 2): seeds.insert(pair[1])
      default:
        throw ExperimentError.invalidOption(
          option: "--only \(text)", problem: "write benchmark=NAME, method=NAME or seed=NUMBER")
      }
    }
  }

  func accepts(benchmark: String) -> Bool { benchmarks.isEmpty || benchmarks.contains(benchmark) }
  func accepts(method: String) -> Bool { methods.isEmpty || methods.contains(method) }
  func accepts(seed: UInt64) -> Bool { seeds.isEmpty || seeds.contains("\(seed)") }
}

/// A benchmark of an experiment with the file that holds its images.
private struct PlannedBenchmark {
  let definition: BenchmarkDefinition
  let contentHash: String
  let runProtocol: RunProtocol

  init(_ name: String, experiment: Experiment, data: String) throws {
    definition = try BenchmarkDefinition.named(name)
    let path = BenchmarkFolder(data).file(of: definition)
    guard FileManager.default.fileExists(atPath: path) else {
      throw ExperimentError.missingBenchmark(
        name: name, path: path, remedy: BenchmarkFolder(data).remedy(for: definition))
    }
    let info = try BenchmarkFile.open(path).info
    contentHash = info.contentSHA256
    runProtocol = experiment.runProtocol(defaultImageSize: definition.imageSize)
    guard info.imageSize == runProtocol.imageSize else {
      throw ExperimentError.wrongImageSize(
        benchmark: name, file: path, found: info.imageSize, expected: runProtocol.imageSize)
    }
  }

  func run(
    _ method: any ClusteringMethod.Type, seed: UInt64, experiment: Experiment,
    options: RunOptions, precision: Precision
  ) throws -> PlannedRun {
    let name = method.description.name
    let known = Set(method.settings.map(\.name))
    let values = experiment.layers.reduce(into: [String: SettingValue]()) { values, layer in
      values.merge(layer.values(benchmark: definition.name, method: name, known: known)) { $1 }
    }
    let settings = try method.resolve(values)
    let inputs = IdentityInputs(
      benchmark: definition.name, benchmarkContentHash: contentHash, method: name,
      methodVersion: method.description.version, settings: settings, profile: experiment.profile,
      protocol: runProtocol, libtorch: Torch.version, device: options.device.rawValue,
      precision: precision.rawValue, seed: seed)
    let folder = RunFolder(
      results: options.results, experiment: experiment.name, benchmark: definition.name,
      method: name, seed: seed)
    return PlannedRun(
      experiment: experiment.name, benchmark: definition, method: method, seed: seed,
      settings: settings, runProtocol: runProtocol, profile: experiment.profile, folder: folder,
      identityInputs: inputs, identity: try inputs.identity(),
      state: try PlannedState(folder, planned: inputs))
  }
}

extension PlannedState {
  init(_ folder: RunFolder, planned: IdentityInputs) throws {
    guard FileManager.default.fileExists(atPath: folder.path) else {
      self = .missing
      return
    }
    switch try folder.state() {
    case .finished(let record):
      let differences = try record.staleness(against: planned)
      self = differences.isEmpty ? .finished(record) : .stale(differences)
    case .failed(let failure): self = .failed(failure)
    case .unfinished: self = .unfinished
    }
  }
}
