/// The result of a run under `checkpoint: best-by-labels`: the assignments of the epoch with the best
/// accuracy, of those that were scored so far.
///
/// A part of every checkpoint, so that a run that is resumed chooses among all of its epochs.
package struct BestByLabels: Codable, Equatable {
  /// Counted from 1.
  package let epoch: Int
  /// As a fraction of 1.
  package let accuracy: Double
  /// The cluster of every scored image.
  package let predicted: [Int32]

  package init(epoch: Int, accuracy: Double, predicted: [Int32]) {
    self.epoch = epoch
    self.accuracy = accuracy
    self.predicted = predicted
  }

  /// The better of this epoch and the best one before it; of equals the earlier.
  package func orEarlier(_ earlier: BestByLabels?) -> BestByLabels {
    guard let earlier, earlier.accuracy >= accuracy else { return self }
    return earlier
  }
}
