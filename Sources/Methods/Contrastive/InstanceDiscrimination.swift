import Core
import Torch
import Vision

/// Instance discrimination with a memory bank, and k-means on the embeddings it learns.
///
/// Wu, Z., Xiong, Y., Yu, S. X. and Lin, D., "Unsupervised Feature Learning via Non-Parametric
/// Instance Discrimination", CVPR 2018.
public final class InstanceDiscrimination: TrainedMethod {
  /// The defaults are those of the official code for CIFAR-10 (lemniscate, commit f7cfe29): full
  /// softmax, temperature 0.1, bank momentum 0.5, one view, no flip.
  public struct Settings: Configurable {
    public var temperature = 0.1
    public var memoryMomentum = 0.5
    public var dimensions = 128
    public var views = 1
    public var restarts = 10
    public var backbone = BackboneSettings()
    public var training = TrainingSettings()
    public var augmentation = AugmentationSettings()

    public init() {
      augmentation.flip = 0
      training.nesterov = false
      training.decayStart = 120
    }

    public static let schema =
      SettingsSchema<Self>([
        .number("temperature", \.temperature, in: 0.01...10, "temperature tau of the softmax"),
        .number(
          "memory_momentum", \.memoryMomentum, in: 0...0.9999, "share of the old bank vector"),
        .integer("dimensions", \.dimensions, in: 2...4096, "length D of an embedding"),
        .integer("views", \.views, in: 1...16, "augmented views of every image in a step"),
        .integer("restarts", \.restarts, in: 1...1000, "starts of the final k-means"),
      ]) + .init(\.backbone, BackboneSettings.schema) + .init(\.training, TrainingSettings.schema)
      + .init(\.augmentation, AugmentationSettings.schema)
  }

  public static let description = MethodDescription(
    name: "instdisc", title: "InstDisc + k-means", family: .contrastive, version: 1,
    reference:
      "Wu et al., Unsupervised Feature Learning via Non-Parametric Instance Discrimination, CVPR 2018",
    summary: "every image is a class of its own, told apart against a memory bank; then k-means")

  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems

  public let plan: TrainingPlan
  public let augmentation: Augmentation
  private let encoder: Encoder
  private let bank: MemoryBank
  private let settings: Settings
  private let context: MethodContext
  private let learnt: ImageSet
  private var embeddings: [Tensor] = []

  public init(settings: Settings, context: MethodContext, images: ImageSet) throws {
    self.settings = settings
    self.context = context
    learnt = images
    plan = TrainingPlan(training: settings.training, views: settings.views)
    augmentation = try Augmentation(
      settings: settings.augmentation, size: images.height, seed: context.seed, images: images,
      on: context.device)
    encoder = try Encoder(settings.backbone, dimensions: settings.dimensions, context: context)
    bank = try MemoryBank(
      count: images.count, dimensions: settings.dimensions, momentum: settings.memoryMomentum,
      seed: context.seed, on: context.device)
  }

  public var network: any Module { encoder }
  public var memory: [NamedTensor] { [("bank", bank.vectors)] }

  public func loss(_ batch: Batch) throws -> [LossTerm] {
    embeddings = try batch.views.map { try encoder($0, training: true) }
    let index = try Tensor.concatenated(batch.views.map { _ in batch.index })
    let loss = try instanceDiscriminationLoss(
      Tensor.concatenated(embeddings), memory: bank.vectors, index: index,
      temperature: settings.temperature)
    return [("instance", loss)]
  }

  public func finishStep(_ batch: Batch) throws {
    let sum = try embeddings.dropFirst().reduce(embeddings[0]) { try $0 + $1 }
    try bank.update(batch.index, with: sum / Double(embeddings.count))
    embeddings = []
  }

  public func assign(_ images: ImageSet) throws -> [Int32] {
    try FeatureClustering(restarts: settings.restarts, context: context).assign(
      images, learnt: learnt
    ) {
      try encoder.embeddings(of: $0, augmentation).floats()
    }
  }
}
