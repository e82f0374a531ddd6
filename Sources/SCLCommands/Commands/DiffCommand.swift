import ArgumentParser
import Experiments
import Foundation
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
    let diff = try comparison.diff(try experiment.plan())
    Console.print(output.json ? diff.jsonLines() : diff.markdown())
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

  func diff(_ plan: Plan) throws -> TableDiff {
    let table = try ResultTable(plan.results)
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: against, isDirectory: &isFolder), isFolder.boolValue {
      let other = try plan.movedTo(results: against, registry: SCLProgram.registry)
      return TableDiff(table, against: try ResultTable(other.results), within: within)
    }
    return TableDiff(table, against: try PaperTables.read(from: against), within: within)
  }
}
