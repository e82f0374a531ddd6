import Torch
import Vision

// The terms that SCL and its warm-up share.

extension MemoryBank {
  /// One unit vector m for every image that is learnt from.
  init<Settings>(_ settings: SCLCommonSettings, for inputs: MethodInputs<Settings>) {
    self.init(
      count: inputs.images.count, dimensions: settings.dimensions,
      momentum: settings.memoryMomentum, seed: inputs.context.seed, on: inputs.context.device)
  }
}

/// Instance discrimination without regard to clusters, the mean over both views.
func instanceTerm(
  _ a: SCLNetwork.Output, _ b: SCLNetwork.Output, _ bank: MemoryBank, _ batch: Batch,
  temperature: Double
) -> Tensor {
  func loss(_ view: SCLNetwork.Output) -> Tensor {
    instanceDiscriminationLoss(
      view.embedding, memory: bank.vectors, index: batch.index, temperature: temperature)
  }
  return (loss(a) + loss(b)) / 2
}

/// L_view of a classifier, without its weight: PICA's partition uncertainty of its predictions p, [B, K], from
/// each view to the other, averaged.
func viewTerm(_ a: Tensor, _ b: Tensor) -> Tensor {
  (partitionUncertainty(a, b) + partitionUncertainty(b, a)) / 2
}

/// L_balance of the predictions of two views, each [B, K], without its weight: the mean.
func balanceTerm(_ a: Tensor, _ b: Tensor) -> Tensor {
  (balanceLoss(a) + balanceLoss(b)) / 2
}

/// L_over: L_view and L_balance of the second classifier, weighted, as one term; none without an over-clustering.
/// As the auxiliary heads of IIC and PICA, it is trained as the first classifier is, and no cluster comes from it.
func overClusteringTerm(
  _ a: SCLNetwork.Output, _ b: SCLNetwork.Output, viewWeight: Double, balanceWeight: Double
) -> [LossTerm] {
  guard let first = a.overClustering, let second = b.overClustering else { return [] }
  let loss = viewTerm(first, second) * viewWeight + balanceTerm(first, second) * balanceWeight
  return [("over_clustering", loss)]
}
