import Domain
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
