import Foundation

/// The state of a run, as the files of its folder show it.
///
/// Damage is a state and not an error: one unreadable record does not stop a report on the others.
package enum RunState: Equatable, Sendable {
  /// `run.json` is there and valid. It is written last, so all other files of the result are
  /// complete.
  case finished(RunRecord)
  /// Neither `run.json` nor `failed.json` is there. The run has not started, is running, or was
  /// interrupted; it continues from its checkpoint if it has one.
  case unfinished
  /// There is no `run.json`, and `failed.json` has the reason.
  case failed(RunFailure)
  /// A file of the result cannot be read, has values that no run can have, or belongs to another
  /// run.
  case damaged(RecordError)

  var isDamaged: Bool { if case .damaged = self { true } else { false } }
}

/// A run in a results folder, with its state at the time of reading.
///
/// The names come from the folders on the way to the run, so they are known even if no file can be
/// read.
package struct StoredRun: Equatable, Sendable {
  /// The experiment's folder: its name, or `NAME@PROFILE`.
  package let experiment: String
  package let benchmark: String
  /// The row's name: a method or a variant of one.
  package let method: String
  package let seed: UInt64
  package let folder: RunFolder
  package let state: RunState

  /// Reads the folder's state. A record that names another experiment, benchmark, method or seed
  /// than the folder counts as damaged; otherwise tables would count it twice, under a wrong name.
  package init(
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

/// A results folder, the value of `--results`: `RESULTS/EXPERIMENT/BENCHMARK/METHOD/seed-N/`.
///
/// It holds no cache. Each call lists the folders again, so it sees what other processes have
/// written meanwhile.
///
///     for run in try ResultsFolder("results").runs(of: "cifar10-cpu") {
///       if case .finished(let record) = run.state, let scores = record.metrics.scores {
///         print(run.method, run.seed, scores[.acc] ?? .nan)
///       }
///     }
package struct ResultsFolder: Hashable, Sendable {
  package let path: String

  package init(_ path: String) {
    self.path = path
  }

  /// The names of the experiments that have a folder, sorted.
  /// - Throws: `RecordError.unreadable` if the folder cannot be listed. A missing folder has no
  ///   experiments.
  package func experiments() throws -> [String] {
    try folders(in: path)
  }

  /// The names of the benchmarks that have a folder in any experiment, sorted.
  /// - Throws: `RecordError.unreadable` if a folder cannot be listed.
  package func benchmarks() throws -> [String] {
    Set(try experiments().flatMap { try folders(in: "\(path)/\($0)") }).sorted()
  }

  /// Whether an experiment has a folder, even an empty one.
  package func has(_ experiment: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: "\(path)/\(experiment)", isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// All runs, sorted by experiment, benchmark and method (as text) and by seed (as a number).
  ///
  /// Every `run.json` and `failed.json` is read. Folders whose names are not `seed-N` are skipped,
  /// including those of superseded results.
  /// - Parameters:
  ///   - experiment: the only experiment to list; nil for all. One without a folder has no runs.
  ///   - known: paths of run folders that are not read.
  /// - Throws: `RecordError.unreadable` if a folder cannot be listed.
  package func runs(
    of experiment: String? = nil, except known: Set<String> = []
  ) throws -> [StoredRun] {
    try allSeeds(of: experiment).filter { !known.contains($0.folder.path) }.map { place in
      StoredRun(
        experiment: place.experiment, benchmark: place.benchmark, method: place.method,
        seed: place.seed, folder: place.folder)
    }
  }

  /// All results that were set aside (`RunFolder.setAside()`), in the order of `runs(of:)`.
  /// - Parameter experiment: the only experiment to list; nil for all.
  /// - Throws: `RecordError.unreadable` if a folder cannot be listed.
  package func supersededRuns(of experiment: String? = nil) throws -> [StoredRun] {
    try allSeeds(of: experiment).flatMap { place in
      place.folder.superseded.map { folder in
        StoredRun(
          experiment: place.experiment, benchmark: place.benchmark, method: place.method,
          seed: place.seed, folder: folder)
      }
    }
  }

  /// The folders of an experiment's results that were set aside. Their files are not read.
  /// - Throws: `RecordError.unreadable` if a folder cannot be listed.
  package func supersededFolders(of experiment: String) throws -> [RunFolder] {
    try allSeeds(of: experiment).flatMap(\.folder.superseded)
  }

  /// The folder of a run before its files are read.
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

  /// The numbers N of the folders `seed-N`, ascending. `seed-01` is skipped, because its number has
  /// another name.
  private func seeds(in folder: String) throws -> [UInt64] {
    try folders(in: folder)
      .compactMap { name in
        let seed = name.hasPrefix("seed-") ? UInt64(name.dropFirst(5)) : nil
        return seed.flatMap { "seed-\($0)" == name ? $0 : nil }
      }
      .sorted()
  }

  /// The visible folders in a folder, sorted by name; none if it does not exist.
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
  /// Reads the state from the folder's files. `run.json` takes precedence over `failed.json`.
  ///
  /// The record is read and checked in full. History and assignments are only checked for their
  /// form, so that listing thousands of runs stays fast. They may be missing, as where only the
  /// records were kept.
  package func state() -> RunState {
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
