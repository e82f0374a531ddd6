import ArgumentParser
import Core
import Experiments
import Metrics
import Page
import Records
import Reporting

/// Formats by name in `--format`, those of other packages included.
extension TableFormat: ExpressibleByArgument {
  public init?(argument: String) {
    guard let format = TableFormatRegistry.current[argument] else { return nil }
    self = format
  }

  public var defaultValueDescription: String { name }

  public static var allValueStrings: [String] { allCases.map(\.name) }
}

/// Statistics by name in `--statistic`.
extension TableStatistic: ExpressibleByArgument {}

/// Metrics by name in `--score`.
extension Metric: ExpressibleByArgument {
  public init?(argument: String) {
    guard let metric = MetricRegistry.current[argument] else { return nil }
    self = metric
  }

  public var defaultValueDescription: String { name }

  public static var allValueStrings: [String] { MetricRegistry.current.metrics.map(\.name) }
}

/// Where published rows stand: below the measured ones, or alone.
enum PublishedRowsOption: EnumerableFlag {
  case published, publishedOnly

  static func help(for value: PublishedRowsOption) -> ArgumentHelp? {
    switch value {
    case .published: "Add the published rows and the differences below each row."
    case .publishedOnly: "Show the published rows of the methods alone. No run is needed."
    }
  }
}

/// `scl report`: prints the `ResultTable` of one or several experiments on standard output. It reads results, and
/// computes only scores that a record lacks.
///
///     scl report experiments/cifar10-cpu.yaml --format latex > table.tex
///     scl report experiments/cifar10-cpu.yaml --identity 3f2a9c81
///
/// Exit codes: 0 even if runs are missing or failed, which the table says; 64 if no rows differ in the
/// setting of `--sensitivity`; 65 if seeds of a cell do not belong together; 66 if nothing has been run,
/// the reference row has no scores, or `--published-only` finds no published figure.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Print the table of an experiment: mean and standard deviation over seeds.",
    discussion: """
      The table has a row per method and a column per benchmark and score. Narrow terminals get the table split \
      by benchmark; pipes and files get it whole. Several experiment files make one table.
      """)

  @OptionGroup var experiments: SeveralExperiments

  /// Markdown if absent; the formats of `TableFormatRegistry`.
  @Option(help: "Format of the table (default: markdown); tensorboard writes files to --out.")
  var format: TableFormat?

  /// For metrics without columns in published tables, such as those of other packages.
  @Option(
    name: .customLong("score"),
    help: "Score to show (default: nmi, acc and ari). Can be repeated.")
  /// In the order of the columns.
  var scores: [Metric] = []

  /// Deviations are what papers print; intervals say how well the mean is known.
  @Option(help: "Figure of a cell: mean ± deviation, mean and interval, or median and range.")
  var statistic = TableStatistic.deviation

  /// For parameter studies, of a grid or of variants written one by one.
  @Option(
    help: """
      Print a row per value of this setting: the rows that differ in nothing else, each with its difference to \
      the default value.
      """)
  var sensitivity: String?

  /// For ablations: the unchanged method. `scl compare` has the tests.
  @Option(help: "Add below each row its difference to this row, with a 95 % interval.")
  var reference: String?

  /// For comparison with papers that report the best of several trials.
  @Flag(help: "Add the best of the seeds below each row.")
  var bestOfSeeds = false

  /// For methods whose network predicts clusters in several ways.
  @Flag(
    help:
      "Add below each method a row per read-out: a further prediction of the same trained network.")
  var readOuts = false

  /// A table for a paper in one command; `scl diff` has the verdicts.
  @Flag var published: PublishedRowsOption?

  /// For results of earlier settings, which the plan no longer has. A prefix suffices, as `scl
  /// clean` and folder names print it.
  @Option(
    help: """
      Report finished results by (the start of) their identity, including superseded ones, instead of \
      the planned runs. Can be repeated.
      """)
  /// Prefixes of identities.
  var identity: [String] = []

  /// The page grows with it: four of each kind take about 0.4 MB per run of CIFAR-10.
  @Option(help: "Images of each kind per cluster on the HTML page; 0 for none.")
  var montage = 4

  /// For papers and talks, which need single figures.
  @Option(
    help: "Also write every figure of the HTML page to this folder, as SVG files.",
    completion: .directory)
  var figures: String?

  /// Other formats are printed, and the shell redirects them.
  @Option(help: "Folder for the files of --format tensorboard.", completion: .directory)
  var out: String?

  @OptionGroup var output: JSONOption

  /// `--json` is short for `--format json`, so another format contradicts it.
  func validate() throws {
    try require("montage", montage, in: 0...50)
    if output.json, let format, format != .json {
      throw ValidationError("--json conflicts with --format \(format.name)")
    }
    if let format, format.writesFiles, out == nil {
      throw ValidationError(
        "--format \(format.name) writes files: name a folder for them, such as --out \(format.name)"
      )
    }
    if out != nil, format?.writesFiles != true {
      throw ValidationError(
        "--out is the folder of --format tensorboard; other formats are printed: '> FILE' keeps them"
      )
    }
    if format == .html, Console.outputWidth != nil {
      throw ValidationError("--format html prints a whole page: '> page.html' keeps it in a file")
    }
    if published == .publishedOnly, let option = aboutRuns.first(where: \.isGiven)?.option {
      throw ValidationError("--published-only shows no runs: leave out \(option)")
    }
    if !identity.isEmpty, !experiments.others.isEmpty {
      throw ValidationError("--identity takes a single experiment")
    }
  }

  /// What `--published-only` leaves nothing of, with whether it was given.
  private var aboutRuns: [(option: String, isGiven: Bool)] {
    [
      ("--format csv-runs", format == .csvRuns), ("--best-of-seeds", bestOfSeeds),
      ("--statistic", statistic != .deviation),
      ("--reference", reference != nil), ("--read-outs", readOuts),
      ("--sensitivity", sensitivity != nil),
      ("--identity", !identity.isEmpty), ("--figures", figures != nil),
      ("--format tensorboard", format == .tensorboard),
    ]
  }

  /// Prints the table of the planned runs, or of the results with these identities.
  func run() throws {
    let plans = try experiments.plansOfResults(mayBeEmpty: published == .publishedOnly)
    let table = try table(of: plans)
    let format = output.json ? .json : format ?? .markdown
    let isDrawn = format.usesSources || figures != nil
    var sources = isDrawn ? try plans.sources(of: table) : ReportSources()
    sources.montageImages = montage
    if let figures {
      let drawings = ReportFigures(table, from: sources)
      try drawings.write(to: figures)
      Console.note("wrote \(Quantities.count(drawings.figures.count, "figure")) to '\(figures)'")
    }
    if let out, format.writesFiles {
      Console.note("wrote \(try table.write(as: format, from: sources, to: out)) to '\(out)'")
    } else {
      Console.print(table, as: format, from: sources)
    }
  }

  /// The table of the options.
  private func table(of plans: [Plan]) throws -> ResultTable {
    let metrics = scores.isEmpty ? MetricRegistry.published : scores.uniqued
    if published == .publishedOnly {
      return try ResultTable.published(
        in: PublishedFigures.read(PublishedFigures.path(PublishedFigures.file)),
        for: plans.map(\.results), metrics: metrics)
    }
    var table = try ResultTable(
      identity.isEmpty
        ? plans.results(scoredBy: metrics)
        : plans[0].results(of: identity, scoredBy: metrics),
      metrics: metrics)
    if let sensitivity {
      table = try table.sensitivity(to: sensitivity, reference: reference)
    }
    if readOuts { table.addReadOuts() }
    // A read-out can be the reference row.
    if sensitivity == nil, let reference { try table.compare(with: reference) }
    table.statistic = statistic
    table.showsBestOfSeeds = bestOfSeeds
    if published == .published {
      table.diff = TableDiff(
        table, against: try PublishedFigures.read(PublishedFigures.path(PublishedFigures.file)))
    }
    return table
  }
}

