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
      Stale runs are found by comparison with the experiment file of the same name in --experiments. \
      Without that file the number of stale runs is unknown (?).
      """)

  @OptionGroup var folders: FolderOptions

  /// Needed to find stale runs: only the file tells the current settings.
  @Option(help: "Folder of experiment files.")
  var experiments = "experiments"

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
    /// Results that were set aside (`scl clean`).
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
    let lines = try folder.experiments().map { try line($0, in: folder) }
    if output.json {
      for line in lines { try Console.json(line) }
      return
    }
    let header = [
      "experiment", "finished", "stale", "failed", "damaged", "unfinished", "superseded",
    ]
    Console.printColumns([header] + lines.map(\.cells))
  }

  /// Counts the runs of an experiment's folder.
  private func line(_ experiment: String, in folder: ResultsFolder) throws -> Line {
    var line = Line(experiment: experiment)
    let runs = try folder.runs(of: experiment)
    for run in runs {
      switch run.state {
      case .finished: line.finished += 1
      case .failed: line.failed += 1
      case .damaged: line.damaged += 1
      case .unfinished: line.unfinished += 1
      }
    }
    line.superseded = try folder.supersededRuns(of: experiment).count
    line.stale = stale(experiment)
    line.finished -= line.stale ?? 0
    return line
  }

  /// The number of finished runs whose settings or data differ from the experiment file, which is
  /// found by the name before "@". Nil if there is no such file or it cannot be planned.
  private func stale(_ experiment: String) -> Int? {
    let parts = experiment.split(separator: "@", maxSplits: 1).map(String.init)
    let path = "\(experiments)/\(parts.first ?? "").yaml"
    guard FileManager.default.fileExists(atPath: path),
      let read = try? ExperimentFile(
        registry: SCLProgram.registry, data: folders.data, results: folders.results
      ).read(path, profile: parts.count > 1 ? parts[1] : nil),
      let plan = try? Plan(
        read, options: RunOptions(data: folders.data, results: folders.results),
        registry: SCLProgram.registry, needsData: false)
    else { return nil }
    return plan.runs.count { if case .stale = $0.state { true } else { false } }
  }
}
