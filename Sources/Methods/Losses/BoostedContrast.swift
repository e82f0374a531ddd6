import Foundation
import Torch

/// TCL's boosting stage: labels that confident predictions give images, and losses that learn from them (Li et
/// al., "Twin Contrastive Learning for Online Clustering", IJCV 2022, section 3.3; commit 00bc855).
///
/// ```swift
/// let labels = try BoostedLabels(current, predictions).updated(alpha: 0.99, gamma: 0.5)
/// ```
public struct BoostedLabels {
  /// The label of each image, -1 where it has none.
  public let labels: [Int]
  /// Of each image's largest probability: its cluster and its value.
  private let clusters: [Int]
  private let confidences: [Double]
  private let clusterCount: Int

  /// - Parameters:
  ///   - labels: of the batch so far, -1 for none.
  ///   - probabilities: [B, K].
  public init(_ labels: [Int], _ probabilities: Tensor) throws {
    self.labels = labels
    clusters = try probabilities.argmax(along: 1).integers().map { Int($0) }
    confidences = try probabilities.maximum(along: [1]).floats().map(Double.init)
    clusterCount = max(1, probabilities.size(1))
  }

  /// The labels once the most confident images of each cluster, ceil(B / K x gamma) of the batch, have got
  /// one unless they had one, and all whose confidence is below alpha have lost it. Gamma counts from 0 to 1.
  public func updated(alpha: Double, gamma: Double) -> [Int] {
    let share = gamma > 0 ? min(gamma, 1) : 0
    let most = Int((Double(labels.count) / Double(clusterCount) * share).rounded(.up))
    var updated = labels
    for cluster in 0..<clusterCount {
      let members = clusters.indices.filter { clusters[$0] == cluster }
      // Of equally confident ones, the first.
      let ranked = members.sorted { (-confidences[$0], $0) < (-confidences[$1], $1) }
      for image in ranked.prefix(most) where updated[image] == -1 { updated[image] = cluster }
    }
    return zip(updated, confidences).map { $1 < alpha ? -1 : $0 }
  }
}

/// NT-Xent without the negatives that have the anchor's label.
///
/// - Parameters:
///   - first: embeddings of one view, [B, D], of any length.
///   - second: embeddings of the other view, [B, D].
///   - labels: int64 [B], -1 for none.
///   - temperature: tau.
public func labelledContrastLoss(
  _ first: Tensor, _ second: Tensor, labels: Tensor, temperature: Double
) -> Tensor {
  let count = first.size(0)
  let all = Tensor.concatenated([first, second]).normalisedRows()
  let indices = Tensor.indices(2 * count, on: first.device)
  let partners = (indices + Double(count)).remainder(Double(2 * count)).to(.int64)
  // Images without a label have one of their own, which both views share.
  let others = Tensor.indices(count, on: first.device).to(.float32) + 1e6
  let own = labels.isEqual(to: -1).select(others, else: labels.to(.float32))
  let classes = Tensor.concatenated([own, own])
  let same = classes.unsqueezed(1).isEqual(to: classes.unsqueezed(0))
  let positive = partners.unsqueezed(1).isEqual(to: indices.unsqueezed(0))
  let leftOut = positive.select(Tensor.zeros([1], on: first.device), else: same.to(.float32))
  let logits = (all.matmul(all.transposed()) / temperature)
    .filled(where: leftOut.isGreater(than: 0), with: -1e9)
  return logits.crossEntropy(partners)
}
