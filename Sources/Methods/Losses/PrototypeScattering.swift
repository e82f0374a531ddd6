import Torch

/// The directions of the clusters of a batch: unit means of its unit vectors by cluster, zero for a cluster that
/// the batch has no image of (Huang et al., "Learning Representation for Clustering via Prototype Scattering and
/// Positive Sampling", TPAMI 2022; ProPos@cc35d8c, models/propos/byol_wrapper.py).
///
/// - Parameters:
///   - vectors: [B, D], of any length.
///   - labels: the cluster of each, int64 [B], in 0..<clusters.
///   - clusters: K.
/// - Returns: [K, D].
public func clusterDirections(_ vectors: Tensor, labels: Tensor, clusters: Int) -> Tensor {
  let members = labels.oneHot(clusters).to(.float32)
  let sizes = members.sum(along: [0]).clamped(atLeast: 1).unsqueezed(1)
  return (members.transposed().matmul(vectors.normalisedRows()) / sizes).normalisedRows()
}

/// Prototype scattering: each cluster's direction in one view has to find that in the other view among those of
/// the other clusters, so that these part,
/// L = -mean_k log [ exp(q_k . k_k / tau) / (exp(q_k . k_k / tau) + sum over m != k of exp(q_k . q_m / tau)) ]
/// over the clusters that the batch has images of (the same paper and code). A cluster without images counts with
/// a logit of -10, as in the code.
///
/// - Parameters:
///   - queries: q, directions by the network that learns, [K, D].
///   - keys: k, directions by the momentum encoder, [K, D]; no gradient flows into them.
///   - labels: the cluster of each image of the batch, int64 [B].
///   - temperature: tau.
public func prototypeScatteringLoss(
  _ queries: Tensor, keys: Tensor, labels: Tensor, temperature: Double
) -> Tensor {
  let clusters = queries.size(0)
  let indices = Tensor.indices(clusters, on: queries.device)
  let isOwn = indices.unsqueezed(1).isEqual(to: indices.unsqueezed(0))
  let isAbsent = labels.oneHot(clusters).to(.float32).sum(along: [0]).isEqual(to: 0)
  let own = (queries * keys.detached()).sum(along: [1], keep: true)
  let logits = isOwn.select(own, else: queries.matmul(queries.transposed())) / temperature
  let losses = logits.filled(where: isAbsent.unsqueezed(0), with: -10).crossEntropies(indices)
  let present = 1 - isAbsent.to(.float32)
  return (losses * present).sum() / present.sum()
}
