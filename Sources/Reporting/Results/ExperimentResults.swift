import Core
import Domain
import Records

/// A row of a result table: a method or a variant of one.
package struct TableMethod: Equatable, Sendable {
  /// The name in the experiment and in run folders.
  package var name: String
  /// The experiment, if rows of several experiments have this name; nil otherwise.
  package var experiment: String?
  /// Tells the rows of a table apart: "scl", or "cifar10-cpu/scl" if several experiments have one.
  /// A read-out's has its name, too: "scl:similarity".
  package var id: String {
    Self.id(name, of: experiment) + (readOut.map { ":\($0)" } ?? "")
  }
  /// The title in tables: "SCL", "InstDisc + k-means".
  package var title: String
  /// The group of rows that this one belongs to.
  package var family: MethodFamily
  /// The method that the row is a variant of; nil for a method under its own name. A variant is
  /// compared only with those published rows whose recipe it has.
  package var variantOf: String?
  /// The heading of the row's group in place of its family: "SCL", "SCL, semantic false".
  package var heading: String?
  /// The text in the first column in place of the title: "0.1".
  package var label: String?
  /// The setting that a table of values is about, with the row's value; nil in other tables.
  package var swept: SweptValue?
  /// The prediction of the method's network that the row's scores are of; nil for the method's result.
  package var readOut: String?

  /// The identifier of a row.
  fileprivate static func id(_ name: String, of experiment: String?) -> String {
    (experiment.map { "\($0)/" } ?? "") + name
  }

  /// A setting with the value of a row.
  package struct SweptValue: Equatable, Sendable {
    package var setting: String
    package var value: String
  }

  package init(name: String, title: String, family: MethodFamily, variantOf: String? = nil) {
    self.name = name
    self.title = title
    self.family = family
    self.variantOf = variantOf
  }
}

/// One planned run with its result.
package struct RunOutcome: Equatable, Sendable {
  /// The result of a planned run. Only finished runs enter a table's figures; all others are listed
  /// below it.
  package enum Result: Equatable, Sendable {
    /// The run's record, which matches the plan.
    case finished(RunRecord)
    /// The run failed; `reason` is that of `failed.json`.
    case failed(reason: String)
    /// A finished run exists, but its settings or its data differ from the plan's.
    case stale(reason: String)
    /// A file of the result cannot be read or has impossible values.
    case damaged(reason: String)
    /// The run has not started or has not finished.
    case missing
    /// The method cannot run on this benchmark.
    case notApplicable(reason: String)
  }

  /// Where a run comes from, in a table of several experiments.
  package struct Origin: Equatable, Sendable {
    package var experiment: String
    package var profile: String
  }

  /// The benchmark's name.
  package var benchmark: String
  /// The row's name.
  package var method: String
  /// The experiment, if rows of several experiments have this name; nil otherwise.
  package var experiment: String?
  /// The experiment and the profile of the run; nil for those of the whole results.
  package var origin: Origin?
  /// `TableMethod.id` of its row.
  var row: String { TableMethod.id(method, of: experiment) }
  /// The seed of all random streams of the run.
  package var seed: UInt64
  /// What became of it.
  package var result: Result
  /// The settings; nil if only a record knows them.
  package var recipe: RunRecipe?

  package init(
    benchmark: String, method: String, seed: UInt64, result: Result, recipe: RunRecipe? = nil
  ) {
    self.benchmark = benchmark
    self.method = method
    self.seed = seed
    self.result = result
    self.recipe = recipe
  }
}

/// How a run is computed, finished or only planned: what tells the rows of a sensitivity table apart, and what
/// the diff judges before a run (`PlannedDiff`).
package struct RunRecipe: Equatable, Sendable {
  /// The title of the method, which for a variant is that of the method that it changes; nil if
  /// unknown.
  package var methodTitle: String?
  /// Every setting with its value, defaults included.
  package var settings: [String: SettingValue]
  /// The settings that differ from the method's defaults; nil if unknown.
  package var departures: [Departure]?
  /// Splits, image size and checkpoint rule; nil if unknown.
  package var `protocol`: RunProtocol?
  /// The benchmark file that the run reads; nil if it is not there.
  package var benchmarkFile: BenchmarkProvenance?

  package init(
    methodTitle: String? = nil, settings: [String: SettingValue], departures: [Departure]?,
    protocol: RunProtocol? = nil, benchmarkFile: BenchmarkProvenance? = nil
  ) {
    self.methodTitle = methodTitle
    self.settings = settings
    self.departures = departures
    self.protocol = `protocol`
    self.benchmarkFile = benchmarkFile
  }

  /// What a record says of its run.
  init(_ record: RunRecord) {
    self.init(
      settings: record.settings, departures: record.departures, protocol: record.protocol,
      benchmarkFile: record.provenance.benchmarkFile)
  }

  /// Height and width of the network's input in pixels; nil if the protocol is unknown.
  var viewSize: Int? { `protocol`.map { $0.viewSize(under: settings) } }
}

/// The input of tables and diffs: all planned runs of one experiment, or of several, with their results.
///
/// The module reads no run folders itself. The caller (SCLCommands) compares the plan with the
/// results folder and passes the outcome; or, without a plan, the records that exist.
///
///     let results = ExperimentResults(
///       experiment: "cifar10-cpu", profile: "default", records: records)
///     let table = try ResultTable(results)
///     print(table.rendered(as: .markdown))
package struct ExperimentResults: Equatable, Sendable {
  /// The experiment's name; those of several are joined by "+".
  package var experiment: String
  /// What the experiment's file is called by its author; nil if it says nothing, or for several.
  package var title: String?
  /// The names of several experiments whose results these are (`joined`); empty for one.
  package var experiments: [String] = []
  /// The profile to report. Records of another profile are left out, with a remark.
  package var profile: String
  /// The rows, in the order of the experiment.
  package var methods: [TableMethod]
  /// All planned runs, in any order.
  package var runs: [RunOutcome]
  /// How the experiment differs from the published ones, in its author's words: fewer epochs, a
  /// smaller network. Every table and diff prints these sentences.
  package var distance: [String]
  /// Whether rows or benchmarks of the experiment are left out, as by `--only`. `distance` is of the whole.
  package var isPart = false

  package init(
    experiment: String, profile: String, methods: [TableMethod], runs: [RunOutcome],
    distance: [String] = []
  ) {
    self.experiment = experiment
    self.profile = profile
    self.methods = methods
    self.runs = runs
    self.distance = distance
  }

  /// Results without a plan. The records themselves define the rows, in the order in which they
  /// first occur, and the columns.
  package init(experiment: String, profile: String, records: [RunRecord]) {
    var methods: [TableMethod] = []
    for record in records where !methods.contains(where: { $0.name == record.method }) {
      methods.append(
        TableMethod(
          name: record.method, title: record.methodTitle, family: record.methodFamily,
          variantOf: record.variantOf))
    }
    self.init(
      experiment: experiment, profile: profile, methods: methods,
      runs: records.map {
        RunOutcome(
          benchmark: $0.benchmark, method: $0.method, seed: $0.seed, result: .finished($0))
      })
  }
}
