import Domain
import Records

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
