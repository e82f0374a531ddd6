import Core
import Torch
import Vision

/// Momentum contrast, version 2: a view has to find the key of the other view among a queue of earlier
/// keys, which a slowly moving copy of the encoder makes. k-means clusters the features.
///
/// He, K., Fan, H., Wu, Y., Xie, S. and Girshick, R., "Momentum Contrast for Unsupervised Visual
/// Representation Learning", CVPR 2020; Chen, X., Fan, H., Girshick, R. and He, K., "Improved Baselines
/// with Momentum Contrastive Learning", 2020.
package final class MoCo: TrainedMethod {
  /// The defaults are those of the official code's version 2 for ImageNet, with a queue that is
  /// smaller than our benchmarks.
  public struct Settings: Configurable {
    /// tau of equation 1.
    public var temperature = 0.2
    /// M, the number of keys in the queue.
    public var queue = 4096
    /// Whether each view is query and key in turn.
    public var isSymmetric = false
    /// Parts of a batch that are normalised apart (ShuffleBN); 1 is no part.
    public var shuffleGroups = 8
    /// m of equation 2.
    public var momentum = MomentumSettings(0.999)
    /// The head between features and embeddings.
    public var projection = ProjectionSettings(.mlp, dimensions: 128)
    /// The network whose vectors are clustered.
    public var clusteredNetwork = MomentumContrast.Network.query
    /// The final k-means.
    public var clustering = FeatureClusteringSettings(.backbone)
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings()
    /// How views are made.
    public var augmentation = AugmentationSettings()

    public init() {
      training.epochs = 200
      training.batchSize = 256
      training.learningRate = 0.03
      training.schedule = .cosine
      training.nesterov = false
      training.weightDecay = 1e-4
      augmentation.jitter = 0.8
      augmentation.hue = 0.1
      augmentation.blur = 0.5
    }

    public static let schema = SettingsSchema<Self>(
      .number("temperature", \.temperature, in: 0.01...10, "temperature tau of InfoNCE"),
      from: "Chen et al., 2020, table 1; moco@a419ef2, README.md"
    )
    .adding(
      .integer("queue", \.queue, in: 2...1_000_000, "keys in the queue"),
      from: "moco/colab/moco_cifar10_demo.ipynb@f736491; 65536 in main_moco.py@a419ef2"
    )
    .adding(
      .boolean("symmetric", \.isSymmetric, "each view is query and key in turn"),
      .integer(
        "shuffle_groups", \.shuffleGroups, in: 1...64,
        "parts of the batch that are normalised apart, shuffled for the keys (ShuffleBN)"),
      from: "He et al., CVPR 2020, sections 3.1 and 3.3; moco@a419ef2, 8 cards"
    )
    .including(\.momentum, from: "He et al., CVPR 2020, equation 2; moco@a419ef2, main_moco.py")
    .including(\.projection, from: "Chen et al., 2020, section 3")
    .adding(
      .choice("cluster_encoder", \.clusteredNetwork, "network whose vectors are clustered"),
      from: "ours; key: ProPos@cc35d8c, models/moco/moco.py"
    )
    .including(\.clustering, from: "ours")
    .including(\.backbone, from: "moco/colab/moco_cifar10_demo.ipynb@f736491")
    .including(\.training, from: "moco@a419ef2, README.md and main_moco.py")
    .including(\.augmentation, from: "moco@a419ef2, main_moco.py")
  }

  public static let description = MethodDescription(
    name: "moco", title: "MoCo v2 + k-means", family: .contrastive, version: 2,
    reference:
      "He et al., Momentum Contrast for Unsupervised Visual Representation Learning, CVPR 2020; "
      + "Chen et al., Improved Baselines with Momentum Contrastive Learning, 2020",
    summary:
      "a view finds the other's key among a queue of a momentum encoder's keys; then k-means",
    code: "facebookresearch/moco@a419ef2")

  /// CIFAR as in the authors' notebook for it, which has one linear layer instead of version 2's two.
  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems.overlaid(
    with: .each(
      of: ["cifar10", "cifar100"],
      [
        "batch_size": 512, "learning_rate": 0.06, "weight_decay": 5e-4, "temperature": 0.1,
        "encoder_momentum": 0.99, "crop_scale": 0.08, "blur": 0.0, "projection": "linear",
      ]))

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let contrast: MomentumContrast
  /// The last step's, for the queue.
  private var embeddings: MomentumContrast.Embeddings = []

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let settings = inputs.settings
    augmentation = try Augmentation(settings.augmentation, for: inputs)
    contrast = try MomentumContrast(
      settings.backbone, projection: settings.projection, queue: settings.queue,
      shuffleGroups: settings.shuffleGroups, context: inputs.context)
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 2) }
  public var network: any Module { contrast.encoder }
  public var memory: [NamedTensor] { contrast.memory }

  /// Equation 1; the symmetric form is the sum of both directions.
  public func loss(_ batch: Batch) -> [LossTerm] {
    embeddings = contrast.embeddings(
      batch, directions: settings.isSymmetric ? [(0, 1), (1, 0)] : [(0, 1)])
    return [("contrast", contrast.loss(embeddings, temperature: settings.temperature))]
  }

  public func finishStep(_ batch: Batch) {
    contrast.follow(
      embeddings, momentum: settings.momentum.value(at: plan.progress(at: batch)))
    embeddings = []
  }

  public func assign(_ images: ImageSet) throws -> [Int32] {
    try contrast.assign(
      images, by: settings.clusteredNetwork, settings.clustering, augmentation, for: inputs)
  }
}

extension MoCo: AppliesToNewImages {
  public var memoryForAssignment: String? {
    settings.clusteredNetwork == .key ? "target." : nil
  }
}
