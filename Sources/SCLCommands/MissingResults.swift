import Core
import Experiments
import Records
import Reporting

extension ExperimentOptions {
  /// The error for an experiment without runs in the results folder. It names the profile that has
  /// results, or else the complete command that computes them:
  ///
  ///     no runs of rehearsal in '/home/me/results': there are results of profile short: add
  ///     `--profile short`
  func noResults(of plan: Plan) -> ReportError {
    .nothingRun(
      experiment: plan.experiment.name, results: plan.options.results,
      remedy: otherProfiles(of: plan) ?? "to compute them: `\(command("run"))`")
  }

  /// The profiles of the same experiment that have results; nil if none has.
  private func otherProfiles(of plan: Plan) -> String? {
    let wanted = StoredExperiment(plan.experiment.name, file: experiment)
    let all = (try? ResultsFolder(plan.options.results).experiments()) ?? []
    let others = all.map { StoredExperiment($0, file: experiment) }
      .filter { $0.stem == wanted.stem && $0.name != wanted.name }
    let profiles = others.compactMap(\.profile)
    guard let first = profiles.first else {
      return others.isEmpty ? nil : "there are results without a profile: leave out `--profile`"
    }
    return profiles.count == 1
      ? "there are results of profile \(first): add `--profile \(first)`"
      : "there are results of the profiles \(profiles.joined(separator: ", ")): add `--profile` "
        + "and one of these names"
  }
}
