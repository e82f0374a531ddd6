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
      A score is compared only with published scores of the same protocol and recipe; otherwise the \
      differences are named: every setting that is not the method's default on the benchmark is one. \
      docs/diff.md has the rules. Ends with 1 if a comparable score differs by more than the tolerance, or if \
      none of other results could be compared, and with 66 where nothing was run yet.
      """)

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var comparison: ComparisonOptions
  @OptionGroup var output: JSONOption

  func run() throws {
    try comparison.check()
    let plan = try experiment.planOfResults()
    guard plan.runs.contains(where: { $0.state != .missing }) else {
      throw ReportError.nothingRun(
        experiment: plan.experiment.name, results: plan.options.results)
    }
    let diff = try comparison.diff(plan)
    Console.printPart(
      output.json
        ? diff.jsonLines() : diff.markdown(verbose: comparison.verbose, width: Console.outputWidth))
    if !diff.hasComparisons { Console.error("nothing of this could be compared") }
    if diff.hasFailures || comparison.isWithResults && !diff.hasComparisons {
      throw ExitCode.failure
    }
  }
}

/// What results are compared with, and how closely.
struct ComparisonOptions: ParsableArguments {
  @Option(
    help: "paper-tables.md, or other results: a results folder, or one experiment's folder in it.")
  var against = PublishedFigures.file

  // A negative number is no option's name.
  @Option(
    parsing: .unconditional,
    help: "Points (per cent) by which a score may differ (default: by standard errors, 1 to 3).")
  var within: Double?

  @Flag(help: "Name the published rows that are not measured here.")
  var verbose = false

  func validate() throws {
    if let within, !(0...100).contains(within) {
      throw ValidationError("--within takes 0 to 100 points")
    }
  }

  /// Fails now if what is to be compared with cannot be read, not after hours of work.
  func check() throws {
    guard FileManager.default.fileExists(atPath: reference) else {
      throw ReportError.noReference(against)
    }
    if !isWithResults { _ = try publishedFigures() }
  }

  private var reference: String { PublishedFigures.path(against) }

  /// Whether there is nothing to compare with and nobody asked for it: a package of its own need not
  /// have published figures.
  var hasNoReference: Bool {
    against == PublishedFigures.file && !FileManager.default.fileExists(atPath: reference)
  }

  /// Whether the reference is a folder of results.
  var isWithResults: Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: reference, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  func diff(_ plan: Plan) throws -> TableDiff {
    let table = try ResultTable(plan.results)
    if isWithResults {
      return TableDiff(
        table, against: try ResultTable(otherResults(of: plan.experiment)), within: within)
    }
    return TableDiff(table, against: try publishedFigures(), within: within)
  }

  private func publishedFigures() throws -> PaperTables {
    try PaperTables.read(from: reference, methods: SCLProgram.registry.names)
  }

  /// The reference's finished runs, taken as they are: another machine's results need not be what this
  /// one would compute.
  private func otherResults(of experiment: Experiment) throws -> ExperimentResults {
    let folder = URL(fileURLWithPath: against).standardizedFileURL
    // The experiment in a results folder, or a folder that is itself an experiment's.
    for (results, name) in [
      (against, experiment.name),
      (folder.deletingLastPathComponent().path, folder.lastPathComponent),
    ] {
      let records = try ResultsFolder(results).runs(of: name).compactMap { run in
        switch run.state {
        case .finished(let record): return record
        // A reference that was named is whole, or is refused.
        case .damaged(let error): throw error
        case .unfinished, .failed: return RunRecord?.none
        }
      }
      guard let first = records.first else { continue }
      return ExperimentResults(experiment: name, profile: first.profile, records: records)
    }
    throw ReportError.nothingToCompare(experiment: experiment.name, folder: against)
  }
}
