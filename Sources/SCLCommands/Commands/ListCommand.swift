import ArgumentParser
import Experiments
import Foundation
import Records
import Reporting

/// `scl list`: prints a line per experiment in the results folder with the number of its runs by
/// state.
///
///     experiment   finished  stale  failed  damaged  unfinished  superseded
///     cifar10-cpu  6         0      0       0        0           0
///
/// Exit codes: 0; 66 if the folder does not exist.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the experiments with results and the states of their runs.",
    discussion: """
      Runs are counted as 'scl status' counts them, by the experiment file of the same name; \
      runs in progress count as unfinished. Without that file the number of stale runs is unknown (?). \
      'superseded' counts results set aside that the file's current settings do not use ('scl clean').
      """)

  @OptionGroup var folders: FolderOptions

  @OptionGroup var files: ExperimentFolderOption

  @OptionGroup var output: JSONOption

  /// An experiment with the numbers of its runs by state; also the object of `--json`.
  private struct Line: Encodable {
    let experiment: String
    var finished = 0
    /// Finished runs of other settings or data than the experiment file's. Nil, printed as "?", if
    /// that file is missing or unreadable.
    var stale: Int?
    var failed = 0
    var damaged = 0
    var unfinished = 0
    /// Results that were set aside and that the experiment file does not use (`scl clean`).
    var superseded = 0

    /// The cells of the line.
    var cells: [String] {
      [experiment]
        + [finished, stale, failed, damaged, unfinished, superseded].map {
          $0.map { "\($0)" } ?? "?"
        }
    }
  }

  /// Prints the lines under a heading, or as JSON.
  func run() throws {
    let folder = ResultsFolder(folders.results)
    guard FileManager.default.fileExists(atPath: folders.results) else {
      throw ReportError.nothingRun(experiment: "any experiment", results: folders.results)
    }
    var notes: [String] = []
    let lines = try folder.experiments().map { name in
      try line(name, in: folder, plan(name, &notes))
    }
    if output.json {
      for line in lines { try Console.json(line) }
      return
    }
    let header = [
      "experiment", "finished", "stale", "failed", "damaged", "unfinished", "superseded",
    ]
    Console.printColumns([header] + lines.map(\.cells))
    for note in notes.uniqued { Console.error(note) }
  }

  /// Counts the runs of an experiment: those of its plan by their planned state, others that have a
  /// folder by what lies there. A planned run may have its result among those set aside.
  /// - Parameter plan: nil if there is no usable experiment file.
  private func line(_ experiment: String, in folder: ResultsFolder, _ plan: Plan?) throws -> Line {
    var line = Line(experiment: experiment)
    // The plan has read these already.
    let planned = (plan?.runs ?? []).map { run in
      RunFolder(
        results: folder.path, experiment: experiment, benchmark: run.benchmark.name,
        method: run.row.name, seed: run.seed
      ).path
    }
    for run in try folder.runs(of: experiment, except: Set(planned)) {
      switch run.state {
      case .finished: line.finished += 1
      case .failed: line.failed += 1
      case .damaged: line.damaged += 1
      case .unfinished: line.unfinished += 1
      }
    }
    if let plan {
      func count(_ states: RunStatus...) -> Int {
        plan.runs.count { states.contains($0.state.status) }
      }
      line.finished += count(.finished)
      line.failed += count(.failed)
      line.damaged += count(.damaged)
      line.unfinished += count(.unfinished, .running)
      line.stale = count(.stale)
    }
    let inUse = plan?.resultFolders ?? []
    line.superseded = try folder.supersededFolders(of: experiment).count {
      !inUse.contains($0.path)
    }
    return line
  }

  /// The plan of an experiment's file; nil, with a note that says why, if there is no such file or
  /// it cannot be planned.
  private func plan(_ experiment: String, _ notes: inout [String]) -> Plan? {
    let stored = StoredExperiment(experiment, in: files.folders)
    do {
      if let plan = try stored.plan(folders) { return plan }
      notes.append(
        "no file found for \(stored.stem); give its folder with --experiments")
    } catch {
      notes.append("stale runs of \(experiment) are unknown: \(error)")
    }
    return nil
  }
}
