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

  /// - Parameter needsData: whether benchmark files have to be there. Without its file, a finished
  ///   run is taken for what its record says of the data.
  /// - Throws: `ExperimentError.missingBenchmark` where a needed file is not there, and the
  ///   reader's errors where one is damaged.
  public init(
    _ experiment: Experiment, options: RunOptions, registry: MethodRegistry,
    filter: RunFilter = RunFilter(), needsData: Bool = true
  ) throws {
    try filter.check(experiment)
    self.experiment = experiment
    self.options = options
    let files = try experiment.benchmarks.filter { filter.accepts(benchmark: $0) }.map { name in
      try PlannedBenchmark(
        name, experiment: experiment, data: options.data, needsData: needsData)
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
    self.runs = runs.enumerated().sorted {
      let (a, b) = ($0.element, $1.element)
      return (experiment.seeds.firstIndex(of: a.seed) ?? 0, min(a.epochs, 1), $0.offset)
        < (experiment.seeds.firstIndex(of: b.seed) ?? 0, min(b.epochs, 1), $1.offset)
    }.map(\.element)
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

  /// - Throws: `ExperimentError.invalidOption` for a name that the experiment does not have.
  func check(_ experiment: Experiment) throws {
    for (what, chosen, known) in [
      ("benchmark", benchmarks, experiment.benchmarks), ("method", methods, experiment.methods),
      ("seed", seeds, experiment.seeds.map { "\($0)" }),
    ] {
      guard let wrong = chosen.subtracting(known).sorted().first else { continue }
      let nearest = nearestName(to: wrong, among: known)
      throw ExperimentError.invalidOption(
        option: "--only \(text)",
        problem: "the experiment has no \(what) '\(wrong)'; "
          + (nearest.map { "did you mean '\($0)'?" } ?? "it has \(known.joined(separator: ", "))"))
    }
  }

  func accepts(benchmark: String) -> Bool { benchmarks.isEmpty || benchmarks.contains(benchmark) }
  func accepts(method: String) -> Bool { methods.isEmpty || methods.contains(method) }
  func accepts(seed: UInt64) -> Bool { seeds.isEmpty || seeds.contains("\(seed)") }
}

/// A benchmark of an experiment with the file that holds its images.
private struct PlannedBenchmark {
  let definition: BenchmarkDefinition
  /// Nil where the file is not there and not needed.
  let contentHash: String?
  let runProtocol: RunProtocol

  init(_ name: String, experiment: Experiment, data: String, needsData: Bool) throws {
    definition = try BenchmarkDefinition.named(name)
    runProtocol = experiment.runProtocol(defaultImageSize: definition.imageSize)
    let path = BenchmarkFolder(data).file(of: definition)
    guard BenchmarkFolder(data).hasFile(of: definition) else {
      contentHash = nil
      guard needsData else { return }
      throw ExperimentError.missingBenchmark(
        name: name, path: path, remedy: BenchmarkFolder(data).remedy(for: definition))
    }
    let info = try BenchmarkFile.open(path).info
    contentHash = info.contentSHA256
    guard info.benchmark == name else {
      throw ExperimentError.wrongBenchmark(file: path, found: info.benchmark, expected: name)
    }
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
    var inputs = IdentityInputs(
      benchmark: definition.name, benchmarkContentHash: contentHash ?? "not here", method: name,
      methodVersion: method.description.version, settings: settings, profile: experiment.profile,
      protocol: runProtocol, libtorch: Torch.version, device: options.device.rawValue,
      precision: precision.rawValue, seed: seed)
    let folder = RunFolder(
      results: options.results, experiment: experiment.name, benchmark: definition.name,
      method: name, seed: seed)
    let stored = try StoredState(folder)
    if case .finished(let record) = stored {
      // `auto` asks for no precision in particular, so a finished run of either will do.
      if options.precision == .auto { inputs.precision = record.provenance.precision }
      if contentHash == nil {
        inputs.benchmarkContentHash = record.provenance.benchmarkFile.contentHash
      }
    }
    return PlannedRun(
      experiment: experiment.name, benchmark: definition, method: method, seed: seed,
      settings: settings, runProtocol: runProtocol, profile: experiment.profile, folder: folder,
      identityInputs: inputs, identity: try inputs.identity(),
      state: try PlannedState(stored, planned: inputs, in: folder))
  }
}

/// What lies in a run's folder, if there is one.
private typealias StoredState = RunState?

extension Optional where Wrapped == RunState {
  fileprivate init(_ folder: RunFolder) throws {
    self = FileManager.default.fileExists(atPath: folder.path) ? try folder.state() : nil
  }
}

extension PlannedState {
  fileprivate init(
    _ stored: StoredState, planned: IdentityInputs, in folder: RunFolder
  ) throws {
    if stored != nil, let owner = RunLock.owner(folder.lock) {
      // What lies there is what the process began from.
      self = .running(owner, RunActivity.read(from: folder.progress))
      if case .finished(let record) = stored, try record.staleness(against: planned).isEmpty {
        self = .finished(record)
      }
      return
    }
    switch stored {
    case nil: self = .missing
    case .unfinished: self = .unfinished
    case .finished(let record):
      let differences = try record.staleness(against: planned)
      self = differences.isEmpty ? .finished(record) : .stale(differences)
    case .failed(let failure):
      // A failure under other settings says nothing of these.
      self = failure.identity == (try planned.identity()) ? .failed(failure) : .unfinished
    }
  }
}
