import Foundation

/// How far a run has come.
public enum RunState: Equatable, Sendable {
  case finished(RunRecord)
  /// Begun and neither finished nor failed: the checkpoint, if there is one, can be taken up again.
  case unfinished
  case failed(RunFailure)
  /// A file of a result cannot be read, or is not what a run writes.
  case damaged(RecordError)

  var isDamaged: Bool { if case .damaged = self { true } else { false } }
}

/// A run that the results folder has.
public struct StoredRun: Equatable, Sendable {
  public let experiment: String
  public let benchmark: String
  public let method: String
  public let seed: UInt64
  public let folder: RunFolder
  public let state: RunState

  /// Reads a run's folder. A record of another run counts as damaged: it would be counted twice, under a
  /// wrong name.
  public init(
    experiment: String, benchmark: String, method: String, seed: UInt64, folder: RunFolder
  ) {
    self.experiment = experiment
    self.benchmark = benchmark
    self.method = method
    self.seed = seed
    self.folder = folder
    var state = folder.state()
    if case .finished(let record) = state {
      let misplaced = [
        ("experiment", record.experiment, experiment), ("benchmark", record.benchmark, benchmark),
        ("method", record.method, method), ("seed", "\(record.seed)", "\(seed)"),
      ].first { $0.1 != $0.2 }
      if let (key, found, expected) = misplaced {
        state = .damaged(
          .misplaced(file: folder.record, key: key, found: found, expected: expected))
      }
    }
    self.state = state
  }
}

/// All that runs left behind: `<results>/<experiment>/<benchmark>/<method>/seed-<n>/`.
public struct ResultsFolder: Hashable, Sendable {
  public let path: String

  public init(_ path: String) {
    self.path = path
  }

  /// The names of the experiments that have results, sorted.
  public func experiments() throws -> [String] {
    try folders(in: path)
  }

  /// The names of the benchmarks that any experiment has a folder of, sorted.
  public func benchmarks() throws -> [String] {
    Set(try experiments().flatMap { try folders(in: "\(path)/\($0)") }).sorted()
  }

  /// Whether an experiment has a folder.
  public func has(_ experiment: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: "\(path)/\(experiment)", isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// Every run, sorted by experiment, benchmark, method and seed (as a number). Folders that are not
  /// named like a run's are passed over.
  /// - Parameter experiment: only this one's runs; none if it has no folder yet.
  /// - Throws: `RecordError` where a folder cannot be listed.
  public func runs(of experiment: String? = nil) throws -> [StoredRun] {
    try allSeeds(of: experiment).map { place in
      StoredRun(
        experiment: place.experiment, benchmark: place.benchmark, method: place.method,
        seed: place.seed, folder: place.folder)
    }
  }

  /// Every result that was set aside, in the same order.
  /// - Throws: `RecordError` where a folder cannot be listed.
  public func supersededRuns(of experiment: String? = nil) throws -> [StoredRun] {
    try allSeeds(of: experiment).flatMap { place in
      place.folder.superseded.map { folder in
        StoredRun(
          experiment: place.experiment, benchmark: place.benchmark, method: place.method,
          seed: place.seed, folder: folder)
      }
    }
  }

  private struct Place {
    let experiment: String
    let benchmark: String
    let method: String
    let seed: UInt64
    let folder: RunFolder
  }

  private func allSeeds(of experiment: String?) throws -> [Place] {
    var places: [Place] = []
    for experiment in try experiment.map({ [$0] }) ?? experiments() {
      for benchmark in try folders(in: "\(path)/\(experiment)") {
        for method in try folders(in: "\(path)/\(experiment)/\(benchmark)") {
          for seed in try seeds(in: "\(path)/\(experiment)/\(benchmark)/\(method)") {
            places.append(
              Place(
                experiment: experiment, benchmark: benchmark, method: method, seed: seed,
                folder: RunFolder(
                  results: path, experiment: experiment, benchmark: benchmark, method: method,
                  seed: seed)))
          }
        }
      }
    }
    return places
  }

  private func seeds(in folder: String) throws -> [UInt64] {
    try folders(in: folder)
      .compactMap { name in
        let seed = name.hasPrefix("seed-") ? UInt64(name.dropFirst(5)) : nil
        return seed.flatMap { "seed-\($0)" == name ? $0 : nil }
      }
      .sorted()
  }

  /// The folders in a folder, sorted, without hidden ones; none if it does not exist.
  private func folders(in folder: String) throws -> [String] {
    let manager = FileManager.default
    guard manager.fileExists(atPath: folder) else { return [] }
    let names: [String]
    do {
      names = try manager.contentsOfDirectory(atPath: folder)
    } catch {
      throw RecordError.unreadable(file: folder, reason: "it is not a readable folder")
    }
    return names.filter { name in
      var isFolder: ObjCBool = false
      let exists = manager.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
      return exists && isFolder.boolValue && !name.hasPrefix(".")
    }.sorted()
  }
}

extension RunFolder {
  /// What the folder's files say. A finished run's record counts before everything else.
  ///
  /// Of the files beside a record only the form is looked at; they may be missing where only records were
  /// kept.
  public func state() -> RunState {
    do throws(RecordError) {
      if RecordFile.hasEntry(record) {
        let record = try RunRecord.read(from: record)
        if RecordFile.hasEntry(history) { try History.checkForm(history) }
        if RecordFile.hasEntry(assignments) {
          try Assignments.checkForm(assignments)
        }
        return .finished(record)
      }
      if RecordFile.hasEntry(failure) { return .failed(try RunFailure.read(from: failure)) }
      return .unfinished
    } catch {
      return .damaged(error)
    }
  }
}
