import Core
import Torch
import Vision

/// Instance discrimination and feature decorrelation: images are told apart against a memory bank, as
/// in InstDisc but with a soft temperature, and so are the features themselves. k-means clusters the
/// embeddings.
///
/// Tao, Y., Takagi, K. and Nakata, K., "Clustering-friendly Representation Learning via Instance
/// Discrimination and Feature Decorrelation", ICLR 2021.
package final class IDFD: TrainedMethod {
  /// What k-means is given.
  public enum ClusteredVectors: String, CaseIterable, Sendable {
    /// The learnt images' embeddings, of centre views.
    case embeddings
    /// The memory bank: moving averages over augmented views, as the official code does. Images that
    /// were not learnt from go to the nearest of its centres.
    case bank
  }

  /// The defaults are those of the official code, which is for CIFAR-10.
  public struct Settings: Configurable {
    /// tau of the images' softmax.
    public var temperature = 1.0
    /// The share of its old vector that an entry of the memory bank keeps.
    public var memoryMomentum = 0.5
    /// alpha, the weight of the features' term.
    public var decorrelationWeight = 1.0
    /// tau_2 of the features' softmax.
    public var decorrelationTemperature = 2.0
    /// Length D of an embedding.
    public var dimensions = 128
    /// What the final k-means is given.
    public var clustered = ClusteredVectors.embeddings
    /// Starts of the final k-means; the best one is kept.
    public var restarts = 20
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings()
    /// How views are made.
    public var augmentation = AugmentationSettings()

    public init() {
      training.epochs = 2000
      training.nesterov = false
      training.decayStart = 600
      training.decayEvery = 350
      augmentation.flip = 0
      augmentation.hue = 0
    }

    public static let schema = SettingsSchema<Self>(
      .number("temperature", \.temperature, in: 0.01...10, "temperature tau of the images"),
      .number(
        "memory_momentum", \.memoryMomentum, in: 0...0.9999, "share of the old bank vector"),
      .number(
        "decorrelation_weight", \.decorrelationWeight, in: 0...1000,
        "weight alpha of the features' decorrelation"),
      .number(
        "decorrelation_temperature", \.decorrelationTemperature, in: 0.01...100,
        "temperature tau_2 of the features"),
      .integer("dimensions", \.dimensions, in: 2...4096, "length D of an embedding"),
      from: "Tao et al., ICLR 2021, section 3; IDFD@9ea5ce7, main.py"
    )
    .adding(
      .choice("clustered", \.clustered, "vectors that the final k-means clusters"),
      .integer("restarts", \.restarts, in: 1...1000, "starts of the final k-means"),
      from: "Tao et al., ICLR 2021, section 3.1; the bank: IDFD@9ea5ce7, main.py"
    )
    .including(\.backbone, \.training, \.augmentation, from: "IDFD@9ea5ce7, main.py")
  }

  public static let description = MethodDescription(
    name: "idfd", title: "IDFD", family: .contrastive, version: 2,
    reference:
      "Tao et al., Clustering-friendly Representation Learning via Instance Discrimination and "
      + "Feature Decorrelation, ICLR 2021",
    summary: "images and features are told apart, both softly; then k-means",
    code: "TTN-YKK/Clustering_friendly_representation_learning@9ea5ce7",
    benchmarks: ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs"])

  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let encoder: Encoder
  private let bank: MemoryBank
  /// The last step's, [B, D], for the bank.
  private var embeddings: Tensor?

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let settings = inputs.settings
    augmentation = try Augmentation(settings.augmentation, for: inputs)
    encoder = Encoder(settings.backbone, dimensions: settings.dimensions, context: inputs.context)
    bank = MemoryBank(
      count: inputs.images.count, dimensions: settings.dimensions,
      momentum: settings.memoryMomentum, seed: inputs.context.seed, on: inputs.context.device)
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 1) }
  public var network: any Module { encoder }
  public var memory: [NamedTensor] { [("bank", bank.vectors)] }

  /// L = L_I + alpha L_F (section 3.3).
  public func loss(_ batch: Batch) -> [LossTerm] {
    let embeddings = encoder(batch.views[0], training: true)
    self.embeddings = embeddings
    let instance = instanceDiscriminationLoss(
      embeddings, memory: bank.vectors, index: batch.index, temperature: settings.temperature)
    let decorrelation = featureDecorrelation(
      embeddings, temperature: settings.decorrelationTemperature)
    return [
      ("instance", instance),
      ("decorrelation", decorrelation * settings.decorrelationWeight),
    ]
  }

  /// Takes the step's embeddings into the bank.
  public func finishStep(_ batch: Batch) {
    if let embeddings { bank.update(batch.index, with: embeddings) }
    embeddings = nil
  }

  /// k-means on embeddings or on the bank, by the settings.
  public func assign(_ images: ImageSet) throws -> [Int32] {
    // A run that is applied has kept no bank.
    let hasBank = settings.clustered == .bank && !context.appliesFinishedRun
    return try FeatureClustering(restarts: settings.restarts, for: inputs).assign(images) {
      try hasBank && $0.holdsSameImages(as: learnt)
        ? bank.vectors.floats() : encoder.embeddings(of: $0, augmentation).floats()
    }
  }
}

extension IDFD: AppliesToNewImages {}
