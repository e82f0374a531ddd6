import Benchmarks
import Domain
import Methods
import Records

extension RunProtocol {
  /// The protocol of a row's runs. Where nothing trains there is one result and nothing to choose, and of
  /// a stage only the network counts, the last epoch's: both have the rule `last` whatever the file says.
  /// - Throws: `ExperimentError.invalid` where a choice is asked for and no epoch is scored.
  func applied(
    to row: MethodRow, in experiment: Experiment
  ) throws(ExperimentError) -> RunProtocol {
    var applied = self
    guard checkpoint.chooses, row.method is any TrainedMethod.Type, !row.isStage else {
      applied.checkpoint = .last
      return applied
    }
    guard experiment.evaluateEvery > 0 else {
      throw .invalid(
        file: experiment.file, line: nil, key: "protocol.checkpoint",
        problem: "'\(checkpoint.rawValue)' chooses among the epochs that are scored, and none "
          + "is: set evaluate_every to 1 or more")
    }
    applied.evaluateEvery = experiment.evaluateEvery
    return applied
  }

  /// How many classes the labels tell apart; 0 where there are none.
  func classes(of benchmark: BenchmarkDefinition) -> Int {
    labels == .fine ? benchmark.fineClasses?.names.count ?? 0 : benchmark.classCount
  }

  /// Whether a network is trained and saved alike under both: which epoch's clusters are the result makes no
  /// difference to it.
  func trains(like other: RunProtocol) -> Bool {
    var other = other
    other.checkpoint = checkpoint
    return self == other
  }
}
