import Core

/// A selection of an experiment's runs, the value of `--only`. Several values of one key are
/// alternatives; an empty filter selects everything.
///
///     let filter = try RunFilter(parsing: "method=scl,method=moco,seed=0")
///     let plan = try Plan(experiment, options: options, registry: .builtIn, filter: filter)
///
/// A method can also be a variant with a grid, which stands for all rows of the grid, or a stage, by its name in the
/// results.
package struct RunFilter: Sendable {
  /// As the user wrote it, for messages.
  package let text: String
  private var benchmarks: Set<String> = []
  private var methods: Set<String> = []
  private var seeds: Set<String> = []
  /// Whether a stage may be one of another experiment.
  private var isPart = false

  /// Selects every run.
  package init() { text = "" }

  /// - Throws: `ExperimentError.invalidOption` for anything but `benchmark`, `method` and `seed`.
  package init(parsing text: String) throws {
    self.text = text
    // An empty part is a mistake; an empty text is no filter.
    for part in text.split(separator: ",", omittingEmptySubsequences: text.isEmpty) {
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      switch (pair.first, pair.count) {
      case ("benchmark", 2): benchmarks.insert(pair[1])
      case ("method", 2): methods.insert(pair[1])
      case ("seed", 2): seeds.insert(pair[1])
      default:
        throw ExperimentError.invalidOption(
          option: "--only \(text)", problem: "write benchmark=NAME, method=NAME or seed=NUMBER")
      }
    }
  }

  /// The filter for an experiment: a variant with a grid is replaced by the rows of the grid.
  /// - Throws: `ExperimentError.invalidOption` for a name that the experiment does not have.
  func checked(for experiment: Experiment) throws -> RunFilter {
    try check([experiment])
    return expanded(for: experiment)
  }

  /// The filter with the rows of grids in place of the variants that have them.
  private func expanded(for experiment: Experiment) -> RunFilter {
    var filter = self
    for row in experiment.rows {
      guard let grid = row.grid, methods.contains(grid) else { continue }
      filter.methods.insert(row.name)
      filter.methods.remove(grid)
    }
    return filter
  }

  /// The part of the filter that concerns one of several experiments; nil if it selects nothing there,
  /// because the experiment has none of the benchmarks, methods or seeds.
  package func restricted(to experiment: Experiment) -> RunFilter? {
    var filter = self
    filter.isPart = true
    let paths = [\RunFilter.benchmarks, \.methods, \.seeds]
    for (path, (what, known)) in zip(paths, Self.names(of: [experiment])) {
      guard !self[keyPath: path].isEmpty else { continue }
      filter[keyPath: path] = self[keyPath: path].filter {
        known.contains($0) || Self.mayBeStage(what, $0)
      }
      if filter[keyPath: path].isEmpty { return nil }
    }
    return filter
  }

  /// What experiments have together, in the order of the keys of `--only`.
  private static func names(
    of experiments: [Experiment]
  ) -> [(what: String, names: [String])] {
    [
      ("benchmark", experiments.flatMap(\.benchmarks).uniqued),
      ("method", experiments.flatMap { $0.rows.compactMap(\.grid) + $0.methods }.uniqued),
      ("seed", experiments.flatMap(\.seeds).uniqued.map { "\($0)" }),
    ]
  }

  /// Whether a name that no experiment has may be a stage's: of the keys of `--only` only methods have them.
  private static func mayBeStage(_ what: String, _ name: String) -> Bool {
    what == "method" && MethodRow.isStage(name)
  }

  /// - Throws: `ExperimentError.invalidOption` for a name that none of the experiments has.
  package func check(_ experiments: [Experiment]) throws {
    let areSeveral = experiments.count > 1
    let whose = areSeveral ? "none of the experiments has a" : "the experiment has no"
    for (chosen, (what, known)) in zip([benchmarks, methods, seeds], Self.names(of: experiments)) {
      let wrongOnes = chosen.subtracting(known).filter { !Self.mayBeStage(what, $0) }
      guard let wrong = wrongOnes.sorted().first else { continue }
      // Of numbers, none is a slip of another.
      let nearest = what == "seed" ? nil : nearestName(to: wrong, among: known)
      throw ExperimentError.invalidOption(
        option: "--only \(text)",
        problem: "\(whose) \(what) '\(wrong)'; "
          + (nearest.map { "did you mean '\($0)'?" }
            ?? "\(areSeveral ? "they have" : "it has") \(known.joined(separator: ", "))"))
    }
  }

  /// - Throws: `ExperimentError.invalidOption` for a stage that is none of the planned runs. Stages
  ///   are known only once runs are planned.
  package func checkStages(among rows: [String]) throws {
    guard !isPart,
      let wrong = methods.subtracting(rows).filter({ MethodRow.isStage($0) }).sorted().first
    else { return }
    throw ExperimentError.invalidOption(
      option: "--only \(text)", problem: "no run starts from '\(wrong)'")
  }

  /// Whether the filter may select a combination or a stage of it, so that it has to be planned.
  func reaches(_ combination: Combination) -> Bool {
    Self.accepts(combination.benchmark, among: benchmarks)
      && Self.accepts("\(combination.seed)", among: seeds)
      && (methods.contains { MethodRow.isStage($0) }
        || Self.accepts(combination.row, among: methods))
  }

  /// The benchmarks of runs that have to be planned, in the experiment's order.
  package func benchmarks(of experiment: Experiment) -> [String] {
    let filter = expanded(for: experiment)
    return experiment.combinations.filter { filter.reaches($0) }.map(\.benchmark).uniqued
  }

  /// Whether the filter selects a combination.
  func accepts(_ combination: Combination) -> Bool {
    Self.accepts(combination.benchmark, among: benchmarks)
      && Self.accepts(combination.row, among: methods)
      && Self.accepts("\(combination.seed)", among: seeds)
  }

  /// Whether the filter asks for a row by its name.
  func names(_ row: String) -> Bool { methods.contains(row) }

  /// Whether a name is chosen; no choice means all names.
  private static func accepts(_ name: String, among chosen: Set<String>) -> Bool {
    chosen.isEmpty || chosen.contains(name)
  }
}
