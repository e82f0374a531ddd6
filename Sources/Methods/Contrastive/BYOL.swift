import Core
import Torch
import Vision

/// Bootstrap your own latent: one view's embedding predicts that of the other view by a slowly moving
/// copy of the encoder; there are no negatives. k-means clusters the embeddings.
///
/// Grill, J.-B. et al., "Bootstrap Your Own Latent: A New Approach to Self-Supervised Learning", NeurIPS
/// 2020.
package final class BYOL: TrainedMethod {
  /// Which of the two networks is clustered by.
  public enum ClusteredNetwork: String, CaseIterable, Sendable {
    /// The network that learns.
    case online
    /// Its slowly moving copy.
    case target
  }

  /// The defaults are those of the code that published BYOL's clusters on our benchmarks (ProPos, which
  /// is BYOL where its own two terms are off).
  public struct Settings: Configurable {
    /// How the target network follows.
    public var bootstrap = MomentumPredictionSettings()
    /// The network whose vectors are clustered.
    public var clusteredNetwork = ClusteredNetwork.target
    /// The shape of projector and predictor.
    public var projection = ProjectionSettings(.mlpBatchNormalised, hidden: 4096, dimensions: 256)
    /// The final k-means.
    public var clustering = FeatureClusteringSettings(.projection, .cosine)
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings.propos
    /// How views are made.
    public var augmentation = AugmentationSettings.propos

    public init() {}

    public static let schema = SettingsSchema<Self>()
      .including(\.bootstrap)
      .adding(
        .choice("cluster_network", \.clusteredNetwork, "network whose vectors are clustered"),
        from: "ProPos@cc35d8c"
      )
      .including(
        \.projection,
        from: "Grill et al., NeurIPS 2020, section 3.2; the predictor has the same shape"
      )
      .including(\.clustering, from: "ProPos@cc35d8c, models/basic_template.py")
      .including(\.backbone, \.training, \.augmentation, from: "ProPos@cc35d8c")
  }

  public static let description = MethodDescription(
    name: "byol", title: "BYOL + k-means", family: .contrastive, version: 4,
    reference:
      "Grill et al., Bootstrap Your Own Latent: A New Approach to Self-Supervised Learning, "
      + "NeurIPS 2020",
    summary: "one view predicts a momentum encoder's embedding of the other; then k-means",
    code: "Hzzone/ProPos@cc35d8c")

  /// Each card of the code's four has 128 images of CIFAR-10 and 64 of the others, and normalises them by
  /// themselves.
  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems.overlaid(
    with: .each(
      of: ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"],
      ["shuffle_groups": 4])
  ).overlaid(with: [
    "cifar10": ["batch_size": 512, "learning_rate": 0.1],
    "imagenet-dogs": ["blur": 0.5],
  ])

  public let inputs: Inputs
  public let augmentation: Augmentation
  /// Encoder f and g with predictor q, and f and g of the other view.
  private let bootstrap: MomentumPrediction

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let settings = inputs.settings
    augmentation = try Augmentation(settings.augmentation, for: inputs)
    bootstrap = try MomentumPrediction(
      settings.bootstrap, backbone: settings.backbone, projection: settings.projection,
      context: inputs.context)
  }

  public var plan: TrainingPlan { bootstrap.plan(settings.training) }
  public var network: any Module { bootstrap.online }
  public var memory: [NamedTensor] { bootstrap.target.memory }

  /// The mean of both directions, as in the code whose learning rate this has; the paper's sum
  /// (section 3.1) is the same at twice the rate and half the weight decay.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let online = bootstrap.online
    let predictions = batch.views.map { view in
      bootstrap.groups.apart(view) {
        online.predictor(online.encoder.project($0, training: true), training: true)
      }
    }
    let targets = bootstrap.targets(batch)
    bootstrap.follow(batch, .beforeStep, plan)
    let both =
      bootstrapLoss(predictions[0], target: targets[1])
      + bootstrapLoss(predictions[1], target: targets[0])
    return [("bootstrap", both / 2)]
  }

  public func finishStep(_ batch: Batch) { bootstrap.follow(batch, .afterStep, plan) }

  public func assign(_ images: ImageSet) throws -> [Int32] {
    let encoder =
      settings.clusteredNetwork == .target ? bootstrap.target.network : bootstrap.online.encoder
    return try FeatureClustering(settings.clustering, for: inputs)
      .assign(images, by: encoder, augmentation)
  }
}

extension BYOL: AppliesToNewImages {
  public var memoryForAssignment: String? {
    settings.clusteredNetwork == .target ? "target." : nil
  }
}
