import Methods
import Torch

/// Losses of features and predictions with their gradients. References: PyTorch's autograd, checked
/// against the official code of SimCLR and PICA. Errors are relative; the shared cases allow 1e-4.
/// B images, D dimensions, K clusters, N memory entries, M queue entries; "unit" rows have length
/// 1.
///
/// - `loss.instance_discrimination`: features [B, D], memory [N, D], both unit; index [B];
///   `temperature`. Softmax over the whole memory.
/// - `loss.ntxent`: a, b [B, D], not normalised; `temperature`. Mean over 2B anchors, both
///   directions.
/// - `loss.info_nce_queue`: query, key [B, D], queue [M, D], all unit; `temperature`. The positive
///   is the key of the same row, the negatives are the queue.
/// - `loss.byol`: prediction, target [B, D]. Mean of 2 - 2 cos.
/// - `loss.idfd_decorrelation`: features [B, D]; `temperature`. Cross-entropy of the D x D cosines
///   of columns to the diagonal.
/// - `loss.pica`: probabilities original, perturbed [N, K]; `lambda_`. Partition uncertainty plus
///   `lambda_` times the balance of `original`.
/// - `loss.scan`: probabilities anchor, neighbour [N, K]; `entropy_weight`. -mean log <anchor,
///   neighbour> minus the weighted entropy of the mean anchor.
/// - `loss.scl_semantic`: features [B, D], memory [N, D], both unit; hypotheses [N], index [B];
///   `temperature`. SCL's instance loss, cluster loss, and similarities [B, K] to the clusters
///   without an image's own entry.
let lossOperations: [String: ParityFile.Operation] = [
  "loss.instance_discrimination": { parity in
    let features = try parity.leaf("features")
    let loss = try instanceDiscriminationLoss(
      features, memory: parity.tensor("memory"), index: parity.indices("index"),
      temperature: parity.number("temperature"))
    return try largest(
      parity.relativeError(loss, "loss"), gradientError(of: loss, features, parity, "grad_features")
    )
  },

  "loss.ntxent": { parity in
    let (first, second) = (try parity.leaf("a"), try parity.leaf("b"))
    let loss = try ntXentLoss(first, second, temperature: parity.number("temperature"))
    return try largest(
      parity.relativeError(loss, "loss"), gradientError(of: loss, first, parity, "grad_a"),
      second.gradient.map { try parity.relativeError($0, "grad_b") } ?? .infinity)
  },

  "loss.info_nce_queue": { parity in
    let queries = try parity.leaf("query")
    let loss = try queueContrastLoss(
      queries, keys: parity.tensor("key"), queue: parity.tensor("queue"),
      temperature: parity.number("temperature"))
    return try largest(
      parity.relativeError(loss, "loss"), gradientError(of: loss, queries, parity, "grad_query"))
  },

  "loss.byol": { parity in
    let prediction = try parity.leaf("prediction")
    let loss = try bootstrapLoss(prediction, target: parity.tensor("target"))
    return try largest(
      parity.relativeError(loss, "loss"),
      gradientError(of: loss, prediction, parity, "grad_prediction"))
  },

  "loss.idfd_decorrelation": { parity in
    let features = try parity.leaf("features")
    let loss = try featureDecorrelation(features, temperature: parity.number("temperature"))
    return try largest(
      parity.relativeError(loss, "loss"), gradientError(of: loss, features, parity, "grad_features")
    )
  },

  "loss.pica": { parity in
    let (original, perturbed) = (try parity.leaf("original"), try parity.leaf("perturbed"))
    let loss =
      try partitionUncertainty(original, perturbed)
      + balanceLoss(original) * parity.number("lambda_")
    return try largest(
      parity.relativeError(loss, "loss"),
      gradientError(of: loss, original, parity, "grad_original"),
      perturbed.gradient.map { try parity.relativeError($0, "grad_perturbed") } ?? .infinity)
  },

  "loss.scan": { parity in
    let (anchor, neighbour) = (try parity.leaf("anchor"), try parity.leaf("neighbour"))
    let loss =
      try neighbourConsistency(anchor, neighbour)
      - meanPredictionEntropy(anchor) * parity.number("entropy_weight")
    return try largest(
      parity.relativeError(loss, "loss"),
      gradientError(of: loss, anchor, parity, "grad_anchor"),
      neighbour.gradient.map { try parity.relativeError($0, "grad_neighbour") } ?? .infinity)
  },

  "loss.scl_semantic": { parity in
    let (hypotheses, positions) = try (parity.positions("hypotheses"), parity.positions("index"))
    let memory = try ClusteredMemory(
      parity.tensor("memory"), hypotheses: hypotheses, clusters: (hypotheses.max() ?? -1) + 1)
    func affinities(_ features: Tensor) throws -> ClusterAffinities {
      try ClusterAffinities(
        features, memory: memory, positions: positions, temperature: parity.number("temperature"))
    }
    let first = try parity.leaf("features")
    let instance = try affinities(first).instanceLoss()
    let second = try parity.leaf("features")
    let cluster = try affinities(second).clusterLoss()
    let prediction = try affinities(parity.tensor("features")).prediction(perMember: false)
    return try largest(
      parity.relativeError(prediction, "similarity_prediction"),
      parity.relativeError(instance, "loss_instance"),
      gradientError(of: instance, first, parity, "grad_features_instance"),
      parity.relativeError(cluster, "loss_cluster"),
      gradientError(of: cluster, second, parity, "grad_features_cluster"))
  },
]

/// The relative error of a loss's gradient with respect to `leaf`. It runs the backward pass of
/// `loss`.
/// - Returns: infinity if there is no gradient.
private func gradientError(
  of loss: Tensor, _ leaf: Tensor, _ parity: ParityCase, _ expected: String
) throws -> Double {
  try loss.backward()
  return try leaf.gradient.map { try parity.relativeError($0, expected) } ?? .infinity
}
