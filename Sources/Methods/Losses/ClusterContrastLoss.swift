import Torch

/// NT-Xent over clusters instead of images: each of the 2K columns of two views' predictions has to
/// find the same cluster's column of the other view (Li et al., "Contrastive Clustering", AAAI 2021,
/// equations 4 to 6, without the entropy).
///
/// - Parameters:
///   - first: probabilities of one view, [B, K].
///   - second: probabilities of the other view, [B, K].
public func clusterContrastLoss(
  _ first: Tensor, _ second: Tensor, temperature: Double
) throws -> Tensor {
  try ntXentLoss(first.transposed(), second.transposed(), temperature: temperature)
}
