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
  let confidences = consensus.maximum(along: [1])
  let share = share > 0 ? min(share, 1) : 0
  // A share such as 0.29 of 100 is 29, though the product is a little less.
  let most = Int(share * Double(confidences.size(0)) + 1e-9)
  let named = (boundaries + similarities).map { $0.detached().argmax(along: 1) }
  return named.dropFirst().reduce(ranks(of: confidences).isLess(than: Double(most))) {
    $0.filled(where: $1.isEqual(to: named[0]).not(), with: 0)
  }
}

/// How many images are more confident than each, or as confident and before it: [B], found where the confidences
/// are, so that no step waits for them.
private func ranks(of confidences: Tensor) -> Tensor {
  let places = Tensor.indices(confidences.size(0), on: confidences.device)
  func rows(_ values: Tensor) -> Tensor { values.unsqueezed(1) }
  func columns(_ values: Tensor) -> Tensor { values.unsqueezed(0) }
  let isBefore = columns(places).isLess(than: rows(places))
  let isAhead = columns(confidences).isEqual(to: rows(confidences))
    .select(isBefore, else: rows(confidences).isLess(than: columns(confidences)))
  return isAhead.to(.float32).sum(along: [1])
}
