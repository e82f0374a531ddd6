import ArgumentParser
import Experiments
import Foundation
import Records
import Reporting

/// `scl list`: counts the runs in the results folder by state.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the experiments with results and the states of their runs.",
    discussion: """
      Stale runs are found by comparison with the experiment file of the same name in --experiments. \
      Without that file the number of stale runs is unknown (?).
      """)

  @OptionGroup var folders: FolderOptions

  @Option(help: "Folder of experiment files.")
  var experiments = "experiments"

  @OptionGroup var output: JSONOption

  /// An experiment with the numbers of its runs by state.
  private struct Line: Encodable {
    let experiment: String
    var finished = 0
    /// Nil if the experiment file is missing or unreadable.
    var stale: Int?
    var failed = 0
    var damaged = 0
    var unfinished = 0
    var superseded = 0

    var cells: [String] {
      [experiment]
        + [finished, stale, failed, damaged, unfinished, superseded].map {
          $0.map { "\($0)" } ?? "?"
        }
    }
  }

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

  /// The number of finished runs whose settings or data differ from the experiment file.
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
