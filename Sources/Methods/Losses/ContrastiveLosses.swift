import Torch

/// Which of the two views of an image NT-Xent asks to find the other.
///
///     let loss = ntXentLoss(first, second, temperature: 0.5, anchors: .first)
public enum ContrastAnchors: String, CaseIterable, Sendable {
  /// Both, 2B anchors.
  case both
  /// The first alone, B anchors, as SCAN's and GCC's code do.
  case first
}

/// NT-Xent: each view of an image has to find the other among the 2B - 1 other views of the batch,
/// L = -mean_i log [ exp(z_i . z_i' / tau) / sum over j != i of exp(z_i . z_j / tau) ]
/// (Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", ICML 2020,
/// equation 1).
///
/// - Parameters:
///   - first: embeddings of one view, [B, D], of any length.
///   - second: embeddings of the other view, [B, D].
///   - temperature: tau.
///   - anchors: the views that have to find the other one.
public func ntXentLoss(
  _ first: Tensor, _ second: Tensor, temperature: Double, anchors: ContrastAnchors = .both
) -> Tensor {
  let count = first.size(0)
  let all = Tensor.concatenated([first, second]).normalisedRows()
  let asked = anchors == .both ? all : all.narrowed(0, to: 0..<count)
  let indices = Tensor.indices(2 * count, on: first.device)
  let own = indices.narrowed(0, to: 0..<asked.size(0)).unsqueezed(1)
    .isEqual(to: indices.unsqueezed(0))
  let logits = (asked.matmul(all.transposed()) / temperature).filled(where: own, with: -1e9)
  let partners = (indices.narrowed(0, to: 0..<asked.size(0)) + Double(count))
    .remainder(Double(2 * count)).to(.int64)
  return logits.crossEntropy(partners)
}

/// InfoNCE against a queue: a query has to find its own key among the queue's,
/// L = -mean_i log [ exp(q_i . k_i / tau) / (exp(q_i . k_i / tau) + sum_j exp(q_i . n_j / tau)) ]
/// (He et al., "Momentum Contrast for Unsupervised Visual Representation Learning", CVPR 2020,
/// equation 1).
///
/// - Parameters:
///   - queries: unit embeddings, [B, D].
///   - keys: unit embeddings of the other view, [B, D]; no gradient flows into them.
///   - queue: unit embeddings of other images, [M, D]; no gradient flows into them.
///   - temperature: tau.
public func queueContrastLoss(
  _ queries: Tensor, keys: Tensor, queue: Tensor, temperature: Double
) -> Tensor {
  let positive = (queries * keys.detached()).sum(along: [1], keep: true)
  let negatives = queries.matmul(queue.detached().transposed())
  let logits = Tensor.concatenated([positive, negatives], along: 1) / temperature
  return logits.crossEntropy(
    Tensor.full([queries.size(0)], 0, dtype: .int64, on: queries.device))
}

/// BYOL: the squared distance of unit vectors, mean over the batch of 2 - 2 cos(prediction, target)
/// (Grill et al., "Bootstrap Your Own Latent", NeurIPS 2020, equation 2).
///
/// - Parameters:
///   - prediction: [B, D], of any length.
///   - target: [B, D], of any length; no gradient flows into it.
public func bootstrapLoss(_ prediction: Tensor, target: Tensor) -> Tensor {
  2 - 2 * meanCosine(prediction, target.detached())
}

/// SimSiam: minus the cosine of prediction and target, mean over the batch (Chen and He, "Exploring Simple
/// Siamese Representation Learning", CVPR 2021, equation 1).
///
/// - Parameters:
///   - prediction: [B, D], of any length.
///   - target: [B, D], of any length; no gradient flows into it.
public func negativeCosineLoss(_ prediction: Tensor, target: Tensor) -> Tensor {
  -meanCosine(prediction, target.detached())
}

/// How far unit vectors spread: the standard deviation of each of their values over the batch, mean over the D
/// values, times sqrt(D). It is near 1 for directions that are even, and 0 where all are the same, which is
/// collapse (Chen and He, CVPR 2021, section 4.1; ProPos@cc35d8c, models/simsiam/simsiam.py). No gradient flows
/// through it.
///
/// - Parameter vectors: [B, D], of any length, B at least 2.
package func spreadOfDirections(_ vectors: Tensor) -> Tensor {
  let unit = vectors.detached().normalisedRows()
  let count = Double(max(2, unit.size(0)))
  let variances =
    (unit - unit.mean(along: [0], keep: true)).squared().sum(along: [0]) / (count - 1)
  return variances.squareRoot().mean() * Double(unit.size(1)).squareRoot()
}

/// The mean over the batch of the cosines of rows, [B, D] each.
private func meanCosine(_ a: Tensor, _ b: Tensor) -> Tensor {
  (a.normalisedRows() * b.normalisedRows()).sum(along: [1]).mean()
}

/// NT-Xent over clusters instead of images: each of the 2K columns of two views' predictions has to
/// find the same cluster's column of the other view (Li et al., "Contrastive Clustering", AAAI 2021,
/// equations 4 to 6, without the entropy).
///
/// - Parameters:
///   - first: probabilities of one view, [B, K].
///   - second: probabilities of the other view, [B, K].
///   - temperature: tau.
public func clusterContrastLoss(
  _ first: Tensor, _ second: Tensor, temperature: Double
) -> Tensor {
  ntXentLoss(first.transposed(), second.transposed(), temperature: temperature)
}

/// Every row of one matrix has to find the row of the same number among all rows of another, by inner
/// products: the mean cross-entropy of anchors candidates^T / tau to the diagonal.
///
/// - Parameters:
///   - anchors: [B, D]; unit rows for cosines.
///   - candidates: [B, D].
///   - temperature: tau.
public func rowContrastLoss(
  _ anchors: Tensor, _ candidates: Tensor, temperature: Double
) -> Tensor {
  (anchors.matmul(candidates.transposed()) / temperature)
    .crossEntropy(Tensor.indices(anchors.size(0), on: anchors.device))
}
