import Torch

/// Classes that a network's own predictions or a clustering give to images, to learn from.
///
///     let targets = PseudoLabels(confident: probabilities, threshold: 0.99, isBalanced: true)
///     let loss = targets.crossEntropy(logits)
public struct PseudoLabels {
  /// int64 [B].
  public let classes: Tensor
  /// The weight of each image in the loss, [B]; zero leaves it out.
  public let weights: Tensor

  /// The classes of confident predictions; the others are left out.
  /// - Parameters:
  ///   - probabilities: [B, K].
  ///   - threshold: what the probability of the largest class has to be above.
  ///   - isBalanced: every class that is there counts alike, however many images have it.
  public init(confident probabilities: Tensor, threshold: Double, isBalanced: Bool) {
    let probabilities = probabilities.detached()
    let largest = probabilities.maximum(along: [1])
    let confident = largest.isGreater(than: threshold).to(.float32)
    classes = probabilities.argmax(along: 1)
    weights =
      isBalanced
      ? Self.balanced(classes, confident, clusters: probabilities.size(1)) : confident
  }

  /// Classes that a clustering gave, every class with the same weight as a whole.
  /// - Parameters:
  ///   - classes: of the images of the batch, int64 [B].
  ///   - sizes: the images of each class in the whole set, [K].
  public init(_ classes: Tensor, sizes: Tensor) {
    self.classes = classes
    weights = sizes.clamped(atLeast: 1).power(-1).rows(classes)
  }

  /// Labels of the images that have one, every class that is there counting alike (TCL: Li et al., IJCV 2022).
  /// - Parameters:
  ///   - labels: int64 [B], -1 for none.
  ///   - clusters: K.
  public init(labels: Tensor, clusters: Int) {
    classes = labels.clamped(atLeast: 0).to(.int64)
    weights = Self.balanced(classes, labels.isLess(than: 0).not().to(.float32), clusters: clusters)
  }

  /// Each image's weight divided by the number of those of its class.
  private static func balanced(
    _ classes: Tensor, _ weights: Tensor, clusters: Int
  ) -> Tensor {
    let members = classes.oneHot(clusters).to(.float32)
    let sizes = (members * weights.unsqueezed(1)).sum(along: [0])
    return weights * sizes.clamped(atLeast: 1).power(-1).rows(classes)
  }

  /// Weighted mean of the cross-entropies of logits [B, K] to the classes; 0 where no image has one.
  public func crossEntropy(_ logits: Tensor) -> Tensor {
    (logits.crossEntropies(classes) * weights).sum() / weights.sum().clamped(atLeast: 1e-12)
  }
}
