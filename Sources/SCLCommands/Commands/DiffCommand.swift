import ArgumentParser
import Experiments
import Foundation
import Records
import Reporting

/// `scl diff`: prints the `TableDiff` between results and published figures or other results.
/// docs/diff.md has the rules.
///
///     scl diff experiments/cifar10-cpu.yaml
///     scl diff experiments/cifar10-cpu.yaml --against results-before --within 0.5 --json
///     scl diff experiments/paper.yaml --planned
///
/// Exit codes: 0; 1 if a comparable score is outside the tolerance, or if nothing in other results
/// could be compared; 65 for a mistake in the file of published figures; 66 if nothing has been run
/// or the reference does not exist.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare results with published numbers or with other results.",
    discussion: """
      Scores are compared only if protocol and settings agree; otherwise the differences are listed. \
      docs/diff.md has the rules. Exits with 0 if every comparable score is reproduced, and also if no score \
      is comparable with a published one, which it says. Exits with 1 if a comparable score differs by more \
      than the tolerance or if, with --against, nothing is comparable (see --fail-below), and with 66 if \
      nothing has been run. Before anything has run, --planned says which published rows can be compared. \
      'scl diff example' shows every verdict on made-up results.
      """)

  @OptionGroup var experiments: SeveralExperiments
  @OptionGroup var comparison: ComparisonOptions

  /// For the choice of what to compute.
  @Flag(
    help: "Judge the protocol and settings of all planned runs, computed or not, and no scores.")
  var planned = false

  @OptionGroup var output: JSONOption

  /// Other results are those of one experiment.
  func validate() throws {
    if comparison.isWithResults, !experiments.others.isEmpty {
      throw ValidationError("--against a folder of results takes a single experiment")
    }
    guard planned else { return }
    if comparison.isWithResults {
      throw ValidationError("--planned takes a file of published figures in --against")
    }
    if comparison.within != nil || comparison.failBelow != nil {
      throw ValidationError("--planned judges no scores: leave out --within and --fail-below")
    }
  }

  /// Checks the reference before it reads results, prints the diff, and sets the exit code.
  func run() throws {
    if isExample { return try printExample() }
    try comparison.check()
    if planned { return try printPlanned() }
    let diff = try comparison.diff(experiments.plansOfRuns())
    Console.printPart(
      output.json
        ? diff.jsonLines() : diff.markdown(verbose: comparison.verbose, width: Console.outputWidth))
    comparison.reportIfNothingCompared(diff)
    if comparison.fails(diff) { throw ExitCode.failure }
  }
}

extension DiffCommand {
  /// Whether the canned diff is meant: its name stands alone, and no file has it. A folder may.
  private var isExample: Bool {
    let file = experiments.first.experiment
    guard file == DiffExample.name, experiments.others.isEmpty, !planned else { return false }
    var isFolder: ObjCBool = false
    return !FileManager.default.fileExists(atPath: file, isDirectory: &isFolder)
      || isFolder.boolValue
  }

  /// Prints which published rows the plan can be compared with, whether or not anything has been run.
  private func printPlanned() throws {
    let plans = try experiments.plansOfResults(mayBeEmpty: true)
    let diff = PlannedDiff(
      try ResultTable(.joined(plans.map(\.results))), against: try comparison.publishedFigures())
    Console.printPart(
      output.json
        ? diff.jsonLines() : diff.markdown(verbose: comparison.verbose, width: Console.outputWidth))
  }

  /// Prints the canned diff. Without other options it exits with 1, because it has the verdict "differs".
  private func printExample() throws {
    let within = comparison.within
    let diff = try DiffExample.diff(within: within)
    Console.printPart(
      try output.json
        ? diff.jsonLines() : DiffExample.text(within: within, width: Console.outputWidth))
    if comparison.fails(diff) { throw ExitCode.failure }
  }
}

/// The reference of a comparison and its tolerance; `scl diff` and `scl reproduce` share them.
struct ComparisonOptions: ParsableArguments {
  /// The file `paper-tables.md` by default. A folder of results compares two experiments, for
  /// instance before and after a change.
  @Option(
    help:
      "File of published scores, or other results: a results folder or an experiment's folder in it."
  )
  var against = PublishedFigures.file

  /// A fixed tolerance in place of the rule of standard errors. It is parsed unconditionally, so that
  /// a negative number is refused by `validate` and not taken for an option.
  @Option(
    parsing: .unconditional,
    help: "Tolerance in percentage points (default: 1 to 3, from standard errors).")
  var within: Double?

  /// For scripts that accept some differences, and for those that demand comparable scores.
  @Option(
    help: """
      Exit with 1 only if fewer than this percentage of the comparable scores are reproduced; without \
      comparable scores that is 0 %.
      """)
  var failBelow: Double?

  /// Otherwise these rows are only counted.
  @Flag(help: "List the published rows without results here.")
  var verbose = false

