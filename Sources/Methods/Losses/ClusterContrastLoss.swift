import Torch

/// The softmax assignment of embeddings to prototypes with Gumbel noise: softmax_k((x_i . mu_k + g_ik) / lambda)
/// (Jang, Gu and Poole, "Categorical Reparameterization with Gumbel-Softmax", ICLR 2017, equation 2).
///
/// - Parameters:
///   - embeddings: unit x, [B, D].
///   - prototypes: unit mu, [K, D].
///   - noise: g, [B, K]; nil for none.
///   - temperature: lambda.
/// - Returns: [B, K].
public func prototypeAssignment(
  _ embeddings: Tensor, prototypes: Tensor, noise: Tensor?, temperature: Double
) -> Tensor {
  let similarities = embeddings.matmul(prototypes.transposed())
  return ((noise.map { similarities + $0 } ?? similarities) / temperature).softmax(along: 1)
}

/// One unit vector for each cluster of a batch, r_k = sum_i a_ik x_i at unit length (Shen et al., "You Never
/// Cluster Alone", NeurIPS 2021).
///
/// - Parameters:
///   - embeddings: x, [B, D].
///   - assignment: a, [B, K].
/// - Returns: [K, D].
public func clusterRepresentations(_ embeddings: Tensor, assignment: Tensor) -> Tensor {
  assignment.transposed().matmul(embeddings).normalisedRows()
}

/// A cluster's representation has to find the key's of the same cluster, among all other clusters of the batch,
/// all the key's, and earlier representations of other clusters (TCC's first author's code, commit f70a1cc).
///
/// - Parameters:
///   - clusters: unit r, [K, D].
///   - keys: the key's, unit, [K, D]; no gradient flows into them.
///   - queue: unit, [Q, D], entry m of cluster m mod K; no gradient flows into them.
///   - temperature: tau.
public func clusterQueueContrastLoss(
  _ clusters: Tensor, keys: Tensor, queue: Tensor, temperature: Double
) -> Tensor {
  let count = clusters.size(0)
  let own = Tensor.indices(count, on: clusters.device).unsqueezed(1)
  let classes = Tensor.indices(queue.size(0), on: queue.device).remainder(Double(count))
    .to(.int64).unsqueezed(0)
  let others = clusters.matmul(clusters.transposed())
    .filled(where: own.isEqual(to: own.transposed()), with: -1e9)
  let earlier = clusters.matmul(queue.detached().transposed())
    .filled(where: own.isEqual(to: classes), with: -1e9)
  let found = clusters.matmul(keys.detached().transposed())
  return (Tensor.concatenated([found, others, earlier], along: 1) / temperature)
    .crossEntropy(Tensor.indices(count, on: clusters.device))
}
