import ArgumentParser
import Experiments
import Records
import Reporting

extension TableFormat: ExpressibleByArgument {}

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Prints an experiment's table: mean and standard deviation over its seeds.",
    discussion: """
      One table, a row for each method and three columns for each benchmark. Only a terminal that is \
      narrower than the Markdown table gets it in blocks; a file or a pipe has it whole.
      """)

  @OptionGroup var experiment: ExperimentOptions

  @Option(help: "Format of the table (default: markdown).")
  var format: TableFormat?

  @Option(
    help:
      "Instead of what is planned, finished results by the beginning of their identity, superseded ones too; may be repeated."
  )
  var identity: [String] = []

  @OptionGroup var output: JSONOption

  func validate() throws {
    if output.json, let format, format != .json {
      throw ValidationError("--json is --format json, and not \(format.rawValue): leave out one")
    }
  }

  func run() throws {
    let plan = try experiment.planOfResults()
    let table = try ResultTable(identity.isEmpty ? plan.results : plan.results(of: identity))
    Console.print(table, as: output.json ? .json : format ?? .markdown)
  }
}

extension Console {
  /// Prints a table, in blocks where standard output is a terminal that is narrower.
  static func print(_ table: ResultTable, as format: TableFormat) {
    printPart(table.rendered(as: format, width: outputWidth))
  }
}

extension Plan {
  /// What tables are made of: every planned run with its result, or why it has none.
  var results: ExperimentResults {
    let methods = experiment.rows.filter { row in runs.contains { $0.row.name == row.name } }
      .map { row in
        TableMethod(
          name: row.name, title: row.title, family: row.method.description.family.rawValue,
          variantOf: row.variantOf)
      }
    return ExperimentResults(
      experiment: experiment.name, profile: experiment.profile, methods: methods,
      runs: runs.filter { !$0.row.isStage }.map { run in
        RunOutcome(
          benchmark: run.benchmark.name, method: run.row.name, seed: run.seed,
          result: run.result)
      }, distance: experiment.notes)
  }
}

extension Plan {
  /// The results of these identities, as they were: whatever settings they have.
  /// - Throws: `ReportError.noIdentity` where there is none of one.
  fileprivate func results(of identities: [String]) throws -> ExperimentResults {
    let folder = ResultsFolder(options.results)
    let runs =
      try folder.runs(of: experiment.name) + folder.supersededRuns(of: experiment.name)
    let records = runs.compactMap { run in
      if case .finished(let record) = run.state { record } else { nil }
    }
    var chosen: [RunRecord] = []
    for identity in identities {
      let found = records.filter { !identity.isEmpty && $0.identity.hasPrefix(identity) }
      guard !found.isEmpty else {
        throw ReportError.noIdentity(
          identity, experiment: experiment.name,
          known: records.map { String($0.identity.prefix(12)) })
      }
      chosen += found.filter { record in !chosen.contains { $0.identity == record.identity } }
    }
    return ExperimentResults(
      experiment: experiment.name, profile: experiment.profile, records: chosen)
  }
}

extension PlannedRun {
  /// A record that is older than the list of departures has the run's: it is finished only with these
  /// settings.
  fileprivate var result: RunOutcome.Result {
    switch state {
    case .missing, .unfinished, .running: return .missing
    case .finished(var record):
      record.departures = record.departures ?? departures
      return .finished(record)
    case .failed(let failure) where failure.kind == .unsupported:
      return .notApplicable(reason: failure.reason)
    case .failed(let failure): return .failed(reason: failure.reason)
    case .stale(let differences): return .stale(reason: differences.joined(separator: "; "))
    case .damaged(let reason): return .damaged(reason: reason)
    }
  }
}
