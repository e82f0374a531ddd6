import Core
import Domain
import Records

extension ExperimentResults {
  /// The results of several experiments as those of one, for a table with the rows of all.
  ///
  ///     let results = ExperimentResults.joined([cifar, stl])
  ///     let table = try ResultTable(results)
  ///
  /// Rows of one name are one row if they have the same settings, protocol and benchmark files: on the
  /// benchmarks that both have, or, if there are none, compared with the method's defaults. A run that
  /// several experiments have is then one run. Other rows of one name are told apart by the experiment,
  /// in their titles too.
  ///
  /// - Parameter all: of experiments with different names, at least one. Profiles may differ.
  package static func joined(_ all: [ExperimentResults]) -> ExperimentResults {
    guard all.count > 1 else { return all.first ?? ExperimentResults(experiment: "", profile: "") }
    var rows: [JoinedRow] = []
    for results in all {
      for method in results.methods {
        let row = JoinedRow(method, of: results)
        if let index = rows.firstIndex(where: { $0.isSame(as: row) }) {
          rows[index].add(row.runs)
        } else {
          rows.append(row)
        }
      }
    }
    let counts = Dictionary(grouping: rows, by: \.method.name).mapValues(\.count)
    rows = rows.map { (counts[$0.method.name] ?? 1) > 1 ? $0.toldApart : $0 }
    let notes = all.flatMap { results in
      results.distance.map { note in
        all.allSatisfy { $0.distance.contains(note) } ? note : "\(note) (\(results.experiment))"
      }
    }
    var joined = ExperimentResults(
      experiment: all.map(\.experiment).joined(separator: "+"),
      profile: all.map(\.profile).uniqued.joined(separator: "+"), methods: rows.map(\.method),
      runs: rows.flatMap(\.runs), distance: notes.uniqued)
    joined.experiments = all.map(\.experiment)
    joined.isPart = all.contains(where: \.isPart)
    return joined
  }

  /// Results without rows.
  private init(experiment: String, profile: String) {
    self.init(experiment: experiment, profile: profile, methods: [], runs: [])
  }
}

/// A row of several experiments.
private struct JoinedRow {
  var method: TableMethod
  var runs: [RunOutcome]
  /// The experiment that has the row first, and its profile.
  let origin: RunOutcome.Origin

  init(_ method: TableMethod, of results: ExperimentResults) {
    self.method = method
    let origin = RunOutcome.Origin(experiment: results.experiment, profile: results.profile)
    self.origin = origin
    runs = results.runs.filter { $0.method == method.name }.map { run in
      var run = run
      run.origin = origin
      return run
    }
  }

  /// The row with its experiment in name and title: "SCL (cifar10-cpu)".
  var toldApart: JoinedRow {
    var row = self
    row.method.experiment = origin.experiment
    row.method.title += " (\(origin.experiment))"
    for index in row.runs.indices { row.runs[index].experiment = origin.experiment }
    return row
  }

  /// Whether two rows are one: the same name, profile, protocol, settings and benchmark files.
  func isSame(as other: JoinedRow) -> Bool {
    guard method.name == other.method.name, method.variantOf == other.method.variantOf,
      origin.profile == other.origin.profile, let own = recipes, let others = other.recipes
    else { return false }
    let common = own.keys.filter { others[$0] != nil }
    guard common.isEmpty else {
      return common.allSatisfy { benchmark in
        own[benchmark]?.settings == others[benchmark]?.settings
          && own[benchmark]?.departures == others[benchmark]?.departures
          && own[benchmark]?.protocol == others[benchmark]?.protocol
          && agree(files(of: benchmark), other.files(of: benchmark))
      }
    }
    // On other benchmarks, methods have other defaults, and images another size.
    let all = Array(own.values) + Array(others.values)
    guard let first = all.first, first.departures != nil else { return false }
    return all.allSatisfy { recipe in
      recipe.departures == first.departures && recipe.rules == first.rules
    }
  }

  /// Whether finished runs on a benchmark, if both rows have some, read the same file.
  private func agree(_ own: [BenchmarkProvenance], _ others: [BenchmarkProvenance]) -> Bool {
    own.allSatisfy { file in others.allSatisfy { $0 == file } }
  }

  /// The benchmark files of the finished runs on a benchmark.
  private func files(of benchmark: String) -> [BenchmarkProvenance] {
    runs.compactMap { run in
      guard run.benchmark == benchmark, case .finished(let record) = run.result else { return nil }
      return record.provenance.benchmarkFile
    }
  }

  /// The recipes by benchmark; nil if one is unknown.
  private var recipes: [String: RunRecipe]? {
    var recipes: [String: RunRecipe] = [:]
    for run in runs {
      guard let recipe = run.knownRecipe else { return nil }
      recipes[run.benchmark] = recipe
    }
    return recipes.isEmpty ? nil : recipes
  }

  /// Adds the runs of the same row in another experiment. Of a run that both have, a finished one is
  /// kept, the first of two.
  mutating func add(_ more: [RunOutcome]) {
    for run in more {
      if let index = runs.firstIndex(where: {
        $0.benchmark == run.benchmark && $0.seed == run.seed
      }) {
        if runs[index].rank < run.rank { runs[index] = run }
      } else {
        runs.append(run)
      }
    }
  }
}

extension RunOutcome {
  /// The planned recipe, or that of the record.
  fileprivate var knownRecipe: RunRecipe? {
    if let recipe { return recipe }
    guard case .finished(let record) = result else { return nil }
    return RunRecipe(record)
  }

  /// How much a result says: finished above failed, damaged and stale above missing.
  fileprivate var rank: Int {
    switch result {
    case .finished: 2
    case .failed, .stale, .damaged, .notApplicable: 1
    case .missing: 0
    }
  }
}

extension RunRecipe {
  /// The protocol without what depends on the benchmark.
  fileprivate var rules: RunProtocol? {
    var rules = self.protocol
    rules?.imageSize = 0
    return rules
  }
}
