import Benchmarks
import Core
import Domain
import Foundation
import Methods
import Records
import Torch
import Vision

/// A benchmark of an experiment with the file that holds its images.
struct PlannedBenchmark {
  let definition: BenchmarkDefinition
  /// Nil where the file is not there and not needed.
  let contentHash: String?
  /// The benchmark file with the number of its images, and their height and width; nil where it is
  /// not there.
  private let file: (path: String, images: Int, imageSize: Int)?
  /// Whether results are read and nothing is to be computed.
  private let readsOnly: Bool

  init(
    _ name: String, experiment: Experiment, options: RunOptions, needsData: Bool
  ) throws {
    let data = options.data
    readsOnly = !needsData
    definition = try Self.definition(
      of: name, experiment: experiment, options: options, needsData: needsData)
    // Before anybody fetches a file for it.
    for row in experiment.rows(on: name) {
      try Self.check(experiment.runProtocol(of: row, on: definition), on: definition)
    }
    let path = BenchmarkFolder(data).file(of: definition)
    guard BenchmarkFolder(data).hasFile(of: definition) else {
      (contentHash, file) = (nil, nil)
      guard needsData else { return }
      throw MissingBenchmark(
        name: name, path: URL(fileURLWithPath: path).standardizedFileURL.path,
        remedy: BenchmarkFolder(data).remedy(for: definition))
    }
    let info = try BenchmarkFile.open(path).info
    contentHash = info.contentSHA256
    guard info.benchmark == name else {
      throw ExperimentError.wrongBenchmark(file: path, found: info.benchmark, expected: name)
    }
    file = (path, info.counts.total, info.imageSize)
  }

  /// - Throws: `ExperimentError.noImages`, `.labelsInScoring` where the benchmark, however complete its
  ///   file is, has not what the protocol wants.
  private static func check(
    _ runProtocol: RunProtocol, on benchmark: BenchmarkDefinition
  ) throws(ExperimentError) {
    // Of a user's own benchmark the file or the records tell, once they are read.
    if benchmark.isOwn { return }
    for selection in [runProtocol.train, runProtocol.score] {
      let hasImages = selection.splits(of: benchmark).contains {
        benchmark.counts[$0] + benchmark.extraCounts[$0] > 0
      }
      if !hasImages {
        throw .noImages(benchmark: benchmark.name, split: selection.rawValue)
      }
    }
    if runProtocol.score.splits(of: benchmark).contains(.unlabelled),
      benchmark.counts.unlabelled > 0
    {
      throw .labelsInScoring(benchmark: benchmark.name, split: runProtocol.score.rawValue)
    }
  }

