import Torch

/// The images whose clusters are trusted: all predictions of all views name the same cluster, and the consensus
/// is among the most confident of the batch (docs/scl.md, `positives: trust`; after AND, Huang et al.,
/// "Unsupervised Deep Learning by Neighbourhood Discovery", ICML 2019, section 3, which ranks anchors by
/// entropy and takes more of them each round).
///
/// An image's confidence is the largest probability of its consensus, p q / sum_k p q, averaged over the views.
///
/// - Parameters:
///   - boundaries: the classifier's predictions p, [B, K] for each view.
///   - similarities: the predictions by visual similarity q, [B, K] for each view.
///   - share: s, 0 to 1; images that are not among the floor(s B) most confident are not trusted. Of equally
///     confident ones, the first in the batch come first.
/// - Returns: bool [B], without gradients.
package func trustedImages(
  boundaries: [Tensor], similarities: [Tensor], share: Double
) throws -> Tensor {
  guard let first = boundaries.first, boundaries.count == similarities.count else {
    throw TorchError(
      message: "\(boundaries.count) boundaries and \(similarities.count) similarities are no views")
  }
  let consensus = zip(boundaries, similarities)
    .map { normalisedProduct($0.detached(), $1.detached()) }
    .reduce(first.detached() * 0) { $0 + $1 }
  let confidences = try consensus.maximum(along: [1]).floats()
  let named = try (boundaries + similarities).map {
    try $0.detached().argmax(along: 1).integers()
  }
  let share = share > 0 ? min(share, 1) : 0
  // A share such as 0.29 of 100 is 29, though the product is a little less.
  let most = Int(share * Double(confidences.count) + 1e-9)
  let ranked = confidences.indices.sorted { (-confidences[$0], $0) < (-confidences[$1], $1) }
  var trusted = [UInt8](repeating: 0, count: confidences.count)
  for image in ranked.prefix(most) where Set(named.map { $0[image] }).count == 1 {
    trusted[image] = 1
  }
  return Tensor(trusted, shape: [trusted.count]).to(.bool).to(first.device)
}
