import Methods
import Torch

/// Losses of methods whose features are clustered by k-means, with their gradients: autoencoders, prediction
/// between views, and neighbourhoods in a memory. References: the official code of SimSiam, AND and ProPos,
/// PyTorch's example of a VAE, and PyTorch's autograd. Errors are relative; the shared cases allow 1e-4.
/// B images, P pixels, D dimensions, K clusters, N memory entries.
///
/// - `loss.vae`: image, reconstruction [B, P], mean, log_variance, noise [B, D]; `likelihood`. Sums over the
///   batch. The reconstruction is an input of its own, not made of the sample.
/// - `loss.dae`: image, kept, reconstruction [B, P]; `form`.
/// - `loss.simsiam`: prediction_1, prediction_2, projection_1, projection_2 [B, D], not normalised.
/// - `loss.and_neighbourhood`: features [B, D], memory [N, D], both unit; index [B]; `temperature`,
///   `select_rate`, `round`, `neighbour_count`, `momentum`. Also anchors with their neighbours, and the memory
///   after the step.
/// - `loss.propos`: query, prediction [B, D], not normalised, key [B, D] unit, labels [B]; `temperature`,
///   `clusters`, `scattering_weight`.
let representationLossOperations: [String: ParityFile.Operation] = [
  "loss.vae": { parity in
    let image = try parity.tensor("image")
    let (mean, logVariance) = (try parity.leaf("mean"), try parity.leaf("log_variance"))
    let reconstruction = try parity.leaf("reconstruction")
    let likelihood = try parity.text("likelihood")
    let images = Double(image.size(0))
    let terms = try (
      reconstruction: images * reconstructionLoss(likelihood, reconstruction, image, parity),
      divergence: images * standardNormalDivergence(mean: mean, logVariance: logVariance)
    )
    let sample = try gaussianSample(
      mean: mean, logVariance: logVariance, noise: parity.tensor("noise"))
    return try parity.error(
      of: terms.reconstruction + terms.divergence,
      parts: [
        ("sample", sample), ("loss_reconstruction", terms.reconstruction),
        ("loss_divergence", terms.divergence),
      ],
      gradients: [
        ("grad_mean", mean), ("grad_log_variance", logVariance),
        ("grad_reconstruction", reconstruction),
      ])
  },

  "loss.dae": { parity in
    let (image, kept) = (try parity.tensor("image"), try parity.tensor("kept"))
    let reconstruction = try parity.leaf("reconstruction")
    let loss = try reconstructionLoss(parity.text("form"), reconstruction, image, parity)
    return try parity.error(
      of: loss, parts: [("corrupted", image * kept)],
      gradients: [("grad_reconstruction", reconstruction)])
  },

  "loss.simsiam": { parity in
    let (first, second) = (try parity.leaf("prediction_1"), try parity.leaf("prediction_2"))
    let both =
      try negativeCosineLoss(first, target: parity.tensor("projection_2"))
      + negativeCosineLoss(second, target: parity.tensor("projection_1"))
    return try parity.error(
      of: both / 2, gradients: [("grad_prediction_1", first), ("grad_prediction_2", second)])
  },

  "loss.and_neighbourhood": { parity in
    let (features, memory) = (try parity.leaf("features"), try parity.tensor("memory"))
    let (index, images) = (try parity.indices("index"), memory.size(0))
    let temperature = try parity.number("temperature")
    let round = Double(try parity.integer("round", in: 0...1_000_000))
    let anchors = try Double(images) * parity.number("select_rate") * round
    let found = try AnchorNeighbourhoods(
      memory: memory, anchors: anchors < Double(images) ? Int(max(0, anchors)) : images,
      neighbours: parity.integer("neighbour_count", in: 1...max(1, images - 1)),
      temperature: temperature, threads: 1)
    let isAnchor = Set(found.anchors)
    let size = found.neighbours.size(1)
    let neighbours = try found.neighbours.integers().enumerated().map { place, neighbour in
      isAnchor.contains(place / size) ? Double(neighbour) : -1
    }
    let bank = MemoryBank(
      count: images, dimensions: memory.size(1), momentum: try parity.number("momentum"), seed: 0,
      on: ParityFile.device)
    bank.vectors.copy(from: memory)
    bank.update(index, with: features)
    let loss = neighbourhoodLoss(
      features, memory: memory, index: index, neighbours: found.neighbours,
      temperature: temperature)
    return try largest(
      parity.largestError(found.anchors.sorted().map(Double.init), "anchors"),
      parity.largestError(neighbours, "neighbours"),
      parity.relativeError(found.entropies.map(Double.init), "entropy"),
      parity.error(
        of: loss, parts: [("memory_updated", bank.vectors.rows(index))],
        gradients: [("grad_features", features)]))
  },

  "loss.propos": { parity in
    let (query, prediction) = (try parity.leaf("query"), try parity.leaf("prediction"))
    let (key, labels) = (try parity.tensor("key"), try parity.indices("labels"))
    let clusters = try parity.integer("clusters", in: 1...10_000)
    let queries = clusterDirections(query, labels: labels, clusters: clusters)
    let keys = clusterDirections(key, labels: labels, clusters: clusters)
    // The code leaves the constant 2 out.
    let alignment = bootstrapLoss(prediction, target: key) - 2
    let scattering = try prototypeScatteringLoss(
      queries, keys: keys, labels: labels, temperature: parity.number("temperature"))
    return try parity.error(
      of: alignment + scattering * parity.number("scattering_weight"),
      parts: [
        ("query_centres", queries), ("key_centres", keys), ("loss_alignment", alignment),
        ("loss_scattering", scattering),
      ],
      gradients: [("grad_query", query), ("grad_prediction", prediction)])
  },
]

/// How far a reconstruction is from images, by the name of the distance.
/// - Throws: `ParityError.unknownValue`.
private func reconstructionLoss(
  _ form: String, _ reconstruction: Tensor, _ image: Tensor, _ parity: ParityCase
) throws -> Tensor {
  switch form {
  case "bernoulli", "cross-entropy": bernoulliReconstruction(reconstruction, image)
  case "gaussian": gaussianReconstruction(reconstruction, image)
  case "squared": (reconstruction - image).squared().mean()
  default: throw ParityError.unknownValue(case: parity.name, name: "form", value: form)
  }
}
