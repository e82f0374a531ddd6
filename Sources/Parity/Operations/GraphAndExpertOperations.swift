import Methods
import Torch

/// Losses of GCC, NNM and MiCE with what belongs to them. References: the official code of each.
/// Errors are relative; the shared cases allow 1e-4, and 1e-5 for prototypes. B images, D dimensions,
/// K clusters, N images of a graph, M queue entries.
///
/// - `loss.gcc_rgc`: features, augmented [B, D] unit; with `neighbour_count` k above 0 also neighbours
///   [k, B, D] unit and neighbour_weights [k, B]; `temperature`. Contrast along the graph.
/// - `loss.gcc_agc`: logits, neighbour_logits [B, K]; `lambda_`. PICA's two terms between an image and a
///   neighbour.
/// - `graph.gcc_weights`: indices [N, k + 1]. The weight of each image as a neighbour.
/// - `loss.nnm`: logits anchor, neighbour, augmented [B, K]; batch_neighbour [B]; probabilities
///   global_neighbour [B, K] if `has_global`; `entropy_weight`.
/// - `loss.mice`: student, teacher [B, K, D], gate [B, D], queue [M, K, D], gating_prototypes,
///   expert_prototypes [K, D]; `temperature`. Loss, gate, posterior, and prototypes and queue after the
///   batch.
/// - `prototypes.max_mahalanobis`: `clusters`, `dimensions`.
let graphAndExpertOperations: [String: ParityFile.Operation] = [
  "loss.gcc_rgc": { parity in
    let (features, augmented) = (try parity.leaf("features"), try parity.leaf("augmented"))
    var gradients = [("grad_features", features), ("grad_augmented", augmented)]
    var neighbours: [GraphNeighbours] = []
    let count = try parity.integer("neighbour_count", in: 0...1000)
    if count > 0 {
      let embeddings = try parity.leaf("neighbours", rank: 3)
      let weights = try parity.tensor("neighbour_weights")
      gradients.append(("grad_neighbours", embeddings))
      neighbours = (0..<count).map {
        GraphNeighbours(
          embeddings: embeddings.narrowed(0, to: $0..<$0 + 1).squeezed(0),
          weights: weights.narrowed(0, to: $0..<$0 + 1).squeezed(0))
      }
    }
    let loss = try graphContrastLoss(
      features, augmented, neighbours: neighbours, temperature: parity.number("temperature"))
    return try parity.error(of: loss, gradients: gradients)
  },

  "loss.gcc_agc": { parity in
    let (logits, neighbour) = (try parity.leaf("logits"), try parity.leaf("neighbour_logits"))
    let (p, q) = (logits.softmax(along: 1), neighbour.softmax(along: 1))
    let (partition, balance) = (partitionUncertainty(p, q), balanceLoss(p))
    return try parity.error(
      of: partition + balance * parity.number("lambda_"),
      parts: [("loss_partition", partition), ("loss_balance", balance)],
      gradients: [("grad_logits", logits), ("grad_neighbour_logits", neighbour)])
  },

  "graph.gcc_weights": { parity in
    let shape = try parity.shape("indices", rank: 2)
    let indices = try parity.values("indices", as: Int64.self).map(Int.init)
    if let wrong = indices.first(where: { !(0..<shape[0]).contains($0) }) {
      throw ParityError.outOfRange(
        case: parity.name, name: "indices", value: wrong, expected: "0 to \(shape[0] - 1)")
    }
    return try parity.relativeError(
      graphNeighbourWeights(indices, width: shape[1]).map(Double.init), "weights")
  },

  "loss.nnm": { parity in
    let (anchor, neighbour) = (try parity.leaf("anchor"), try parity.leaf("neighbour"))
    let augmented = try parity.leaf("augmented")
    let matching = try NeighbourMatching(
      anchor: anchor.softmax(along: 1), neighbour: neighbour.softmax(along: 1),
      augmented: augmented.softmax(along: 1), batchNeighbour: parity.indices("batch_neighbour"))
    let hasGlobal = try parity.integer("has_global", in: 0...1) == 1
    var loss =
      try matching.consistency + matching.classes
      - matching.entropy * parity.number("entropy_weight")
    if hasGlobal { loss = try loss + matching.agreement(with: parity.tensor("global_neighbour")) }
    return try parity.error(
      of: loss,
      parts: [
        ("loss_consistency", matching.consistency), ("loss_class", matching.classes),
        ("entropy", matching.entropy),
      ],
      gradients: [
        ("grad_anchor", anchor), ("grad_neighbour", neighbour), ("grad_augmented", augmented),
      ])
  },

  "loss.mice": { parity in
    let (student, gate) = (try parity.leaf("student", rank: 3), try parity.leaf("gate"))
    let prototypes = try parity.leaf("expert_prototypes")
    let teacher = try parity.tensor("teacher", rank: 3)
    let keys = try parity.tensor("queue", rank: 3)
    let experts = try ContrastiveExperts(
      student: student, teacher: teacher, gate: gate, queue: keys,
      gating: parity.tensor("gating_prototypes"), prototypes: prototypes,
      temperature: parity.number("temperature"))
    // The loss reads the queue, so it comes before the queue changes.
    let error = try parity.error(
      of: experts.loss,
      parts: [("log_gate", experts.logGate), ("posterior", experts.logPosterior.exp())],
      gradients: [
        ("grad_student", student), ("grad_gate", gate), ("grad_expert_prototypes", prototypes),
      ])
    let queue = KeyQueue(startingFrom: keys.copy())
    queue.append(teacher)
    return try largest(
      error,
      parity.relativeError(
        experts.prototypeSums(teacher).normalisedRows(), "prototypes_updated"),
      parity.relativeError(queue.keys, "queue_updated"))
  },

  "prototypes.max_mahalanobis": { parity in
    let clusters = try parity.integer("clusters", in: 2...1000)
    let dimensions = try parity.integer("dimensions", in: (clusters - 1)...4096)
    return try parity.relativeError(
      maxMahalanobisPrototypes(clusters: clusters, dimensions: dimensions), "prototypes")
  },
]
