import Methods
import Records

extension RunProtocol {
  /// The protocol of a method's runs. One that does not train has a single result, of which none can be
  /// chosen: whatever rule the experiment has for checkpoints, it leaves such a method alone.
  /// - Throws: `ExperimentError.invalid` where a choice is asked for and no epoch is scored.
  func applied(
    to method: any ClusteringMethod.Type, in experiment: Experiment
  ) throws(ExperimentError) -> RunProtocol {
    var applied = self
    guard checkpoint == .bestByLabels, method is any TrainedMethod.Type else {
      applied.checkpoint = .last
      return applied
    }
    guard experiment.evaluateEvery > 0 else {
      throw .invalid(
        file: experiment.file, line: nil, key: "protocol.checkpoint",
        problem: "'\(checkpoint.rawValue)' takes the best of the epochs that are scored, and none "
          + "is: set evaluate_every to 1 or more")
    }
    applied.evaluateEvery = experiment.evaluateEvery
    return applied
  }
}
