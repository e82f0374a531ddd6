import Torch

/// DCCM's loss of pseudo-labels: the binary cross-entropies of the probabilities and of the one-hot
/// reference, mean over the clusters; an image whose largest reference is below `threshold` counts in the
/// mean over the batch with 0 (Wu et al., "Deep Comprehensive Correlation Mining for Image Clustering",
/// ICCV 2019, equations 6 and 7; the binary form is the code's).
///
/// - Parameters:
///   - probabilities: [B, K].
///   - reference: fixed predictions of the same images, [B, K].
///   - threshold: the largest reference from which on an image is learnt from.
public func confidentLabelLoss(
  _ probabilities: Tensor, reference: Tensor, threshold: Double
) -> Tensor {
  let labels = ConfidentLabels(reference, threshold: threshold)
  let classes = labels.classes.oneHot(probabilities.size(1)).to(.float32)
  return (binaryCrossEntropies(probabilities, classes).mean(along: [1]) * labels.areConfident)
    .mean()
}

/// The largest clusters of fixed predictions, and which of them are confident.
package struct ConfidentLabels {
  /// int64 [B].
  package let classes: Tensor
  /// 1 or 0: [B].
  package let areConfident: Tensor

  /// - Parameters:
  ///   - reference: [B, K].
  ///   - threshold: what a confident image's largest value is at least.
  package init(_ reference: Tensor, threshold: Double) {
    classes = reference.argmax(along: 1)
    areConfident = reference.maximum(along: [1]).isLess(than: threshold).not().to(.float32)
  }
}
