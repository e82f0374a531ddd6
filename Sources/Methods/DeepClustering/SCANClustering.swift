import Core
import Torch
import Vision

/// SCAN's clustering step: images and their nearest neighbours in the feature space of a pretext are
/// drawn into the same cluster. Its third step, self-labelling, is not part of it.
///
/// Van Gansbeke, W., Vandenhende, S., Georgoulis, S., Proesmans, M. and Van Gool, L., "SCAN: Learning
/// to Classify Images without Labels", ECCV 2020, section 2.2.
public final class SCANClustering: TrainedMethod {
  /// The self-supervised method that the step starts from.
  public enum Pretext: String, CaseIterable, Sendable {
    case instdisc
  }

  /// The defaults are those of the official code for CIFAR-10 (commit 952ec31), except for the
  /// augmentation, which is ours instead of RandAugment and cutout.
  public struct Settings: Configurable {
    public var pretext = Pretext.instdisc
    public var neighbours = 20
    public var entropyWeight = 5.0
    public var dimensions = 128
    public var backbone = BackboneSettings()
    public var training = TrainingSettings()
    public var augmentation = AugmentationSettings()

    public init() {
      training.epochs = 50
      training.optimiser = .adam
      training.learningRate = 1e-4
      training.weightDecay = 1e-4
      training.schedule = .constant
    }

    public static let schema =
      SettingsSchema<Self>([
        .choice("pretext", \.pretext, "method whose network and features the step starts from"),
        .integer("neighbours", \.neighbours, in: 1...1000, "nearest neighbours of an image"),
        .number("entropy_weight", \.entropyWeight, in: 0...1000, "weight lambda of the entropy"),
        .integer("dimensions", \.dimensions, in: 2...4096, "length D of the pretext's embedding"),
      ]) + .init(\.backbone, BackboneSettings.schema) + .init(\.training, TrainingSettings.schema)
      + .init(\.augmentation, AugmentationSettings.schema)
  }

  public static let description = MethodDescription(
    name: "scan-cluster", title: "SCAN (clustering step)", family: .deepClustering, version: 1,
    reference:
      "Van Gansbeke et al., SCAN: Learning to Classify Images without Labels, ECCV 2020",
    summary: "nearest neighbours in a pretext's feature space are drawn into the same cluster")

  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems

  /// Network of the step: the pretext's backbone and a classifier on it.
  private struct Network: Module {
    let encoder: Encoder
    let head: Linear

    var children: [(name: String, module: any Module)] {
      [("backbone", encoder.backbone), ("cluster_head", head)]
    }

    func callAsFunction(_ images: Tensor, training: Bool) throws -> Tensor {
      try head(encoder.backbone(images, training: training)).softmax(along: 1)
    }
  }

  public let plan: TrainingPlan
  public let augmentation: Augmentation
  private let settings: Settings
  private let seed: UInt64
  private let learnt: ImageSet
  private let model: Network
  private let nearest: NearestNeighbours

  public static func stage(of settings: Settings) -> Stage? {
    // The pretext's own settings are the experiment's; its network has to fit this one's.
    var values = BackboneSettings.schema.values(of: settings.backbone)
    values["dimensions"] = .integer(settings.dimensions)
    return Stage(method: settings.pretext.rawValue, settings: values)
  }

  public init(settings: Settings, context: MethodContext, images: ImageSet) throws {
    guard let stage = context.stage else {
      throw MethodError.unsupported(
        method: "scan-cluster", reason: "it starts from a pretext's run, and none is given")
    }
    self.settings = settings
    seed = context.seed
    learnt = images
    plan = TrainingPlan(training: settings.training, views: 1)
    let augmentation = try Augmentation(
      settings: settings.augmentation, size: images.height, seed: context.seed, images: images,
      on: context.device)
    self.augmentation = augmentation
    let encoder = try Encoder(
      settings.backbone, dimensions: settings.dimensions, context: context)
    try encoder.load(stage)
    nearest = try NearestNeighbours(
      of: encoder.embeddings(of: images, augmentation), count: settings.neighbours)
    var stream = RandomStream(seed: context.seed, purpose: .weights, epoch: 1)
    model = Network(
      encoder: encoder,
      head: try Linear(
        encoder.backbone.features, context.clusters, on: context.device, from: &stream))
  }

  public var network: any Module { model }

  public func loss(_ batch: Batch) throws -> [LossTerm] {
    let neighbours = batch.positions.map { position in
      var stream = RandomStream(
        seed: seed, purpose: .method, epoch: batch.epoch, item: learnt.fileIndices[position])
      return nearest.neighbour(stream.integer(below: nearest.count), of: position)
    }
    let anchor = try model(batch.views[0], training: true)
    let neighbour = try model(
      augmentation.view(1, of: learnt, at: neighbours, epoch: batch.epoch), training: true)
    return [
      ("consistency", try neighbourConsistency(anchor, neighbour)),
      ("entropy", try meanPredictionEntropy(anchor) * -settings.entropyWeight),
    ]
  }

  public func assign(_ images: ImageSet) throws -> [Int32] {
    let assigned = try model.encoder.backbone.overAll(images, augmentation) { features, _ in
      try model.head(features).argmax(along: 1)
    }
    return try assigned.integers().map(Int32.init)
  }
}
