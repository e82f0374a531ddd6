import Benchmarks
import Domain
import Methods
import Metrics
import Records

/// The result of a run whose protocol chooses an epoch: the assignments of the best one of those that were
/// scored so far.
///
/// A part of every checkpoint, so that a run that is resumed chooses among all of its epochs.
package struct ChosenEpoch: Codable, Equatable {
  /// Counted from 1.
  package let epoch: Int
  /// What it was chosen by, the higher the better.
  package let value: Double
  /// The cluster of every scored image.
  package let predicted: [Int32]

  package init(epoch: Int, value: Double, predicted: [Int32]) {
    self.epoch = epoch
    self.value = value
    self.predicted = predicted
  }

  /// The better of this epoch and the best one before it; of equals the earlier.
  package func orEarlier(_ earlier: ChosenEpoch?) -> ChosenEpoch {
    guard let earlier, earlier.value >= value else { return self }
    return earlier
  }
}

extension CheckpointRule {
  /// What an epoch is chosen by, the higher the better; nil under a rule that chooses nothing.
  /// - Parameters:
  ///   - loss: the mean training loss over the epoch.
  ///   - metrics: of the epoch's assignments.
  func value(loss: Double, metrics: RunMetrics) -> Double? {
    switch self {
    case .last: nil
    case .lowestLoss: -loss
    case .bestByLabels: metrics.scores?[.acc]
    }
  }
}

/// After which epochs of its training a run is scored.
package struct ScoredEpochs {
  /// The rule by which one of them, or the last epoch, becomes the result.
  package let rule: CheckpointRule
  private let epochs: Int
  private let every: Int

  /// - Parameters:
  ///   - epochs: of the whole run; 0 for a method that does not train.
  ///   - every: the method is scored after every so many of them; 0 for the end alone.
  package init(_ rule: CheckpointRule, epochs: Int, every: Int) {
    self.rule = rule
    self.epochs = epochs
    self.every = every
  }

  /// Whether the run is scored after this epoch, the first being 0. What is chosen is chosen among these,
  /// so that the last is one of them.
  package func contains(_ epoch: Int) -> Bool {
    let isLastChoice = rule.chooses && epoch + 1 == epochs
    return every > 0 && ((epoch + 1).isMultiple(of: every) || isLastChoice)
  }

  /// How often all scored images are assigned: after each of these epochs and, where the result is not one
  /// of theirs, at the end.
  package var assignments: Int {
    (0..<epochs).count { contains($0) } + (rule.chooses ? 0 : 1)
  }
}

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
        problem:
          "'\(checkpoint.rawValue)' selects among the scored epochs, and "
          + "no epoch is scored: set evaluate_every to 1 or more"
      )
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
