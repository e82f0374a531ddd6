import Domain
import Records

/// A row of a result table.
package struct TableMethod: Equatable, Sendable {
  package var name: String
  /// The row's title: "InstDisc + k-means".
  package var title: String
  /// The family under which the row stands.
  package var family: MethodFamily
  /// The method that the row is a variant of, which is nobody's published row; nil for a method under
  /// its own name.
  package var variantOf: String?

  package init(name: String, title: String, family: MethodFamily, variantOf: String? = nil) {
    self.name = name
    self.title = title
    self.family = family
    self.variantOf = variantOf
  }
}

/// What became of one run that an experiment plans.
package struct RunOutcome: Equatable, Sendable {
  package enum Result: Equatable, Sendable {
    case finished(RunRecord)
    case failed(reason: String)
    /// There is a finished run, but its settings or its data have changed since.
    case stale(reason: String)
    /// A file of its result cannot be read, or is not what a run writes.
    case damaged(reason: String)
    /// Not run, or not finished yet.
    case missing
    /// The method cannot run on this benchmark.
    case notApplicable(reason: String)
  }

  package var benchmark: String
  package var method: String
  package var seed: UInt64
  package var result: Result

  package init(benchmark: String, method: String, seed: UInt64, result: Result) {
    self.benchmark = benchmark
    self.method = method
    self.seed = seed
    self.result = result
  }
}

/// Everything of one experiment that tables and diffs are made of.
package struct ExperimentResults: Equatable, Sendable {
  package var experiment: String
  /// The profile whose results are wanted; a record of another one is left out and named.
  package var profile: String
  /// The rows, in the order in which the experiment lists them.
  package var methods: [TableMethod]
  /// Every planned run.
  package var runs: [RunOutcome]
  /// In what the experiment departs from the published ones (fewer epochs, a smaller network), as
  /// its author states it; every table and diff prints it.
  package var distance: [String]

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

  /// Results without a plan, as they are found in a results folder: rows and columns are those that
  /// the records have.
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
