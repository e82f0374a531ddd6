import Benchmarks
import Core
import Foundation
import Methods
import Records
import Torch

/// All runs of an experiment with their states, in the order in which they are run: one seed of
/// everything before the next seed, and short runs before long ones.
///
///     let plan = try Plan(experiment, options: RunOptions(results: "results"), registry: .builtIn)
///     let open = plan.runs.filter { $0.state.status != .finished }
package struct Plan: Sendable {
  package let experiment: Experiment
  package let options: RunOptions
  /// Every run follows the run that it starts from.
  package let runs: [PlannedRun]

  /// - Parameters:
  ///   - experiment: the experiment as it was read.
  ///   - options: the folders, and how runs are computed.
  ///   - registry: the methods.
  ///   - filter: the runs that are wanted (`--only`); what they start from is planned too.
  ///   - needsData: whether benchmark files have to be there. Without its file, a finished run is
  ///     taken for what its record says of the data.
  /// - Throws: `ExperimentError.missingBenchmarks` where a needed file is not there, and the
  ///   reader's errors where one is damaged.
  package init(
    _ experiment: Experiment, options: RunOptions, registry: MethodRegistry,
    filter: RunFilter = RunFilter(), needsData: Bool = true
  ) throws {
    let filter = try filter.checked(for: experiment)
    self.experiment = experiment
    self.options = options
    var planner = try RunPlanner(
      experiment, options: options, registry: registry, filter: filter, needsData: needsData)
    let runs = try planner.runs(filter)
    let seeds = Dictionary(uniqueKeysWithValues: zip(experiment.seeds, 0...))
    self.runs = runs.enumerated().sorted {
      let (a, b) = ($0.element, $1.element)
      return (seeds[a.seed] ?? 0, a.workload, $0.offset)
        < (seeds[b.seed] ?? 0, b.workload, $1.offset)
    }.map(\.element)
  }
}
