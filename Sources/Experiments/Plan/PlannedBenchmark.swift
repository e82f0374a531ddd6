import Benchmarks
import Core
import Foundation
import Methods
import Records
import Torch

/// A benchmark of an experiment with the file that holds its images.
struct PlannedBenchmark {
  let definition: BenchmarkDefinition
  /// Nil where the file is not there and not needed.
  let contentHash: String?
  let runProtocol: RunProtocol

  init(
    _ name: String, experiment: Experiment, options: RunOptions, needsData: Bool
  ) throws {
    let data = options.data
    definition = try Self.definition(
      of: name, experiment: experiment, options: options, needsData: needsData)
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
    // Of larger images the central square is taken.
    guard info.imageSize >= runProtocol.imageSize else {
      throw ExperimentError.wrongImageSize(
        benchmark: name, file: path, found: info.imageSize, expected: runProtocol.imageSize)
    }
  }

  /// - Throws: `BenchmarkError.unknownBenchmark` for a benchmark of a user's own of which there is no
  ///   file, nor, where that is enough, a record.
  private static func definition(
    of name: String, experiment: Experiment, options: RunOptions, needsData: Bool
  ) throws -> BenchmarkDefinition {
    let isOwn = !BenchmarkDefinition.all.contains { $0.name == name }
    if isOwn, !needsData,
      !FileManager.default.fileExists(atPath: BenchmarkFolder(options.data).file(named: name))
    {
      for run in try ResultsFolder(options.results).runs(of: experiment.name)
      where run.benchmark == name {
        guard case .finished(let record) = run.state else { continue }
        return BenchmarkDefinition(
          ownNamed: name, imageSize: record.protocol.imageSize,
          images: record.provenance.benchmarkFile.definitionImages)
      }
    }
    return try BenchmarkFolder(options.data).definition(named: name)
  }

  func run(
    _ row: MethodRow, _ combination: Combination, settings: [String: SettingValue],
    stage: PlannedRun?, experiment: Experiment, options: RunOptions, precision: Precision
  ) throws -> PlannedRun {
    let seed = combination.seed
    var inputs = IdentityInputs(
      benchmark: definition.name, benchmarkContentHash: contentHash ?? "not here",
      method: row.method.description.name, methodVersion: row.method.description.version,
      settings: settings, profile: experiment.profile, protocol: runProtocol,
      libtorch: Torch.version, device: options.device.rawValue, precision: precision.rawValue,
      seed: seed, stage: stage?.identity)
    let folder = RunFolder(
      results: options.results, experiment: experiment.name, benchmark: definition.name,
      method: row.name, seed: seed)
    let stored = try StoredState(folder)
    if case .finished(let record) = stored {
      // `auto` asks for no precision in particular, so a finished run of either will do.
      if options.precision == .auto { inputs.precision = record.provenance.precision }
      if contentHash == nil {
        inputs.benchmarkContentHash = record.provenance.benchmarkFile.contentHash
      }
    }
    return PlannedRun(
      experiment: experiment.name, benchmark: definition, row: row, seed: seed,
      stage: stage?.combination, stageWorkload: stage?.workload ?? 0,
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