  /// - Throws: `ValidationError` for points outside 0 to 100.
  func validate() throws {
    if let within, !(0...100).contains(within) {
      throw ValidationError("--within takes 0 to 100 points")
    }
    if let failBelow, !(0...100).contains(failBelow) {
      throw ValidationError("--fail-below takes 0 to 100 per cent")
    }
  }

  /// Checks that the reference can be read, before hours of work and not after them.
  /// - Throws: `ReportError.noReference`, `PaperTablesError`.
  func check() throws {
    guard FileManager.default.fileExists(atPath: reference) else {
      throw ReportError.noReference(against)
    }
    if !isWithResults { _ = try publishedFigures() }
  }

  /// The path to read; the default file may be beside the program.
  private var reference: String { PublishedFigures.path(against) }

  /// Whether the default file does not exist. Packages with their own methods need no published
  /// figures, so `scl reproduce` then skips the diff.
  var hasNoReference: Bool {
    against == PublishedFigures.file && !FileManager.default.fileExists(atPath: reference)
  }

  /// Whether the reference is a folder of results.
  var isWithResults: Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: reference, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// Says on standard error that no score was comparable, if that is so and the diff itself does not end with it.
  func reportIfNothingCompared(_ diff: TableDiff) {
    if !diff.hasComparisons, isWithResults || !diff.comparisons.isEmpty {
      Console.error("no scores were comparable")
    }
  }

  /// Whether a diff is a failure: a comparable score is outside the tolerance, or nothing in other
  /// results could be compared. With published figures that is usual and no failure. With
  /// `--fail-below`, the share of reproduced scores alone decides.
  func fails(_ diff: TableDiff) -> Bool {
    if let failBelow { return diff.summary.reproducedShare < failBelow / 100 }
    return diff.hasFailures || isWithResults && !diff.hasComparisons
  }

  /// Compares the results of the plans, at least one, with the reference.
  /// - Throws: `ReportError`, `PaperTablesError`; `RecordError` for a damaged record in other
  ///   results.
  func diff(_ plans: [Plan]) throws -> TableDiff {
    let table = try ResultTable(.joined(plans.map(\.results)))
    if isWithResults, let plan = plans.first {
      return TableDiff(
        table, against: try ResultTable(otherResults(than: plan)), within: within)
    }
    return TableDiff(table, against: try publishedFigures(), within: within)
  }

  /// The reference, where it is a file of published figures.
  /// - Throws: `PaperTablesError`.
  func publishedFigures() throws -> PaperTables { try PublishedFigures.read(reference) }

  /// The finished runs of another results folder, or of one experiment's folder. They are not
  /// checked against this experiment's settings. If the folder is the plan's own, a line says so.
  /// - Throws: `ReportError.nothingToCompare`; `RecordError` for a damaged record, because a
  ///   reference must be complete.
  private func otherResults(than plan: Plan) throws -> ExperimentResults {
    let experiment = plan.experiment
    let folder = URL(fileURLWithPath: against).standardizedFileURL
    // Either a results folder, or the folder of an experiment in one.
    for (results, name) in [
      (against, experiment.name),
      (folder.deletingLastPathComponent().path, folder.lastPathComponent),
    ] {
      // What runs start from is no row of a table.
      let runs = try ResultsFolder(results).runs(of: name).filter { !MethodRow.isStage($0.method) }
      let records = try runs.compactMap { run in
        switch run.state {
        case .finished(let record): return record
        // A damaged reference must not be compared in part.
        case .damaged(let error): throw error
        case .unfinished, .failed: return RunRecord?.none
        }
      }
      guard let first = records.first else { continue }
      let own = Self.resolved("\(plan.options.results)/\(experiment.name)")
      if Self.resolved("\(results)/\(name)") == own {
        Console.error(
          "'\(against)' has the very results of \(experiment.name): they are compared with "
            + "themselves")
      }
      return ExperimentResults(experiment: name, profile: first.profile, records: records)
    }
    throw ReportError.nothingToCompare(experiment: experiment.name, folder: against)
  }

  /// The path of a folder without links.
  private static func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }
}

/// The file of published figures that the repository ships.
enum PublishedFigures {
  /// The default of `--against`.
  static let file = "paper-tables.md"

  /// The given path. The default file is searched for in the working directory, then beside the
  /// executable and in the folders above it, so that it is found in a checkout and in an
  /// installation.
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

  /// The published figures of a file; nil if the default file does not exist, as in a package with
  /// methods of its own.
  /// - Throws: as `read(_:)`; a file that was asked for must exist.
  static func tables(_ given: String = file) throws -> PaperTables? {
    let path = path(given)
    guard given != file || FileManager.default.fileExists(atPath: path) else { return nil }
    return try read(path)
  }

  /// Reads a file of published figures. Ids close to a registered method are reported as misspelt.
  /// - Throws: `PaperTablesError` with the line of a mistake, or without one if the file is missing.
  static func read(_ path: String) throws -> PaperTables {
    try PaperTables.read(from: path, methods: SCLProgram.registry.names)
  }
}
