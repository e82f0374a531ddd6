import Torch

/// What one view's predictions are drawn towards: the consensus of the other view's two (docs/scl.md).
/// No gradient flows through it.
package struct ConsistencyTarget {
  /// [B, K]; a row of zeros leaves its image out.
  package let probabilities: Tensor
  /// The number of images that are not left out, at least 1: a scalar.
  private let images: Tensor

  /// - Parameters:
  ///   - boundary: the classifier's prediction p of the other view, [B, K].
  ///   - similarity: the prediction by visual similarity q of the other view, [B, K].
  ///   - consensus: how the two become one.
  ///   - gate: images whose consensus is less confident are left out. The confidence is the largest
  ///     probability of the target; of `agreement`, whose targets are one-hot, that of the product.
  package init(
    boundary: Tensor, similarity: Tensor, consensus: SCLSettings.Consensus, gate: Double = 0
  ) throws {
    let (p, q) = (boundary.detached(), similarity.detached())
    let targets: Tensor
    var kept: Tensor?
    switch consensus {
    case .product:
      targets = normalisedProduct(p, q)
    case .mean:
      targets = (p + q) / 2
    case .agreement:
      let (first, second) = (p.argmax(along: 1), q.argmax(along: 1))
      targets = first.oneHot(p.size(1)).to(.float32)
      kept = first.isEqual(to: second).to(.float32)
    case .joint:
      throw TorchError(message: "consensus joint has no target: its loss is jointConsensusLoss")
    }
    if gate > 0 {
      let graded = consensus == .agreement ? normalisedProduct(p, q) : targets
      let areConfident = ConfidentLabels(graded, threshold: gate).areConfident
      kept = kept.map { $0 * areConfident } ?? areConfident
    }
    probabilities = kept.map { targets * $0.unsqueezed(1) } ?? targets
    images =
      kept?.sum().clamped(atLeast: 1)
      ?? Tensor.full([], Double(max(1, p.size(0))), on: p.device)
  }

  /// Mean cross-entropy of `prediction` [B, K] to the target, over the images that are not left out; 0
  /// if all are.
  package func crossEntropy(_ prediction: Tensor) -> Tensor {
    let logarithm = prediction.clamped(to: 1e-8...1).log()
    return -((probabilities * logarithm).sum() / images)
  }
}

/// p q / sum_k p q, row by row: [B, K].
func normalisedProduct(_ p: Tensor, _ q: Tensor) -> Tensor {
  let product = p * q + 1e-12
  return product / product.sum(along: [1], keep: true)
}

/// The negative log-likelihood that both predictions name the same cluster, -mean_i log sum_k p_i(k) q_i(k), with
/// gradients into both (docs/scl.md, `consensus: joint`; the form of SCAN's consistency of neighbours). It is 0
/// where both are certain of the same cluster.
///
/// An image on which they disagree entirely counts with at most log 1e20, and has no gradient then.
///
/// - Parameters:
///   - boundary: the classifier's prediction p, [B, K].
///   - similarity: the prediction by visual similarity q, [B, K].
/// - Returns: a scalar.
package func jointConsensusLoss(_ boundary: Tensor, _ similarity: Tensor) -> Tensor {
  // The inverse of the agreement is part of the gradient, and has to be a float32.
  neighbourConsistency(boundary, similarity, atLeast: 1e-20)
}
