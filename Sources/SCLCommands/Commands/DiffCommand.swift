import ArgumentParser
import Experiments
import Foundation
import Records
import Reporting

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compares an experiment's results with published numbers, or with other results.",
    discussion: """
      A score is compared only with published scores of the same protocol; otherwise the difference \
      of protocol is named. Ends with 1 if a comparable score differs by more than the tolerance.
      """)

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var comparison: ComparisonOptions
  @OptionGroup var output: JSONOption

  func run() throws {
    let diff = try comparison.diff(try experiment.plan(needsData: false))
    Console.printPart(output.json ? diff.jsonLines() : diff.markdown())
    if diff.hasFailures { throw ExitCode.failure }
  }
}

/// What results are compared with, and how closely.
struct ComparisonOptions: ParsableArguments {
  @Option(help: "paper-tables.md, or another results folder.")
  var against = "paper-tables.md"

  @Option(help: "Points (per cent) by which a score may differ (default: by the seeds' spread).")
  var within: Double?

  func validate() throws {
    if let within, !(0...100).contains(within) {
      throw ValidationError("--within takes 0 to 100 points")
    }
  }

  /// Fails now if what is to be compared with cannot be read, not after hours of work.
  func check() throws {
    if !isResultsFolder { _ = try PaperTables.read(from: against) }
  }

  private var isResultsFolder: Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: against, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  func diff(_ plan: Plan) throws -> TableDiff {
    let table = try ResultTable(plan.results)
    if isResultsFolder {
      let name = plan.experiment.name
      // Taken as they are: another machine's results need not be what this one would compute.
      let records = try ResultsFolder(against).runs(of: name).compactMap { run in
        if case .finished(let record) = run.state { return record }
        return RunRecord?.none
      }
      let other = ExperimentResults(
        experiment: name, profile: plan.experiment.profile, records: records)
      return TableDiff(table, against: try ResultTable(other), within: within)
    }
    return TableDiff(table, against: try PaperTables.read(from: against), within: within)
  }
}
