import Foundation

/// How far a run has come.
public enum RunState: Equatable, Sendable {
  case finished(RunRecord)
  /// Begun and neither finished nor failed: the checkpoint, if there is one, can be taken up again.
  case unfinished
  case failed(RunFailure)
}

/// A run that the results folder has.
public struct StoredRun: Equatable, Sendable {
  public let experiment: String
  public let benchmark: String
  public let method: String
  public let seed: UInt64
  public let folder: RunFolder
  public let state: RunState
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

  /// Every run, sorted by experiment, benchmark, method and seed (as a number). Folders that are not
  /// named like a run's are passed over.
  /// - Parameter experiment: only this one's runs; none if it has no folder yet.
  /// - Throws: `RecordError` that names the file, if a record cannot be read or is another run's.
  public func runs(of experiment: String? = nil) throws -> [StoredRun] {
    var runs: [StoredRun] = []
    for experiment in try experiment.map({ [$0] }) ?? experiments() {
      for benchmark in try folders(in: "\(path)/\(experiment)") {
        for method in try folders(in: "\(path)/\(experiment)/\(benchmark)") {
          for seed in try seeds(in: "\(path)/\(experiment)/\(benchmark)/\(method)") {
            let folder = RunFolder(
              results: path, experiment: experiment, benchmark: benchmark, method: method,
              seed: seed)
            let run = StoredRun(
              experiment: experiment, benchmark: benchmark, method: method, seed: seed,
              folder: folder, state: try folder.state())
            try run.checkPlace()
            runs.append(run)
          }
        }
      }
    }
    return runs
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
  /// - Throws: `RecordError` if the record is there but cannot be read.
  public func state() throws -> RunState {
    let manager = FileManager.default
    if manager.fileExists(atPath: record) { return .finished(try RunRecord.read(from: record)) }
    if manager.fileExists(atPath: failure) { return .failed(try RunFailure.read(from: failure)) }
    return .unfinished
  }
}

extension StoredRun {
  /// A record copied into another run's folder would be counted twice, under a wrong name.
  fileprivate func checkPlace() throws {
    guard case .finished(let record) = state else { return }
    for (key, found, expected) in [
      ("experiment", record.experiment, experiment), ("benchmark", record.benchmark, benchmark),
      ("method", record.method, method), ("seed", "\(record.seed)", "\(seed)"),
    ] where found != expected {
      throw RecordError.misplaced(
        file: folder.record, key: key, found: found, expected: expected)
    }
  }
}
