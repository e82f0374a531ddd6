import Torch

/// SCAN's consistency: -mean_i log <p_i, p'_i> (Van Gansbeke et al., ECCV 2020, equation 2, first
/// term).
///
/// - Parameters:
///   - anchor: probabilities of images, [B, K].
///   - neighbour: probabilities of a neighbour of each, [B, K].
public func neighbourConsistency(_ anchor: Tensor, _ neighbour: Tensor) throws -> Tensor {
  let similarity = try (anchor * neighbour).sum(along: [1])
  // The official code's binary cross-entropy cuts its logarithm off at -100.
  return try -similarity.clamped(to: 1e-43...1).log().mean()
}

/// The entropy of a batch's mean prediction, H(mean_i p_i) (the same equation's second term).
///
/// - Parameter probabilities: [B, K].
public func meanPredictionEntropy(_ probabilities: Tensor) throws -> Tensor {
  try entropy(of: probabilities.mean(along: [0]))
}
