import Core
import Domain
import Torch
import Vision

/// SPICE's second stage: on the frozen features of a pretext, classifiers learn labels that the prototypes
/// of their own clusters give to the images around them.
///
/// Niu, C., Shan, H. and Wang, G., "SPICE: Semantic Pseudo-Labeling for Image Clustering", IEEE TIP 31, 2022,
/// section III-B.
package final class SPICESelf: TrainedMethod, ReportsConfidence {
  /// What a frozen backbone's batch normalisation does while the classifiers learn.
  public enum BackboneStatistics: String, CaseIterable, Sendable {
    /// It has the pretext's running statistics, which stay.
    case frozen
    /// It has the strong views' statistics, which the running ones follow: the code freezes parameters
    /// alone.
    case moving
  }

  /// The defaults are those of the official code (commit 5eba538).
  public struct Settings: Configurable {
    /// Classifiers on the same features.
    public var subHeads = 10
    /// The share of a cluster's images that make its prototype.
    public var prototypeShare = 0.5
    /// The images that a cluster's prototype labels, as a share of a block's images for a cluster.
    public var selectedShare = 1.0
    /// Whether the frozen backbone's statistics move.
    public var backboneStatistics = BackboneStatistics.frozen
    /// Whether the images' mean is subtracted and what is left divided by their deviation.
    public var normalise = true
    /// Blocks of images with fixed labels.
    public var blocks = BlockSettings()
    /// The pretext's residual network.
    public var backbone = BackboneShape()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings.adam(5e-3, batchSize: 128, epochs: 100)
    /// How strong views are made.
    public var strong = StrongAugmentationSettings()

    public init() {
      (blocks.size, blocks.passes, blocks.repeats) = (5000, 8, 1)
      backbone.depth = .thirtyFour
    }

    public static let schema = SettingsSchema<Self>(
      .integer("sub_heads", \.subHeads, in: 1...32, "classifiers on the same features"),
      .number(
        "prototype_share", \.prototypeShare, in: 0.01...1,
        "share of a cluster's images that make its prototype"),
      .number(
        "selected_share", \.selectedShare, in: 0.01...1,
        "images that a prototype labels, as a share of a block's images for a cluster"),
      .choice(
        "backbone_statistics", \.backboneStatistics,
        "whether the frozen backbone's statistics follow the strong views, as in the code"),
      .boolean(
        "normalise", \.normalise, "subtract the images' mean and divide by their deviation"),
      from: "SPICE@5eba538, configs and tools/train_self_v2.py"
    )
    .including(
      \.blocks, \.backbone, \.training, \.strong,
      from: "SPICE@5eba538, configs and tools/train_self_v2.py")
  }

  public static let description = MethodDescription(
    name: "spice-self", title: "SPICE-Self", family: .deepClustering, version: 2,
    reference:
      "Niu et al., SPICE: Semantic Pseudo-Labeling for Image Clustering, IEEE TIP 31, 2022",
    summary: "classifiers on a pretext's frozen features learn the labels of prototypes",
    code: "SPICE@5eba538",
    benchmarks: ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"])

  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems.overlaid(with: [
    "cifar10": ["depth": "18", "epochs": 30],
    "cifar100": ["stem": "small-padded-pool", "block_size": 10_000],
    // A square of at most 32 of the 96 pixels.
    "stl10": ["cutout": 0.3333],
    "imagenet10": ["cutout": 0.3333],
    "imagenet-dogs": ["cutout": 0.3333, "block_size": 8000],
  ])

  private struct Network: Module {
    let frozen: FrozenBackbone
    let heads: [ProjectionHead]

    var children: [(name: String, module: any Module)] {
      [("backbone", frozen as any Module)]
        + heads.enumerated().map { ("head\($0.offset)", $0.element) }
    }

    /// Features [B, F], without gradients.
    func features(_ images: Tensor, training: Bool) -> Tensor {
      Torch.withoutGradients { frozen.backbone(images, training: training) }
    }

    /// Probabilities [B, K] by one of the heads.
    func probabilities(_ features: Tensor, head: Int) -> Tensor {
      heads[head](features, training: false).softmax(along: 1)
    }
  }

  public let inputs: Inputs
  /// Makes the images as they are: what is embedded and what is scored.
  public let augmentation: Augmentation
  private let weak: AffineAugmentation
  private let strong: StrongAugmentation
  private let model: Network
  /// The unit features of the images learnt from, [N, F].
  private let embeddings: Tensor
  /// For each image's place in its block, the image that is shown there to each head, int64 [N, heads] on the processor.
  private let shown: Tensor
  /// The labels of these, int64 [N, heads].
  private let labels: Tensor
  /// Of the last epoch.
  private let subHeadLosses: SubHeadLosses
  /// The last step's, [heads].
  private var stepLosses: Tensor?

  /// SPICE's MoCo, with the same backbone and pixels.
  public static func stage(of settings: Settings) -> Stage? {
    var values = BackboneShape.schema.values(of: settings.backbone)
    values["normalise"] = .boolean(settings.normalise)
    return Stage(
      method: MoCo.description.name, settings: values, defaults: Self.pretextSettings)
  }

  /// Those of the code's MoCo (tools/train_moco.py) that differ from MoCo's own, on all benchmarks.
  private static let pretextSettings: [String: SettingValue] = [
    "temperature": 0.2, "encoder_momentum": 0.999, "projection": "mlp", "dimensions": 128,
    "queue": 12_800, "epochs": 1000, "batch_size": 128, "learning_rate": 0.015,
    "weight_decay": 1e-4, "crop_scale": 0.2, "blur": 0.5,
  ]

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context, images) = (inputs.settings, inputs.context, inputs.images)
    let stage = try context.finishedStage(for: Self.self, settings)
    let augmentation = try Augmentation(
      .unchanged(normalise: settings.normalise), for: inputs, crop: .square(share: 1))
    self.augmentation = augmentation
    weak = AffineAugmentation(settings: Self.weakViews, beside: augmentation)
    strong = StrongAugmentation(settings: settings.strong, beside: augmentation)
    let encoder = try Encoder(of: stage, settings.backbone, context: context)
    var stream = RandomStream(seed: context.seed, purpose: .weights, epoch: 1)
    var heads: [ProjectionHead] = []
    for _ in 0..<settings.subHeads {
      heads.append(
        ProjectionHead(
          ProjectionSettings(.mlp, hidden: 0, dimensions: context.clusters),
          inputs: encoder.backbone.features, on: context.device, from: &stream))
    }
    model = Network(frozen: FrozenBackbone(encoder.backbone), heads: heads)
    embeddings = encoder.backbone.overAll(images, augmentation) { features, _ in
      features.normalisedRows()
    }
    shown = Tensor.full([images.count, settings.subHeads], 0, dtype: .int64)
    labels = shown.to(context.device).copy()
    subHeadLosses = SubHeadLosses(settings.subHeads, on: context.device)
  }

  /// A flip, and a shift of up to an eighth of the side: RandomCrop with a padding of 4 of 32 pixels.
  private static var weakViews: AffineAugmentationSettings {
    var settings = AffineAugmentationSettings()
    (settings.rotation, settings.zoom, settings.channelShift, settings.rescale) = (0, 0, 0, 1)
    settings.shift = 0.125
    return settings
  }

  public var plan: TrainingPlan {
    TrainingPlan(training: settings.training, views: settings.subHeads, blocks: settings.blocks)
  }

  public var network: any Module { model }

  public var memory: [NamedTensor] {
    [("shown", shown), ("labels", labels)] + subHeadLosses.memory
  }

  /// Forgets the heads' losses.
  public func beginEpoch(_ epoch: Int) { subHeadLosses.clear() }

  /// Finds the prototypes of every head's clusters in weak views, and the images that they label, which
  /// take the places of the block's images for the steps of the block.
  public func beginBlock(_ positions: [Int], epoch: Int) throws {
    let features = Tensor.concatenated(
      try stride(from: 0, to: positions.count, by: 256).map { start in
        let part = Array(positions[start..<min(start + 256, positions.count)])
        return model.features(
          try weak.view(0, of: learnt, at: part, epoch: epoch), training: false)
      })
    let places = Tensor(positions).to(context.device)
    let embeddings = embeddings.rows(places)
    let found = try (0..<settings.subHeads).map { head in
      try PrototypeLabels(
        embeddings: embeddings, scores: model.probabilities(features, head: head),
        prototypeShare: settings.prototypeShare, selectedShare: settings.selectedShare)
    }.map { labels in
      labels.selected.enumerated().flatMap { cluster, images in
        images.map { (position: positions[$0], cluster: cluster) }
      }
    }
    // Where they are fewer than the places, the first come twice.
    let pairs = positions.indices.flatMap { place in found.map { $0[place % $0.count] } }
    let shape = [positions.count, settings.subHeads]
    shown.setRows(Tensor(positions), to: Tensor(pairs.map(\.position)).reshaped(shape))
    labels.setRows(places, to: Tensor(pairs.map(\.cluster)).reshaped(shape).to(context.device))
  }

  /// Strong views of each head's own images.
  public func views(of images: ImageSet, at positions: [Int], epoch: Int) throws -> [Tensor] {
    let chosen = try shown.rows(Tensor(positions)).integers().map(Int.init)
    return try (0..<settings.subHeads).map { head in
      let own = positions.indices.map { chosen[$0 * settings.subHeads + head] }
      return try strong.view(1 + head, of: images, at: own, epoch: epoch)
    }
  }

  /// The cross-entropy to the labels, mean over the heads. Probabilities are taken as logits, so that the
  /// softmax comes twice and gradients are bounded, as in the code.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let labels = labels.rows(batch.index)
    let losses = batch.views.enumerated().map { head, views in
      let features = model.features(views, training: settings.backboneStatistics == .moving)
      return model.probabilities(features, head: head)
        .crossEntropy(labels.narrowed(1, to: head..<head + 1).squeezed(1))
    }
    stepLosses = Tensor.concatenated(losses.map { $0.detached().reshaped([1]) })
    return [("labels", losses.dropFirst().reduce(losses[0]) { $0 + $1 } / Double(losses.count))]
  }

  /// Adds the step's losses of the heads, weighted by its images.
  public func finishStep(_ batch: Batch) {
    if let stepLosses { subHeadLosses.add(stepLosses, images: batch.positions.count) }
    stepLosses = nil
  }

  /// By the head with the lowest loss.
  public func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment {
    let best = try subHeadLosses.lowest()
    return try ConfidentAssignment(
      probabilities: model.frozen.backbone.overAll(images, augmentation) { features, _ in
        model.probabilities(features, head: best)
      })
  }
}
