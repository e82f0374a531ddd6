import Benchmarks
import Domain
import Methods
import Metrics
import Records

/// The best epoch so far of a run whose protocol chooses one, with its assignments, which become
/// the result unless a better epoch follows.
///
/// Every checkpoint contains it, so a resumed run chooses among all of its epochs.
package struct ChosenEpoch: Codable, Equatable {
  /// Counted from 1.
  package let epoch: Int
  /// What it was chosen by, the higher the better.
  package let value: Double
  /// The cluster of every scored image.
  package let predicted: [Int32]
  /// Its read-outs, scored; nil for methods without any.
  package let readOuts: ReadOutRecord?

  package init(epoch: Int, value: Double, predicted: [Int32], readOuts: ReadOutRecord? = nil) {
    self.epoch = epoch
    self.value = value
    self.predicted = predicted
    self.readOuts = readOuts
  }

  /// The better of this epoch and the best one before it; the earlier if they are equal.
  package func orEarlier(_ earlier: ChosenEpoch?) -> ChosenEpoch {
    guard let earlier, earlier.value >= value else { return self }
    return earlier
  }
}

extension CheckpointRule {
  /// The value that an epoch is chosen by, the higher the better; nil under the rule `last`.
  ///
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

/// The epochs of a training after which the run is scored.
package struct ScoredEpochs {
  /// The rule by which one of them, or the last epoch, becomes the result.
  package let rule: CheckpointRule
  private let firstEpoch: Int
  private let epochs: Int
  private let every: Int

  /// - Parameters:
  ///   - firstEpoch: that the run trains, counted from 0.
  ///   - epochs: of the whole run; 0 for a method that does not train.
  ///   - every: the method is scored after every so many of them; 0 for the end alone.
  package init(_ rule: CheckpointRule, firstEpoch: Int = 0, epochs: Int, every: Int) {
    self.rule = rule
    self.firstEpoch = firstEpoch
    self.epochs = epochs
    self.every = every
  }

  /// Whether the run is scored after an epoch, counted from 0. The last epoch is scored whenever an
  /// epoch is to be chosen.
  package func contains(_ epoch: Int) -> Bool {
    let isLastChoice = rule.chooses && epoch + 1 == epochs
    return every > 0 && ((epoch + 1).isMultiple(of: every) || isLastChoice)
  }

  /// How often all scored images are assigned in a whole run: after each scored epoch and, unless
  /// one of these is the result, at the end.
  package var assignments: Int {
    (min(firstEpoch, epochs)..<epochs).count { contains($0) } + (rule.chooses ? 0 : 1)
  }
}

extension RunProtocol {
  /// The protocol of a row's runs. Without training there is one result and nothing to choose, and
  /// of a stage only the network of the last epoch counts: both have the rule `last` whatever the
  /// file says.
  ///
  /// - Throws: `ExperimentError.invalid` if an epoch is to be chosen and none is scored.
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

  /// The number of classes of the chosen labels; 0 without labels.
  func classes(of benchmark: BenchmarkDefinition) -> Int {
    labels == .fine ? benchmark.fineClasses?.names.count ?? 0 : benchmark.classCount
  }

  /// Whether both protocols train and save the same network. Only the chosen epoch's clusters may
  /// differ.
  func trains(like other: RunProtocol) -> Bool {
    var other = other
    other.checkpoint = checkpoint
    return self == other
  }
}
