import Benchmarks
import Core
import Domain
import Foundation
import Methods
import Records
import Torch
import Vision

/// A benchmark of an experiment with the file that holds its images. It resolves the rows on this
/// benchmark to runs: protocol, identity, folder and state.
struct PlannedBenchmark {
  /// As registered; for a user's own benchmark as its file or, without a file, a finished run's
  /// record states it.
  let definition: BenchmarkDefinition
  /// SHA-256 of the file's content, a part of every run's identity; nil without a file, which is
  /// then not needed.
  let contentHash: String?
  /// The benchmark file with what it says of itself; nil where it is not there.
  private let file: (path: String, info: BenchmarkInfo)?
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
    file = (path, info)
  }

  /// Checks a protocol against the definition, before anybody fetches a file for it.
  ///
  /// - Throws: `ExperimentError.noImages` or `.labelsInScoring` if no file of the benchmark,
  ///   however complete, has what the protocol asks for. A user's own benchmark is checked when its
  ///   images are read.
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

  /// Checks that labels exist for what the protocol needs them for.
  ///
  /// - Throws: `ExperimentError.noFineLabels`; for images without labels `.clustersMissing` and
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

  /// The definition of a benchmark. Without a file, a user's own benchmark is described by a finished run of it where
  /// records suffice, and else has a name and no images.
  ///
  /// - Throws: the errors of opening its file.
  private static func definition(
    of name: String, experiment: Experiment, options: RunOptions, needsData: Bool
  ) throws -> BenchmarkDefinition {
    let isOwn = !BenchmarkDefinition.all.contains { $0.name == name }
    if isOwn,
      !FileManager.default.fileExists(atPath: BenchmarkFolder(options.data).file(named: name))
    {
      let nothing = BenchmarkDefinition(ownNamed: name, imageSize: 32, images: 0)
      if needsData { return nothing }
      let records = try ResultsFolder(options.results).runs(of: experiment.name)
        .compactMap { run -> RunRecord? in
          guard run.benchmark == name, case .finished(let record) = run.state else { return nil }
          return record
        }
      // A protocol can ask for less than the file's size and not for more.
      guard let record = records.max(by: { $0.protocol.imageSize < $1.protocol.imageSize }) else {
        return nothing
      }
      return BenchmarkDefinition(
        ownNamed: name, imageSize: record.protocol.imageSize,
        images: record.provenance.benchmarkFile.definitionImages)
    }
    return try BenchmarkFolder(options.data).definition(named: name)
  }

  /// Resolves one run of a row: its protocol and identity, and the folder that holds its result.
  ///
  /// A result of the same inputs may have been set aside by a run of other settings; its folder is
  /// then the run's. A finished result of another device, precision or libtorch is accepted unless
  /// the options ask for one; see `RunEngine`.
  ///
  /// - Parameters:
  ///   - row: the method or variant.
  ///   - combination: the benchmark, the row and the seed.
  ///   - method: the row's method with its settings.
  ///   - departures: the settings that are not the method's defaults.
  ///   - stage: the run that this one starts from.
  /// - Throws: `ExperimentError` if the benchmark does not have what the protocol asks for.
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
    if let file, file.info.imageSize < runProtocol.imageSize {
      throw ExperimentError.wrongImageSize(
        benchmark: definition.name, file: file.path, found: file.info.imageSize,
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
    let origin = stage?.asStage
    var otherEngine: [String] = []
    // The result may have been set aside by one of other settings.
    let isHere = try place.isOf(inputs, from: origin, by: engine)
    let candidates = [place] + (isHere ? [] : place.superseded)
    if let found = try candidates.first(where: {
      try $0.isOf(inputs, from: origin, by: engine)
    }), case .finished(let record)? = found.state {
      place = found
      inputs = try inputs.asIn(record, from: origin, by: engine)
      otherEngine = engine.differences(to: record, of: inputs)
      inputs = engine.accepting(record.provenance, for: inputs)
    } else if file == nil, case .finished(let record)? = place.state {
      // Nothing is computed without data, so the identity only tells what makes the result stale.
      inputs = try inputs.asIn(record, from: origin, by: engine)
    }
    return PlannedRun(
      experiment: experiment.name, benchmark: definition, row: row, seed: seed,
      stage: stage?.combination, origin: origin, stageWorkload: stage?.workload ?? 0,
      configured: method, departures: departures, runProtocol: runProtocol,
      profile: experiment.profile,
      benchmarkFile: file.map { BenchmarkProvenance($0.info, of: definition) },
      folder: place.folder, engine: engine, otherEngine: otherEngine, identityInputs: inputs,
      identity: try inputs.identity(),
      state: try PlannedState(
        place.state, planned: inputs, images: file?.info.counts.total, by: engine,
        in: place.folder))
  }
}

/// A run's folder, or one that was set aside, with what it holds.
private struct StoredPlace {
  /// The name of the experiment, with its profile.
  let experiment: String
  let benchmark: String
  let method: String
  let seed: UInt64
  let folder: RunFolder
  /// Nil if there is no folder.
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

  /// The results that runs of other settings have set aside.
  var superseded: [StoredPlace] {
    folder.superseded.map {
      StoredPlace(
        experiment: experiment, benchmark: benchmark, method: method, seed: seed, folder: $0)
    }
  }

  /// Whether the folder holds a finished result of these inputs, computed by an engine that is
  /// accepted.
  func isOf(
    _ inputs: IdentityInputs, from origin: StageIdentity?, by engine: RunEngine
  ) throws -> Bool {
    guard case .finished(let record)? = state else { return false }
    let known = try inputs.asIn(record, from: origin, by: engine)
    return try record.staleness(against: engine.accepting(record.provenance, for: known)).isEmpty
  }
}

extension PlannedState {
  /// The state of a run from its folder: a living lock holder makes it `running`, and results and
  /// failures of other inputs make it `stale` and `unfinished`.
  fileprivate init(
    _ stored: RunState?, planned: IdentityInputs, images: Int?, by engine: RunEngine,
    in folder: RunFolder
  ) throws {
    if stored != nil, let owner = RunLock.owner(folder.lock) {
      // What lies there is what the process began from.
      self = .running(owner, RunActivity.read(from: folder.progress, of: owner))
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
      let planned = planned.onData(of: failure.benchmarkContentHash)
      // A failure under other settings says nothing of these.
      let isOurs = try engine.alternatives(to: planned).contains {
        try $0.identity() == failure.identity
      }
      self = isOurs ? .failed(failure) : .unfinished
    }
  }
}

extension BenchmarkProvenance {
  /// What a benchmark file says of itself, for records and for the judgement of a plan.
  init(_ file: BenchmarkInfo, of benchmark: BenchmarkDefinition) {
    self.init(
      contentHash: file.contentSHA256, complete: file.isComplete, images: file.counts.total,
      definitionImages: benchmark.counts.total, sourceFormat: file.sourceFormat,
      rehearsalOf: benchmark.rehearsalOf, pixels: file.pixels)
  }
}
