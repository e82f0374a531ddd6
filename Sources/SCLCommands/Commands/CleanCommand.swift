import ArgumentParser
import Core
import Foundation
import Records
import Reporting

/// `scl clean`: lists superseded results with their sizes and deletes them after a confirmation.
/// Current results are never touched, nor those set aside that the experiment file uses again.
///
///     sweep  cifar10  kmeans  seed 0  identity 3f2a9c81d0e4, ACC 21.2  96.1 KiB  results/sweep/...
///     remove 1 result, 96.1 KiB? [y/N]
///
/// Exit codes: 0, also if the user declines; 66 if there are no results of the experiment; 74 if a
/// folder cannot be removed.
struct CleanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clean",
    abstract: "Remove superseded results.",
    discussion: """
      Finished results are never overwritten. If settings or data change, 'scl run' moves the old result \
      aside under its identity. This command lists such results and removes them after confirmation. Results \
      that the current settings of the experiment file use are kept, and so are all of an experiment whose file \
      cannot be read. Where there is no file, only naming the experiment removes its superseded results.
      """)

  /// A name or a file, because an experiment's file may be gone while its results are there.
  @Argument(help: "Name or file of an experiment (default: all experiments with results).")
  var experiment: String?

  @OptionGroup var folders: FolderOptions

  @OptionGroup var files: ExperimentFolderOption

  /// For scripts, which cannot answer.
  @Flag(name: .shortAndLong, help: "Remove without confirmation.")
  var yes = false

  /// Lists, asks, deletes.
  func run() throws {
    let (runs, kept) = try chosen()
    if kept > 0 { Console.print("kept, in use: \(kept)") }
    guard !runs.isEmpty else {
      Console.print("no superseded results\(kept > 0 ? " to remove" : "") in '\(folders.results)'")
      return
    }
    var total: Int64 = 0
    let rows = runs.map { run in
      let size = Self.size(of: run.folder.path)
      total += size
      return [
        run.experiment, run.benchmark, run.method, "seed \(run.seed)", run.state.summary,
        Quantities.size(size), run.folder.path,
      ]
    }
    Console.printColumns(rows)
    let all = "\(Quantities.count(runs.count, "result")), \(Quantities.size(total))"
    guard yes || isAgreed(all) else {
      Console.print("\(all): nothing removed; --yes removes without confirmation")
      return
    }
    for run in runs { try AtomicFile.remove(run.folder.path) }
    Console.print("removed \(all)")
  }

  /// The superseded results to delete, and the number of those that the current plan uses. What
  /// cannot be checked is left out, and a line says so.
  /// - Throws: `ReportError.nothingRun` if the folder or the experiment has no results.
  private func chosen() throws -> (unused: [StoredRun], inUse: Int) {
    let folder = ResultsFolder(folders.results)
    var runs: [StoredRun] = []
    var inUse: Set<String> = []
    for stored in try storedExperiments(in: folder) {
      let superseded = try folder.supersededRuns(of: stored.name)
      guard !superseded.isEmpty, let used = usedFolders(of: stored) else { continue }
      runs += superseded
      inUse.formUnion(used)
    }
    let unused = runs.filter { !inUse.contains($0.folder.path) }
    return (unused, runs.count - unused.count)
  }

  /// The chosen experiments. A file stands for all profiles of its experiment.
  private func storedExperiments(in folder: ResultsFolder) throws -> [StoredExperiment] {
    guard let experiment else {
      guard FileManager.default.fileExists(atPath: folders.results) else {
        throw ReportError.nothingRun(experiment: "any experiment", results: folders.results)
      }
      return try folder.experiments().map { StoredExperiment($0, in: files.folders) }
    }
    // A name can have a dot, as "sweep.v2".
    let path = URL(fileURLWithPath: experiment)
    let isFile = ["yaml", "yml"].contains(path.pathExtension)
    let stem = isFile ? path.deletingPathExtension().lastPathComponent : experiment
    let names = try folder.experiments().filter {
      $0 == stem || isFile && $0.hasPrefix(stem + "@")
    }
    guard !names.isEmpty else {
      throw ReportError.nothingRun(experiment: experiment, results: folders.results)
    }
    let file = FileManager.default.fileExists(atPath: experiment) && isFile ? experiment : nil
    return names.map { StoredExperiment($0, file: file, in: files.folders) }
  }

  /// The results that the experiment's file uses now: none if it has no file, and was named. Nil, with a
  /// line that says why, if this is not known.
  private func usedFolders(of stored: StoredExperiment) -> Set<String>? {
    let reason: String
    do {
      if let plan = try stored.plan(folders) { return plan.resultFolders }
      reason = "no file found for \(stored.stem); give its folder with --experiments"
      if experiment != nil {
        Console.error("not checked whether results of \(stored.name) are in use: \(reason)")
        return []
      }
    } catch {
      reason = "\(error)"
    }
    Console.error("results of \(stored.name) are kept, because some may be in use: \(reason)")
    return nil
  }

  /// Asks on standard error. End of input counts as no.
  private func isAgreed(_ what: String) -> Bool {
    Console.errorPart("remove \(what)? [y/N] ")
    let answer = readLine()?.trimmingCharacters(in: .whitespaces).lowercased()
    return answer == "y" || answer == "yes"
  }

  /// The total size of the files in a folder, in bytes.
  private static func size(of folder: String) -> Int64 {
    let manager = FileManager.default
    return (manager.subpaths(atPath: folder) ?? []).reduce(0) { sum, name in
      let attributes = try? manager.attributesOfItem(atPath: "\(folder)/\(name)")
      return sum + ((attributes?[.size] as? NSNumber)?.int64Value ?? 0)
    }
  }
}

extension RunState {
  /// A result in a few words: "identity 3f2a9c81d0e4, ACC 56.1", "identity 3f2a9c81d0e4, no
  /// labels", "damaged".
  var summary: String {
    switch self {
    case .finished(let record):
      "identity \(record.identity.prefix(12)), "
        + (record.metrics.scores.map { String(format: "ACC %.1f", 100 * ($0[.acc] ?? 0)) }
          ?? "no labels")
    case .damaged: "damaged"
    case .failed, .unfinished: "without a result"
    }
  }
}