extension Console {
  /// Prints a table. On a terminal that is too narrow it is split by benchmark.
  static func print(
    _ table: ResultTable, as format: TableFormat, from sources: ReportSources = ReportSources()
  ) {
    printPart(table.rendered(as: format, from: sources, width: outputWidth))
  }
}

extension Plan {
  /// The input of tables and diffs: all planned runs with their results, or the reasons why they
  /// have none. Runs that only serve as a stage are left out.
  var results: ExperimentResults {
    let methods = experiment.rows.filter { row in runs.contains { $0.row.name == row.name } }
      .map { row in
        TableMethod(
          name: row.name, title: row.title, family: row.method.description.family,
          variantOf: row.variantOf)
      }
    var results = ExperimentResults(
      experiment: experiment.name, profile: experiment.profile, methods: methods,
      runs: runs.filter { !$0.row.isStage }.map { run in
        RunOutcome(
          benchmark: run.benchmark.name, method: run.row.name, seed: run.seed,
          result: run.result, recipe: run.recipe)
      }, distance: experiment.notes)
    results.title = experiment.title
    results.isPart =
      methods.count < experiment.rows.count
      || Set(runs.map(\.benchmark.name)).count < experiment.benchmarks.count
    return results
  }
}

extension Plan {
  /// `results` with the scores of these metrics. Records of earlier versions may lack some, which
  /// are computed from the assignments. A run whose files do not allow that counts as damaged.
  func results(scoredBy metrics: [Metric]) -> ExperimentResults {
    var results = results
    for (index, run) in runs.filter({ !$0.row.isStage }).enumerated() {
      guard case .finished(let record) = results.runs[index].result else { continue }
      do {
        results.runs[index].result = .finished(try run.folder.completing(record, with: metrics))
      } catch {
        results.runs[index].result = .damaged(reason: "\(error)")
      }
    }
    return results
  }

  /// The stored results with these identities, whatever their settings, current or superseded.
  /// - Parameters:
  ///   - identities: prefixes of identities.
  ///   - metrics: scores that all records get.
  /// - Throws: `ReportError.noIdentity` if one matches nothing, with the identities that exist; as
  ///   `RunFolder.completing(_:with:)`.
  fileprivate func results(
    of identities: [String], scoredBy metrics: [Metric]
  ) throws -> ExperimentResults {
    ExperimentResults(
      experiment: experiment.name, profile: experiment.profile,
      records: try finishedRuns(of: identities).map { run in
        try run.folder.completing(run.record, with: metrics)
      })
  }
}

extension PlannedRun {
  /// The planned settings.
  fileprivate var recipe: RunRecipe {
    RunRecipe(
      methodTitle: method.description.title, settings: settings, departures: departures,
      protocol: runProtocol, benchmarkFile: benchmarkFile)
  }

  /// The result in the vocabulary of tables.
  ///
  /// Records of earlier versions lack the list of departures. A finished run has the planned
  /// settings, so it has the planned departures.
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
