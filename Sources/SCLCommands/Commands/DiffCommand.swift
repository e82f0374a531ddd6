import ArgumentParser
import Experiments
import Foundation
import Records
import Reporting

/// `scl diff`: prints a `TableDiff` between results and a reference.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare results with published numbers or with other results.",
    discussion: """
      Scores are compared only if protocol and settings agree; otherwise the differences are listed. \
      docs/diff.md has the rules. Exits with 1 if a comparable score differs by more than the tolerance or \
      if no score of the other results is comparable, and with 66 if nothing has been run.
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
    if !diff.hasComparisons { Console.error("no scores were comparable") }
    if diff.hasFailures || comparison.isWithResults && !diff.hasComparisons {
      throw ExitCode.failure
    }
  }
}

/// The reference of a comparison and its tolerance.
struct ComparisonOptions: ParsableArguments {
  @Option(
    help:
      "File of published scores, or other results: a results folder or an experiment's folder in it."
  )
  var against = PublishedFigures.file

  // A negative number must not be parsed as an option.
  @Option(
    parsing: .unconditional,
    help: "Tolerance in percentage points (default: 1 to 3, from standard errors).")
  var within: Double?

  @Flag(help: "List the published rows without results here.")
  var verbose = false

  func validate() throws {
    if let within, !(0...100).contains(within) {
      throw ValidationError("--within takes 0 to 100 points")
    }
  }

  /// Checks that the reference can be read, before hours of work.
  func check() throws {
    guard FileManager.default.fileExists(atPath: reference) else {
      throw ReportError.noReference(against)
    }
    if !isWithResults { _ = try publishedFigures() }
  }

  private var reference: String { PublishedFigures.path(against) }

  /// Whether the default reference does not exist. Packages with their own methods need no published scores.
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

  /// The finished runs of the reference. They are not checked against this experiment's settings.
  private func otherResults(of experiment: Experiment) throws -> ExperimentResults {
    let folder = URL(fileURLWithPath: against).standardizedFileURL
    // Either a results folder or the folder of one experiment.
    for (results, name) in [
      (against, experiment.name),
      (folder.deletingLastPathComponent().path, folder.lastPathComponent),
    ] {
      let records = try ResultsFolder(results).runs(of: name).compactMap { run in
        switch run.state {
        case .finished(let record): return record
        // A damaged reference must not be compared in part.
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

/// The file of published scores.
enum PublishedFigures {
  static let file = "paper-tables.md"

  /// The given path. The default file is searched in the working directory, then beside the executable and
  /// in the folders above it (an installation or a checkout).
  static func path(_ given: String) -> String {
    guard given == file, !FileManager.default.fileExists(atPath: given) else { return given }
    var folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    for _ in 0..<6 where folder.path != "/" {
      folder.deleteLastPathComponent()
      let path = folder.appendingPathComponent(file).path
      if FileManager.default.fileExists(atPath: path) { return path }
    }
    return given
  }
}
