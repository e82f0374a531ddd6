import Torch

/// Assignments of a batch to prototypes that use all prototypes alike, by Sinkhorn's iterations (Caron et al.,
/// "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments", NeurIPS 2020, section 3.1).
///
/// exp(scores / epsilon) is scaled, alternately, so that every prototype has the same share of the batch, and
/// every image the same share of the prototypes.
///
/// - Parameters:
///   - scores: similarities to the prototypes, [B, K].
///   - epsilon: what they are divided by; the smaller, the harder the assignments.
///   - iterations: how often both are scaled.
/// - Returns: [B, K], rows of sum 1, without gradients.
public func balancedAssignments(_ scores: Tensor, epsilon: Double, iterations: Int) -> Tensor {
  let scores = scores.detached().to(.float64) / epsilon
  // Scaled by the largest, so that no exponential overflows.
  let matrix = (scores - scores.reshaped([-1]).maximum(along: [0])).exp()
  return Sinkhorn(matrix, rowsFirst: false, iterations: iterations)
    .rows(0..<scores.size(0)).to(.float32)
}

/// SwAV's swapped prediction: the assignments of some views, by every other view's softmax over the prototypes
/// (the same paper, equations 1 and 2), the mean over all such pairs.
///
/// - Parameters:
///   - scores: similarities to the prototypes by view, each [B, K].
///   - assignments: those of the first views, each [B, K].
///   - temperature: tau.
public func swappedPredictionLoss(
  _ scores: [Tensor], assignments: [Tensor], temperature: Double
) -> Tensor {
  let predictions = scores.map { ($0 / temperature).logSoftmax(along: 1) }
  let losses = assignments.enumerated().flatMap { number, assignment in
    predictions.indices.filter { $0 != number }.map {
      -(assignment * predictions[$0]).sum(along: [1]).mean()
    }
  }
  guard let first = losses.first else { return Tensor.zeros([]) }
  return losses.dropFirst().reduce(first) { $0 + $1 } / Double(losses.count)
}

/// Minus the mutual information of clusters and prototypes, with the entropy of the clusters weighted (Ntelemis,
/// Jin and Thomas, "Information Maximization Clustering via Multi-View Self-Labelling", 2021; IMC-SwAV,
/// commit 7849ae5): with P the joint distribution, normalised sum_i p_i q_i^T,
/// L = -sum P log P + sum P log P_prototype + `marginalWeight` x sum P log P_cluster.
///
/// - Parameters:
///   - logits: of the clusters, [B, K].
///   - prototypeLogits: of the prototypes, [B, P].
///   - marginalWeight: the weight of the clusters' marginal.
public func clusterInformationLoss(
  _ logits: Tensor, prototypeLogits: Tensor, marginalWeight: Double
) -> Tensor {
  let product = logits.softmax(along: 1).transposed().matmul(prototypeLogits.softmax(along: 1))
  let joint = product / product.sum()
  func logarithm(_ shares: Tensor) -> Tensor { shares.clamped(atLeast: 1e-30).log() }
  let clusters = logarithm(joint.sum(along: [1], keep: true))
  let prototypes = logarithm(joint.sum(along: [0], keep: true))
  return (joint * (prototypes - logarithm(joint) + clusters * marginalWeight)).sum()
}

/// What logits exceed a bound by, in absolute value: summed over the clusters, mean over the batch (IMC-SwAV,
/// commit 7849ae5).
public func logitExcess(_ logits: Tensor, above bound: Double = 5) -> Tensor {
  (logits.absolute() - bound).relu().sum(along: [1]).mean()
}
