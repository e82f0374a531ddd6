import Core
import Metrics
import Torch
import Vision

/// Semantic contrastive learning: instance discrimination whose negatives know about clusters, and
/// two predictions of an image's cluster that have to agree.
///
/// Huang, J. and Gong, S., "Deep Clustering by Semantic Contrastive Learning", BMVC 2022. No code was
/// released and the body of the paper was not available: this is our reading of its abstract, whose
/// choices docs/scl.md lists one by one. L = L_sem + L_view + w_c L_con + L_balance.
package final class SCL: TrainedMethod, ReportsConfidence {
  public typealias Settings = SCLSettings

  public static let description = MethodDescription(
    name: "scl", title: "SCL (our reading)", family: .semantic, version: 2,
    reference: "Huang and Gong, Deep Clustering by Semantic Contrastive Learning, BMVC 2022",
    summary: "cluster-aware contrast against a memory bank, and consensus of two predictions")

  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems

  public let inputs: Inputs
  public let augmentation: Augmentation
  /// Epochs before hypotheses are used.
  private let warmupEpochs: Int
  private let model: SCLNetwork
  /// One unit vector m for every image.
  private let bank: MemoryBank
  /// The current class of every image, int64 [N]: before the warm-up ends, the classifier's view.
  private let hypotheses: Tensor
  /// What the step's loss found and its end needs.
  private var step: (embedding: Tensor, hypotheses: Tensor)?

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let settings = inputs.settings
    warmupEpochs = settings.warmup.wholeEpochs(of: settings.training.epochs)
    if let contradiction = settings.contradiction {
      throw MethodError.unsupported(method: "scl", reason: contradiction)
    }
    augmentation = try Augmentation(settings.augmentation, for: inputs)
    model = SCLNetwork(settings, context: inputs.context)
    bank = MemoryBank(
      count: inputs.images.count, dimensions: settings.dimensions,
      momentum: settings.memoryMomentum, seed: inputs.context.seed, on: inputs.context.device)
    hypotheses = Tensor.full([inputs.images.count], 0, dtype: .int64, on: inputs.context.device)
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 2) }
  public var network: any Module { model }

  public var memory: [NamedTensor] { [("bank", bank.vectors), ("hypotheses", hypotheses)] }

  /// Finds the first hypotheses when the warm-up ends.
  public func beginEpoch(_ epoch: Int) throws {
    guard epoch == warmupEpochs else { return }
    if settings.initialisation == .kmeans {
      try initialiseHypotheses()
    } else if epoch == 0 {
      // Without a warm-up the classifier has not been asked yet.
      hypotheses.copy(
        from: model.encoder.backbone.overAll(learnt, augmentation) { features, _ in
          model.classify(features).argmax(along: 1)
        })
    }
  }

  /// L_sem + L_view + w_c L_con + L_balance; in the warm-up instance discrimination for L_sem, without L_con.
  public func loss(_ batch: Batch) throws -> [LossTerm] {
    let outputs = batch.views.map { model($0, training: true) }
    let (a, b) = (outputs[0], outputs[1])
    let view =
      (partitionUncertainty(a.boundary, b.boundary)
        + partitionUncertainty(b.boundary, a.boundary)) * (settings.viewWeight / 2)
    var balance = balanceLoss(a.boundary) + balanceLoss(b.boundary)
    var semantic: Tensor
    var consistency = view.detached() * 0
    let consensus: Tensor
    if batch.epoch < warmupEpochs {
      semantic = (instanceLoss(a, batch) + instanceLoss(b, batch)) / 2
      consensus = a.boundary + b.boundary
    } else {
      let affinities = try affinities(a, b, batch)
      let q = affinities.prediction(perMember: settings.similarity == .mean)
      let images = batch.positions.count
      let (qa, qb) = (q.narrowed(0, to: 0..<images), q.narrowed(0, to: images..<(2 * images)))
      semantic =
        settings.isSemantic
        ? semanticLoss(affinities) : (instanceLoss(a, batch) + instanceLoss(b, batch)) / 2
      if settings.consistencyWeight > 0 {
        consistency =
          try (towards(b, qb, a, qa) + towards(a, qa, b, qb)) * (settings.consistencyWeight / 2)
      }
      if settings.balance == .both { balance = balance + balanceLoss(qa) + balanceLoss(qb) }
      consensus = normalisedProduct(a.boundary, qa) + normalisedProduct(b.boundary, qb)
    }
    step = (
      embedding: (a.embedding + b.embedding) / 2,
      hypotheses: consensus.detached().argmax(along: 1)
    )
    return [
      ("semantic", semantic), ("view", view), ("consistency", consistency),
      ("balance", balance * (settings.balanceWeight / 2)),
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
        temperature: settings.temperature
      ).prediction(perMember: settings.similarity == .mean)
      return settings.assignment == .similarity
        ? similarity : normalisedProduct(boundary, similarity)
    }
    return try ConfidentAssignment(probabilities: predicted)
  }
}

// MARK: - The terms

extension SCL {
  /// Instance discrimination of one view, without regard to clusters.
  private func instanceLoss(_ output: SCLNetwork.Output, _ batch: Batch) -> Tensor {
    instanceDiscriminationLoss(
      output.embedding, memory: bank.vectors, index: batch.index,
      temperature: settings.temperature)
  }

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
      index: Tensor.concatenated([batch.index, batch.index]), temperature: settings.temperature)
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

  /// k-means on the memory bank, its clusters numbered so as to agree best with the classifier.
  private func initialiseHypotheses() throws {
    let found = try FeatureClustering(restarts: settings.restarts, for: inputs).cluster(
      bank.vectors.floats(), dimensions: settings.dimensions)
    let k = context.clusters
    var agreement = [Int](repeating: 0, count: k * k)
    for (cluster, boundary) in zip(found, try hypotheses.integers()) where 0..<k ~= Int(boundary) {
      agreement[Int(cluster) * k + Int(boundary)] += 1
    }
    let matched = try HungarianAssignment(maximising: agreement, rows: k, columns: k).columnOfRow
    let renumbered = found.map { matched[Int($0)] ?? Int($0) }
    hypotheses.copy(from: Tensor(renumbered))
  }
}
