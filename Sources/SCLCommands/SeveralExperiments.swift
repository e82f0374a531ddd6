import ArgumentParser
import Core
import Experiments
import Metrics
import Records
import Reporting

/// The arguments EXPERIMENT... of commands that can show several experiments in one table. Options apply
/// to all of them.
///
///     scl report experiments/cifar10-cpu.yaml experiments/ablation.yaml --only benchmark=cifar10
struct SeveralExperiments: ParsableArguments {
  @OptionGroup var first: ExperimentOptions

  /// Rows of one name are told apart by the experiment, unless they have the same settings.
  @Argument(
    help: "Further experiment files, whose rows join the table.",
    completion: .file(extensions: ["yaml", "yml"]))
  var others: [String] = []

  /// The options of each experiment; a file that is named twice counts once.
  private var all: [ExperimentOptions] {
    ([first.experiment] + others).uniqued.map { file in
      var options = first
      options.experiment = file
      return options
    }
  }

  /// The plans for commands that show results, one per experiment of which `--only` selects something.
  ///
  /// - Parameter mayBeEmpty: for what needs no results.
  /// - Throws: `ReportError.nothingRun` if the results folder has nothing of an experiment, unless that may be;
  ///   `ExperimentError.invalidOption` for a name in `--only` that no experiment has;
  ///   `ValidationError` if `--only` selects no run, and for two files of one name, whose results would have
  ///   one folder.
  func plansOfResults(mayBeEmpty: Bool = false) throws -> [Plan] {
    let all = all
    guard all.count > 1 else {
      return [try mayBeEmpty ? first.plan(needsData: false) : first.planOfResults()]
    }
    let experiments = try all.map { try $0.readExperiment(needsData: false) }
    let names = experiments.map(\.name)
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw ValidationError("two experiments have the name '\(twice)', and so one results folder")
    }
    let filter = try first.filter
    try filter.check(experiments)
    let plans = try zip(all, experiments).compactMap { options, experiment -> Plan? in
      guard let own = filter.restricted(to: experiment) else { return nil }
      return try options.planOfResults(of: experiment, own, mayBeEmpty: mayBeEmpty)
    }
    try filter.checkStages(among: plans.flatMap { $0.runs.map(\.row.name) })
    guard plans.contains(where: { !$0.runs.isEmpty }) else {
      throw ValidationError("--only selects no run of any experiment")
    }
    return plans
  }

  /// The plans for commands that compare scores, of which they need some.
  ///
  /// - Throws: as `plansOfResults()`, and also if no planned run has begun.
  func plansOfRuns() throws -> [Plan] {
    guard all.count > 1 else { return [try first.planOfRuns()] }
    let plans = try plansOfResults()
    if let plan = plans.first, !plans.contains(where: \.hasBegun) {
      throw first.noResults(of: plan)
    }
    return plans
  }
}

extension [Plan] {
  /// The results of all plans for one table, with the scores of these metrics.
  func results(scoredBy metrics: [Metric] = MetricRegistry.published) -> ExperimentResults {
    ExperimentResults.joined(map { $0.results(scoredBy: metrics) })
  }
}
