import Core
import Torch

/// What a step's two views, a and b, predict of each of its images.
struct SCLViews {
  /// p of both, each [B, K].
  let boundary: (a: Tensor, b: Tensor)
  /// q of both, each [B, K].
  let similarity: (a: Tensor, b: Tensor)

  /// The mean over the views of the normalised p q, without gradients: [B, K].
  var consensus: Tensor {
    let sum =
      normalisedProduct(boundary.a.detached(), similarity.a.detached())
      + normalisedProduct(boundary.b.detached(), similarity.b.detached())
    return sum / 2
  }
}

/// How similar embeddings are to the clusters of the memory.
struct SCLSimilarity {
  /// q, [M, K].
  let prediction: Tensor
  /// What the semantic term is made of; nil where neither it nor q needs it.
  let affinities: ClusterAffinities?

  /// - Parameters:
  ///   - features: unit embeddings x, [M, D].
  ///   - memory: the bank by the current hypotheses.
  ///   - positions: the memory's entry of each embedding, [M], which q leaves out; nil where there is none.
  ///   - settings: the form of q.
  init(
    _ features: Tensor, _ memory: ClusteredMemory, positions: [Int]?, _ settings: SCLSettings
  ) throws {
    let temperature = settings.common.temperature
    func found() throws -> ClusterAffinities {
      try ClusterAffinities(
        features, memory: memory, positions: positions, temperature: temperature)
    }
    switch settings.similarity {
    case .sum, .mean:
      let found = try found()
      prediction = found.prediction(perMember: settings.similarity == .mean)
      affinities = found
    case .prototype:
      prediction = try ClusterPrototypes(memory)
        .prediction(features, positions: positions, temperature: temperature)
      // The semantic term is of training alone.
      affinities = settings.isSemantic && features.requiresGradient ? try found() : nil
    }
  }
}

// The two terms that give the method its name.
extension SCL {
  /// L_sem by the setting `positives`; with `trust`, the share of images that are trusted beside it.
  func semanticTerm(
    _ affinities: ClusterAffinities, _ views: SCLViews, _ batch: Batch
  ) throws -> [LossTerm] {
    switch settings.positives {
    case .instance: return [("semantic", affinities.instanceLoss())]
    case .cluster: return [("semantic", affinities.clusterLoss())]
    case .both:
      return [("semantic", (affinities.instanceLoss() + affinities.clusterLoss()) / 2)]
    case .trust:
      let trusted = try trustedImages(
        boundaries: [views.boundary.a, views.boundary.b],
        similarities: [views.similarity.a, views.similarity.b], share: trustedShare(at: batch))
      return [
        ("semantic", affinities.trustedLoss(Tensor.concatenated([trusted, trusted]))),
        ("trusted", trusted.to(.float32).mean()),
      ]
    }
  }

  /// The share of a batch's images that may be trusted, which grows linearly over SCL's own epochs.
  private func trustedShare(at batch: Batch) -> Double {
    let own = Double(settings.common.training.epochs - warmupEpochs)
    let done = position(of: batch) / max(1, own)
    return settings.trustStart + (settings.trustEnd - settings.trustStart) * min(1, done)
  }

  /// L_con by the setting `consensus`. With a gate, the share of images that pass it stands beside it.
  func consistencyTerm(_ views: SCLViews, _ batch: Batch) throws -> [LossTerm] {
    guard settings.consistencyWeight > 0 else {
      return [("consistency", Tensor.zeros([1], on: context.device).sum())]
    }
    let (p, q) = (views.boundary, views.similarity)
    let (first, second) =
      settings.consensus == .joint
      ? (try joint(p.a, q.b), try joint(p.b, q.a))
      : (
        try towards((p.b, q.b), by: (p.a, q.a)), try towards((p.a, q.a), by: (p.b, q.b))
      )
    let weight = settings.consistencyWeight * ramp(at: batch) / 2
    return [("consistency", (first.loss + second.loss) * weight)]
      + (settings.confidenceGate > 0 ? [("passed", (first.passed + second.passed) / 2)] : [])
  }

  /// Cross-entropies of p and q to the consensus of the other view's, and the share of images that it teaches.
  private func towards(
    _ target: (boundary: Tensor, similarity: Tensor), by learner: (Tensor, Tensor)
  ) throws -> (loss: Tensor, passed: Tensor) {
    let target = try ConsistencyTarget(
      boundary: target.boundary, similarity: target.similarity, consensus: settings.consensus,
      gate: settings.confidenceGate)
    return (
      target.crossEntropy(learner.0) + target.crossEntropy(learner.1),
      target.probabilities.sum() / Double(learner.0.size(0))
    )
  }

  /// The likelihood that p of one view and q of the other name the same cluster, over the images that pass the
  /// gate by the normalised product of the two, and the share of these.
  private func joint(_ p: Tensor, _ q: Tensor) throws -> (loss: Tensor, passed: Tensor) {
    guard settings.confidenceGate > 0 else {
      return (jointConsensusLoss(p, q), Tensor.full([], 1, on: context.device))
    }
    let passed = ConfidentLabels(
      normalisedProduct(p.detached(), q.detached()), threshold: settings.confidenceGate
    ).areConfident
    let places = try passed.floats().enumerated().filter { $0.element > 0 }.map(\.offset)
    guard !places.isEmpty else { return ((p * 0).sum(), passed.mean()) }
    let index = Tensor(places).to(context.device)
    return (jointConsensusLoss(p.rows(index), q.rows(index)), passed.mean())
  }

  /// The part of w_c that holds in a step: it rises linearly from the first of SCL's epochs on.
  private func ramp(at batch: Batch) -> Double {
    let length = settings.consistencyRamp.length(of: settings.common.training.epochs)
    guard length > 0 else { return 1 }
    return min(1, (position(of: batch) + 1 / Double(batch.steps)) / length)
  }

  /// Epochs of SCL's own before a step.
  private func position(of batch: Batch) -> Double {
    Double(batch.epoch - warmupEpochs) + Double(batch.step) / Double(batch.steps)
  }
}
