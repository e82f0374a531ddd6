import Core
import Torch
import Vision

/// Semantic contrastive learning: instance discrimination whose negatives know about clusters, and
/// two predictions of an image's cluster that have to agree.
///
/// Huang, J. and Gong, S., "Deep Clustering by Semantic Contrastive Learning", BMVC 2022. No code was
/// released and the body of the paper was not available: this is our reading of its abstract, whose
/// choices docs/scl.md lists one by one. L = L_sem + L_view + L_con + L_balance + L_over. Its warm-up is a run
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
  private(set) var hypotheses: SCLHypotheses
  /// Epochs before those of this run.
  let warmupEpochs: Int
  /// Of the last step: the mean embedding of its two views, [B, D], and their consensus, [B, K].
  private var step: (embedding: Tensor, consensus: Tensor)?

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context) = (inputs.settings, inputs.context)
    augmentation = try Augmentation(settings.common.augmentation, for: inputs)
    model = SCLNetwork(settings.common, context: context)
    bank = MemoryBank(settings.common, for: inputs)
    hypotheses = SCLHypotheses(inputs)
    warmupEpochs = settings.stage?.epochs ?? 0
    if warmupEpochs > 0 {
      let stage = try context.finishedStage(for: Self.self, settings)
      try model.load(stage)
      try stage.handOver(to: [("bank", bank.vectors)])
    }
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.common.training, views: 2) }
  public var network: any Module { model }
  public var memory: [NamedTensor] { [("bank", bank.vectors)] + hypotheses.memory }

  /// Finds the first hypotheses in the first epoch and, where `hypotheses` is `balanced`, new ones in every epoch.
  public func beginEpoch(_ epoch: Int) throws {
    if epoch == warmupEpochs {
      try hypotheses.start(
        from: model.boundary(of: learnt, augmentation).argmax(along: 1), bank.vectors)
    }
    hypotheses.beginEpoch()
    if settings.hypotheses == .balanced {
      try hypotheses.balance(
        predictions(of: learnt).consensus, isFirst: epoch == warmupEpochs)
    }
    try hypotheses.beginSteps()
  }

  /// L_sem, L_view, L_con, L_balance and L_over, weighted.
  public func loss(_ batch: Batch) throws -> [LossTerm] {
    let (a, b) = (model(batch.views[0], training: true), model(batch.views[1], training: true))
    let similarity = try SCLSimilarity(
      Tensor.concatenated([a.embedding, b.embedding]), clusteredMemory(),
      positions: batch.positions + batch.positions, settings)
    let images = batch.positions.count
    let views = SCLViews(
      boundary: (a.boundary, b.boundary),
      similarity: (
        similarity.prediction.narrowed(0, to: 0..<images),
        similarity.prediction.narrowed(0, to: images..<2 * images)
      ))
    let semantic =
      if settings.isSemantic, let affinities = similarity.affinities {
        try semanticTerm(affinities, views, batch)
      } else {
        [("semantic", instanceTerm(a, b, bank, batch, temperature: settings.common.temperature))]
      }
    var balance = balanceTerm(a.boundary, b.boundary)
    if settings.balance == .both {
      balance = balance + balanceTerm(views.similarity.a, views.similarity.b)
    }
    step = (embedding: (a.embedding + b.embedding) / 2, consensus: views.consensus)
    return semantic
      + [("view", viewTerm(a.boundary, b.boundary) * settings.viewWeight)]
      + (try consistencyTerm(views, batch))
      + [("balance", balance * settings.balanceWeight)]
      + overClusteringTerm(
        a, b, viewWeight: settings.viewWeight, balanceWeight: settings.balanceWeight)
  }

  /// Takes the step's embeddings into the bank, and its consensus as hypotheses.
  public func finishStep(_ batch: Batch) throws {
    guard let step else { return }
    bank.update(batch.index, with: step.embedding)
    try hypotheses.update(batch.positions, batch.index, step.consensus)
    self.step = nil
  }

  /// The bank by the current hypotheses.
  func clusteredMemory() throws -> ClusteredMemory {
    try ClusteredMemory(bank.vectors, hypotheses: hypotheses.current(), clusters: context.clusters)
  }
}

extension SCL: AppliesToNewImages {
  public static func obstacle(to settings: Settings) -> String? {
    settings.assignment == .boundary
      ? nil : "assign \(settings.assignment.rawValue) needs the memory bank, which is not kept"
  }
}
