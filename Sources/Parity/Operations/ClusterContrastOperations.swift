import Methods
import Torch

/// Losses of DCDC, DRC, PCL, TCC, DCGAN, SwAV, IMC-SwAV and TCL with their gradients, and what they learn from.
/// References: the official code where there is any, else PyTorch's autograd on the published formula. Errors
/// are relative. B images, D dimensions, K clusters, M queue entries; "unit" rows have length 1.
///
/// - `loss.dcdc`: probabilities original, perturbed [B, K]; `temperature`. Contrast of row and of column
///   cosines, plus the balance of `original`.
/// - `loss.drc`: logits original, augmented [B, K]; `temperature_features`, `temperature_probabilities`,
///   `lambda_`. Contrast of logits and of probability columns, plus the weighted squared sizes.
/// - `loss.pcl`: query [B, D], not normalised; key [B, D], queue [M, D], unit; for each of `granularities`
///   prototypes [K, D], densities [K], assigned [B], negatives; `temperature`. InfoNCE plus the mean over the
///   granularities.
/// - `density.pcl`: points [N, D], centres [K, D], labels [N]; `temperature`.
/// - `loss.tcc`: features, key [B, D], prototypes, key_prototypes [K, D], queue, cluster_queue, unit; noise,
///   key_noise [B, K]; `temperature`, `gumbel_temperature`, `sharpen_weight`.
/// - `loss.dcgan`: real_logits, fake_logits [B]. Both networks' losses.
/// - `features.dcgan`: `maps` inputs map_0, map_1, ... [B, C, S, S]. Max-pooled to 4 x 4 and joined.
/// - `loss.swav_sinkhorn`: scores [V, B, K]; `epsilon`, `iterations`, `temperature`, `assigned_views`.
/// - `loss.imc_swav`: logits [B, K], prototype_logits [B, P]; `marginal_weight`, `regulariser_weight`.
/// - `loss.tcl`: instances [B, D], not normalised, cluster probabilities [B, K], of two views;
///   `instance_temperature`, `cluster_temperature`.
/// - `loss.tcl_boost`: instances of two views, logits [B, K], labels [B], -1 for none; `temperature`,
///   `clusters`.
/// - `pseudo_labels.tcl`: probabilities [B, K], current labels [B]; `alpha`, `gamma`. The labels that follow;
///   absolute error.
let clusterContrastOperations: [String: ParityFile.Operation] = [
  "loss.dcdc": { parity in
    let (original, perturbed) = (try parity.leaf("original"), try parity.leaf("perturbed"))
    let temperature = try parity.number("temperature")
    let loss = DCDC.contrasts(original, perturbed, temperature: temperature)
    return try parity.error(
      of: loss.rows + loss.columns + balanceLoss(original),
      gradients: [("grad_original", original), ("grad_perturbed", perturbed)])
  },

  "loss.drc": { parity in
    let (original, augmented) = (try parity.leaf("original"), try parity.leaf("augmented"))
    let probabilities = original.softmax(along: 1)
    let features = try rowContrastLoss(
      original, augmented, temperature: parity.number("temperature_features"))
    let columns = try rowContrastLoss(
      probabilities.transposed(), augmented.softmax(along: 1).transposed(),
      temperature: parity.number("temperature_probabilities"))
    let sizes = squaredSizesLoss(probabilities)
    return try parity.error(
      of: features + columns + sizes * parity.number("lambda_"),
      parts: [
        ("loss_features", features), ("loss_probabilities", columns), ("loss_sizes", sizes),
      ],
      gradients: [("grad_original", original), ("grad_augmented", augmented)])
  },

  "loss.pcl": { parity in
    let raw = try parity.leaf("query")
    let queries = raw.normalisedRows()
    let instance = try queueContrastLoss(
      queries, keys: parity.tensor("key"), queue: parity.tensor("queue"),
      temperature: parity.number("temperature"))
    let granularities = try parity.integer("granularities", in: 1...64)
    let prototypes =
      try (0..<granularities).map {
        try prototypeContrastLoss(
          queries, prototypes: parity.tensor("prototypes_\($0)"),
          densities: parity.tensor("densities_\($0)", rank: 1),
          assigned: parity.indices("assigned_\($0)"), negatives: parity.indices("negatives_\($0)"))
      }.reduce(Tensor.zeros([])) { $0 + $1 } / Double(granularities)
    return try parity.error(
      of: instance + prototypes,
      parts: [("loss_instance", instance), ("loss_prototype", prototypes)],
      gradients: [("grad_query", raw)])
  },

  "density.pcl": { parity in
    let densities = try prototypeDensities(
      parity.tensor("points"), centres: parity.tensor("centres"), labels: parity.indices("labels"),
      temperature: parity.number("temperature"))
    return try parity.relativeError(densities, "densities")
  },

  "loss.tcc": { parity in
    let (features, key) = (try parity.leaf("features"), try parity.tensor("key"))
    let (prototypes, keyPrototypes) = (
      try parity.leaf("prototypes"), try parity.tensor("key_prototypes")
    )
    let temperature = try parity.number("temperature")
    func assignment(_ rows: Tensor, _ prototypes: Tensor, _ noise: String) throws -> Tensor {
      try prototypeAssignment(
        rows, prototypes: prototypes, noise: parity.tensor(noise),
        temperature: parity.number("gumbel_temperature"))
    }
    let assigned = try assignment(features, prototypes, "noise")
    let clusters = clusterRepresentations(features, assignment: assigned)
    let keyClusters = try clusterRepresentations(
      key, assignment: assignment(key, keyPrototypes, "key_noise"))
    let instance = try queueContrastLoss(
      features, keys: key, queue: parity.tensor("queue"), temperature: temperature)
    let cluster = try clusterQueueContrastLoss(
      clusters, keys: keyClusters, queue: parity.tensor("cluster_queue"), temperature: temperature)
    let plain = prototypeAssignment(features, prototypes: prototypes, noise: nil, temperature: 1)
    let sharpen = targetDivergence(sharpenedTarget(plain, isFixed: false), plain)
    return try parity.error(
      of: instance + cluster + sharpen * parity.number("sharpen_weight"),
      parts: [
        ("assignment", assigned), ("clusters", clusters), ("loss_instance", instance),
        ("loss_cluster", cluster), ("loss_sharpen", sharpen),
      ],
      gradients: [("grad_features", features), ("grad_prototypes", prototypes)])
  },

  "loss.dcgan": { parity in
    let real = try parity.leaf("real_logits", rank: 1)
    let (judged, made) = (
      try parity.leaf("fake_logits", rank: 1), try parity.leaf("fake_logits", rank: 1)
    )
    let discriminator =
      adversarialLoss(real, areReal: true) + adversarialLoss(judged, areReal: false)
    let generator = adversarialLoss(made, areReal: true)
    return try largest(
      parity.error(
        of: discriminator, named: "loss_discriminator",
        gradients: [("grad_real_logits", real), ("grad_fake_logits_discriminator", judged)]),
      parity.error(
        of: generator, named: "loss_generator",
        gradients: [("grad_fake_logits_generator", made)]))
  },

  "features.dcgan": { parity in
    let maps = try (0..<parity.integer("maps", in: 1...64)).map {
      try parity.tensor("map_\($0)", rank: 4)
    }
    return try parity.relativeError(pooledMaps(maps), "features")
  },

  "loss.swav_sinkhorn": { parity in
    let scores = try parity.leaf("scores", rank: 3)
    let views = (0..<scores.size(0)).map { scores.narrowed(0, to: $0..<$0 + 1).squeezed(0) }
    let assigned = try parity.integer("assigned_views", in: 1...max(1, views.count))
    let assignments = try views.prefix(assigned).map {
      try balancedAssignments(
        $0, epsilon: parity.number("epsilon"),
        iterations: parity.integer("iterations", in: 0...1000))
    }
    let loss = try swappedPredictionLoss(
      views, assignments: assignments, temperature: parity.number("temperature"))
    return try parity.error(
      of: loss, parts: [("assignments", .concatenated(assignments))],
      gradients: [("grad_scores", scores)])
  },

  "loss.imc_swav": { parity in
    let (logits, prototypes) = (try parity.leaf("logits"), try parity.leaf("prototype_logits"))
    let regulariser = try logitExcess(logits) * parity.number("regulariser_weight")
    let loss = try clusterInformationLoss(
      logits, prototypeLogits: prototypes, marginalWeight: parity.number("marginal_weight"))
    return try parity.error(
      of: loss, parts: [("regulariser", regulariser)],
      gradients: [("grad_logits", logits), ("grad_prototype_logits", prototypes)])
  },

  "loss.tcl": { parity in
    let instances = try [parity.leaf("instance_1"), parity.leaf("instance_2")]
    let clusters = try [parity.leaf("cluster_1"), parity.leaf("cluster_2")]
    let instance = try ntXentLoss(
      instances[0], instances[1], temperature: parity.number("instance_temperature"))
    let cluster =
      try clusterContrastLoss(
        clusters[0], clusters[1], temperature: parity.number("cluster_temperature"))
      + balanceLoss(clusters[0]) + balanceLoss(clusters[1])
    return try parity.error(
      of: instance + cluster, parts: [("loss_instance", instance), ("loss_cluster", cluster)],
      gradients: [
        ("grad_instance_1", instances[0]), ("grad_instance_2", instances[1]),
        ("grad_cluster_1", clusters[0]), ("grad_cluster_2", clusters[1]),
      ])
  },

  "loss.tcl_boost": { parity in
    let (first, second) = (try parity.leaf("instance_1"), try parity.leaf("instance_2"))
    let logits = try parity.leaf("logits")
    let labels = Tensor(try labels("labels", parity)).to(logits.device)
    let instance = try labelledContrastLoss(
      first, second, labels: labels, temperature: parity.number("temperature"))
    let cluster = PseudoLabels(labels: labels, clusters: logits.size(1)).crossEntropy(logits)
    return try parity.error(
      of: instance + cluster, parts: [("loss_instance", instance), ("loss_cluster", cluster)],
      gradients: [
        ("grad_instance_1", first), ("grad_instance_2", second), ("grad_logits", logits),
      ])
  },

  "pseudo_labels.tcl": { parity in
    let probabilities = try parity.tensor("probabilities")
    let current = try labels("current", parity)
    guard current.count == probabilities.size(0) else {
      throw ParityError.wrongShape(
        case: parity.name, input: "current", found: [current.count],
        expected: "one label for each row of probabilities")
    }
    let updated = try BoostedLabels(current, probabilities)
      .updated(alpha: parity.number("alpha"), gamma: parity.number("gamma"))
    return try parity.largestError(updated.map(Double.init), "labels")
  },
]

/// Labels of images, -1 for none.
/// - Throws: `ParityError.outOfRange` below -1 or from a million on.
private func labels(_ name: String, _ parity: ParityCase) throws -> [Int] {
  let labels = try parity.values(name, as: Int64.self).map(Int.init)
  if let wrong = labels.first(where: { !(-1..<1_000_000).contains($0) }) {
    throw ParityError.outOfRange(
      case: parity.name, name: name, value: wrong, expected: "-1 to 999999")
  }
  return labels
}
