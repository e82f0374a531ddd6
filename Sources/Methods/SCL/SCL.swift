import Core
import Torch
import Vision

/// Semantic contrastive learning: instance discrimination whose negatives know about clusters, and
/// two predictions of an image's cluster that have to agree.
///
/// Huang, J. and Gong, S., "Deep Clustering by Semantic Contrastive Learning", BMVC 2022. No code was
/// released and the body of the paper was not available: this is our reading of its abstract, whose
/// choices docs/scl.md lists one by one. L = L_sem + L_view + w_c L_con + L_balance. Its warm-up is a run
/// of its own (`SCLWarmup`), whose network and memory bank it continues.
package final class SCL: TrainedMethod, ReportsConfidence {
  public typealias Settings = SCLSettings

  public static let description = MethodDescription(
    name: "scl", title: "SCL (our reading)", family: .semantic, version: 3,
    reference: "Huang and Gong, Deep Clustering by Semantic Contrastive Learning, BMVC 2022",
    summary: "cluster-aware contrast against a memory bank, and consensus of two predictions")

  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems

  public static func stage(of settings: Settings) -> Stage? { settings.stage }

  public let inputs: Inputs
  public let augmentation: Augmentation
  let model: SCLNetwork
  /// One unit vector m for every image.
  let bank: MemoryBank
  /// The current class of every image, int64 [N].
  let hypotheses: Tensor
  /// What the step's loss found and its end needs.
  private var step: (embedding: Tensor, hypotheses: Tensor)?

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context) = (inputs.settings, inputs.context)
    if let contradiction = settings.contradiction {
      throw MethodError.unsupported(method: Self.description.name, reason: contradiction)
    }
    augmentation = try Augmentation(settings.common.augmentation, for: inputs)
    model = SCLNetwork(settings.common, context: context)
    bank = MemoryBank(settings.common, for: inputs)
    hypotheses = Tensor.full([inputs.images.count], 0, dtype: .int64, on: context.device)
    if settings.stage != nil {
      let stage = try context.finishedStage(for: Self.self, settings)
      try model.load(stage)
      try stage.handOver(to: [("bank", bank.vectors)])
    }
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.common.training, views: 2) }
  public var network: any Module { model }

  public var memory: [NamedTensor] { [("bank", bank.vectors), ("hypotheses", hypotheses)] }

  /// Finds the first hypotheses.
  public func beginEpoch(_ epoch: Int) throws {
    if epoch == firstEpoch { try initialiseHypotheses() }
  }

  /// L_sem + L_view + w_c L_con + L_balance.
  public func loss(_ batch: Batch) throws -> [LossTerm] {
    let (a, b) = (model(batch.views[0], training: true), model(batch.views[1], training: true))
    let affinities = try affinities(a, b, batch)
    let q = affinities.prediction(perMember: settings.similarity == .mean)
    let images = batch.positions.count
    let (qa, qb) = (q.narrowed(0, to: 0..<images), q.narrowed(0, to: images..<(2 * images)))
    let semantic =
      settings.isSemantic
      ? semanticLoss(affinities)
      : instanceTerm(a, b, bank, batch, temperature: settings.common.temperature)
    var consistency = semantic.detached() * 0
    if settings.consistencyWeight > 0 {
      consistency =
        try (towards(b, qb, a, qa) + towards(a, qa, b, qb)) * (settings.consistencyWeight / 2)
    }
    var balance = balanceTerm(a.boundary, b.boundary)
    if settings.balance == .both { balance = balance + balanceTerm(qa, qb) }
    let consensus = normalisedProduct(a.boundary, qa) + normalisedProduct(b.boundary, qb)
    step = (
      embedding: (a.embedding + b.embedding) / 2,
      hypotheses: consensus.detached().argmax(along: 1)
    )
    return [
      ("semantic", semantic), ("view", viewTerm(a.boundary, b.boundary) * settings.viewWeight),
      ("consistency", consistency), ("balance", balance * settings.balanceWeight),
    ]
  }

  /// Takes the step's embeddings into the bank, and its predictions as hypotheses.
  public func finishStep(_ batch: Batch) {
    guard let step else { return }
    bank.update(batch.index, with: step.embedding)
    hypotheses.setRows(batch.index, to: step.hypotheses)
    self.step = nil
  }

  /// The prediction that the settings name.
  public func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment {
    // An image's own entry in the bank is left out of its similarities, as in training.
    let areLearnt = images.holdsSameImages(as: learnt)
    let memory = try clusteredMemory()
    let predicted = try model.encoder.backbone.overAll(images, augmentation) {
      features, positions in
      let boundary = model.classify(features)
      guard settings.assignment != .boundary else { return boundary }
      let similarity = try ClusterAffinities(
        model.encoder.projection(features, training: false).normalisedRows(), memory: memory,
        index: areLearnt ? Tensor(positions).to(context.device) : nil,
        temperature: settings.common.temperature
      ).prediction(perMember: settings.similarity == .mean)
      return settings.assignment == .similarity
        ? similarity : normalisedProduct(boundary, similarity)
    }
    return try ConfidentAssignment(probabilities: predicted)
  }
}

// MARK: - The terms

extension SCL {
  /// The bank by the current hypotheses.
  private func clusteredMemory() throws -> ClusteredMemory {
    try ClusteredMemory(bank.vectors, hypotheses: hypotheses, clusters: context.clusters)
  }

  /// Of both views, one after the other: the memory is gone through once.
  private func affinities(
    _ a: SCLNetwork.Output, _ b: SCLNetwork.Output, _ batch: Batch
  ) throws -> ClusterAffinities {
    try ClusterAffinities(
      Tensor.concatenated([a.embedding, b.embedding]), memory: clusteredMemory(),
      index: Tensor.concatenated([batch.index, batch.index]),
      temperature: settings.common.temperature)
  }

  /// L_sem by the setting `positives`.
  private func semanticLoss(_ affinities: ClusterAffinities) -> Tensor {
    switch settings.positives {
    case .instance: affinities.instanceLoss()
    case .cluster: affinities.clusterLoss()
    case .both: (affinities.instanceLoss() + affinities.clusterLoss()) / 2
    }
  }

  /// Cross-entropy of the predictions of `other` to the consensus of `view`.
  private func towards(
    _ view: SCLNetwork.Output, _ viewSimilarity: Tensor, _ other: SCLNetwork.Output,
    _ otherSimilarity: Tensor
  ) throws -> Tensor {
    let target = try ConsistencyTarget(
      boundary: view.boundary, similarity: viewSimilarity, consensus: settings.consensus)
    return target.crossEntropy(other.boundary) + target.crossEntropy(otherSimilarity)
  }
}