  /// - Throws: `ExperimentError.noFineLabels`, and of images without labels `.clustersMissing` and
  ///   `.noLabelsToChooseBy`.
  private static func checkLabels(
    _ runProtocol: RunProtocol, on benchmark: BenchmarkDefinition
  ) throws(ExperimentError) {
    if runProtocol.labels == .fine, benchmark.fineClasses == nil {
      throw .noFineLabels(benchmark: benchmark.name)
    }
    guard benchmark.classCount == 0 else { return }
    if runProtocol.clusters == nil { throw .clustersMissing(benchmark: benchmark.name) }
    if runProtocol.checkpoint == .bestByLabels {
      throw .noLabelsToChooseBy(benchmark: benchmark.name)
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
    _ row: MethodRow, _ combination: Combination, _ method: ConfiguredMethod,
    departures: [Departure], stage: PlannedRun?, experiment: Experiment, options: RunOptions
  ) throws -> PlannedRun {
    let seed = combination.seed
    var runProtocol = try experiment.runProtocol(of: row, on: definition)
      .applied(to: row, in: experiment)
    try Self.check(runProtocol, on: definition)
    // To ask for as many clusters as there are classes is to ask for nothing.
    if !definition.isOwn, runProtocol.clusters == runProtocol.classes(of: definition) {
      runProtocol.clusters = nil
    }
    if file != nil { try Self.checkLabels(runProtocol, on: definition) }
    // Of larger images the central square is taken.
    if let file, file.imageSize < runProtocol.imageSize {
      throw ExperimentError.wrongImageSize(
        benchmark: definition.name, file: file.path, found: file.imageSize,
        expected: runProtocol.imageSize)
    }
    let engine = RunEngine(options, method: row.method, readsOnly: readsOnly)
    var inputs = IdentityInputs(
      benchmark: definition.name, benchmarkContentHash: contentHash ?? IdentityInputs.noData,
      method: row.method.description.name, methodVersion: row.method.description.version,
      settings: method.values, profile: experiment.profile, protocol: runProtocol,
      presentation: ContentOrder.version, libtorch: Torch.version, device: engine.device.rawValue,
      precision: engine.precision.rawValue, seed: seed, stage: stage?.identity)
    var place = StoredPlace(
      experiment: experiment.name, benchmark: definition.name, method: row.name, seed: seed,
      folder: RunFolder(
        results: options.results, experiment: experiment.name, benchmark: definition.name,
        method: row.name, seed: seed))
    var otherEngine: [String] = []
    // The result may have been set aside by one of other settings.
    let candidates = [place] + (place.isOf(inputs, by: engine) ? [] : place.superseded)
    if let found = candidates.first(where: { $0.isOf(inputs, by: engine) }),
      case .finished(let record)? = found.state
    {
      place = found
      let accepted = engine.accepting(record.provenance, for: inputs.onData(of: record))
      otherEngine = engine.differences(to: record, of: inputs.onData(of: record))
      inputs = accepted
    } else if case .finished(let record)? = place.state {
      inputs = inputs.onData(of: record)
    }
    return PlannedRun(
      experiment: experiment.name, benchmark: definition, row: row, seed: seed,
      stage: stage?.combination, stageWorkload: stage?.workload ?? 0,
      configured: method, departures: departures, runProtocol: runProtocol,
      profile: experiment.profile, folder: place.folder,
      engine: engine, otherEngine: otherEngine, identityInputs: inputs,
      identity: try inputs.identity(),
      state: try PlannedState(
        place.state, planned: inputs, images: file?.images, by: engine, in: place.folder))
  }
}

/// What lies in a run's folder.
private struct StoredPlace {
  let experiment: String
  let benchmark: String
  let method: String
  let seed: UInt64
  let folder: RunFolder
  /// Nil where there is no folder.
  let state: RunState?

  init(experiment: String, benchmark: String, method: String, seed: UInt64, folder: RunFolder) {
    self.experiment = experiment
    self.benchmark = benchmark
    self.method = method
    self.seed = seed
    self.folder = folder
    state =
      FileManager.default.fileExists(atPath: folder.path)
      ? StoredRun(
        experiment: experiment, benchmark: benchmark, method: method, seed: seed, folder: folder
      ).state : nil
  }

  var superseded: [StoredPlace] {
    folder.superseded.map {
      StoredPlace(
        experiment: experiment, benchmark: benchmark, method: method, seed: seed, folder: $0)
    }
  }

  /// Whether a finished result of these inputs lies there.
  func isOf(_ inputs: IdentityInputs, by engine: RunEngine) -> Bool {
    guard case .finished(let record)? = state else { return false }
    let accepted = engine.accepting(record.provenance, for: inputs.onData(of: record))
    return (try? record.staleness(against: accepted).isEmpty) == true
  }
}

extension IdentityInputs {
  /// Stands for the content of a benchmark file that is not there.
  fileprivate static let noData = "not here"

  /// Without the benchmark's file, a finished run is taken for what its record says of the data.
  fileprivate func onData(of record: RunRecord) -> IdentityInputs {
    guard benchmarkContentHash == Self.noData else { return self }
    var inputs = self
    inputs.benchmarkContentHash = record.provenance.benchmarkFile.contentHash
    return inputs
  }
}

extension PlannedState {
  fileprivate init(
    _ stored: RunState?, planned: IdentityInputs, images: Int?, by engine: RunEngine,
    in folder: RunFolder
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
    case .damaged(let error): self = .damaged("\(error)")
    case .finished(let record):
      let differences = try record.staleness(against: planned, images: images)
      self = differences.isEmpty ? .finished(record) : .stale(differences)
    case .failed(let failure):
      // A failure under other settings says nothing of these.
      let isOurs = try engine.alternatives(to: planned).contains {
        try $0.identity() == failure.identity
      }
      self = isOurs ? .failed(failure) : .unfinished
    }
  }
}
