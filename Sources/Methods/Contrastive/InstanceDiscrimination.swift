import Core
import Torch
import Vision

/// Instance discrimination with a memory bank, and k-means on the embeddings it learns.
///
/// Wu, Z., Xiong, Y., Yu, S. X. and Lin, D., "Unsupervised Feature Learning via Non-Parametric
/// Instance Discrimination", CVPR 2018.
package final class InstanceDiscrimination: TrainedMethod {
  /// The defaults are those of the official code for CIFAR-10: the full softmax over all images, one
  /// view, no flip (the line stands there as a comment).
  public struct Settings: Configurable {
    /// tau of equation 2.
    public var temperature = 0.1
    /// The share of its old vector that an entry of the memory bank keeps.
    public var memoryMomentum = 0.5
    /// m, the entries drawn for noise-contrastive estimation; 0 is the softmax over all.
    public var negatives = 0
    /// Length D of an embedding.
    public var dimensions = 128
    /// Augmented views of every image in a step.
    public var views = 1
    /// Starts of the final k-means; the best one is kept.
    public var restarts = 10
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings()
    /// How views are made.
    public var augmentation = AugmentationSettings()

    public init() {
      backbone.start.convolutions = .torchDefault
      augmentation.flip = 0
      training.nesterov = false
      training.decayStart = 120
    }

    public static let schema = SettingsSchema<Self>(
      .number("temperature", \.temperature, in: 0.01...10, "temperature tau of the softmax"),
      .number(
        "memory_momentum", \.memoryMomentum, in: 0...0.9999, "share of the old bank vector"),
      .integer(
        "negatives", \.negatives, in: 0...1_000_000,
        "entries m drawn for noise-contrastive estimation; 0: the softmax over all"),
      .integer("dimensions", \.dimensions, in: 2...4096, "length D of an embedding"),
      from: "Wu et al., CVPR 2018, equations 2 to 8; lemniscate.pytorch@f7cfe29, README.md"
    )
    .adding(
      .integer("views", \.views, in: 1...16, "augmented views of every image in a step"),
      from: "lemniscate.pytorch@f7cfe29, cifar.py"
    )
    .adding(
      .integer("restarts", \.restarts, in: 1...1000, "starts of the final k-means"),
      from: "ours: the paper has a nearest-neighbour classifier, and no clusters"
    )
    .including(\.backbone, from: "lemniscate.pytorch@f7cfe29, models")
    .including(\.training, \.augmentation, from: "lemniscate.pytorch@f7cfe29, cifar.py")
  }

  public static let description = MethodDescription(
    name: "instdisc", title: "InstDisc + k-means", family: .contrastive, version: 4,
    reference:
      "Wu et al., Unsupervised Feature Learning via Non-Parametric Instance Discrimination, CVPR 2018",
    summary: "every image is a class of its own, told apart against a memory bank; then k-means",
    code: "zhirongw/lemniscate.pytorch@f7cfe29")

  /// Above 32 pixels, the official code for ImageNet (main.py), with the full softmax, which our
  /// benchmarks are small enough for.
  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems.overlaid(
    with: .each(
      of: ["stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"],
      [
        "temperature": 0.07, "batch_size": 256, "weight_decay": 1e-4, "flip": 0.5,
        "greyscale_first": true, "backbone_initialisation": "he",
      ]))

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let encoder: Encoder
  private let bank: MemoryBank
  /// Z of noise-contrastive estimation, [1]: zero until the first step has set it.
  private let normaliser: Tensor
  /// The last step's, each [B, D] for a view, for the bank.
  private var embeddings: [Tensor] = []

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let settings = inputs.settings
    augmentation = try Augmentation(settings.augmentation, for: inputs)
    encoder = Encoder(settings.backbone, dimensions: settings.dimensions, context: inputs.context)
    bank = MemoryBank(
      count: inputs.images.count, dimensions: settings.dimensions,
      momentum: settings.memoryMomentum, seed: inputs.context.seed, on: inputs.context.device)
    normaliser = Tensor.zeros([1], on: inputs.context.device)
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: settings.views) }
  public var network: any Module { encoder }
  public var memory: [NamedTensor] { [("bank", bank.vectors), ("normaliser", normaliser)] }

  /// Equation 2 over all images, or equation 7 with drawn negatives.
  public func loss(_ batch: Batch) -> [LossTerm] {
    embeddings = batch.views.map { encoder($0, training: true) }
    let features = Tensor.concatenated(embeddings)
    let index = Tensor.concatenated(batch.views.map { _ in batch.index })
    let loss =
      settings.negatives == 0
      ? instanceDiscriminationLoss(
        features, memory: bank.vectors, index: index, temperature: settings.temperature)
      : noiseContrastiveLoss(
        features, memory: bank.vectors, index: index,
        negatives: negatives(of: features.size(0), batch), normaliser: normaliser,
        temperature: settings.temperature)
    return [("instance", loss)]
  }

  /// Entries drawn for each of so many features: int64 [count, m].
  private func negatives(of count: Int, _ batch: Batch) -> Tensor {
    var stream = RandomStream(
      seed: context.seed, purpose: .method, epoch: batch.epoch + 1, item: batch.step)
    let drawn = (0..<count * settings.negatives).map { _ in stream.integer(below: learnt.count) }
    return Tensor(drawn).reshaped([count, settings.negatives]).to(context.device)
  }

  /// Takes the mean of the views' embeddings into the bank.
  public func finishStep(_ batch: Batch) {
    let sum = embeddings.dropFirst().reduce(embeddings[0]) { $0 + $1 }
    bank.update(batch.index, with: sum / Double(embeddings.count))
    embeddings = []
  }

  /// k-means on embeddings.
  public func assign(_ images: ImageSet) throws -> [Int32] {
    try FeatureClustering(restarts: settings.restarts, for: inputs).assign(images) {
      try encoder.embeddings(of: $0, augmentation).floats()
    }
  }
}

extension InstanceDiscrimination: AppliesToNewImages {}
