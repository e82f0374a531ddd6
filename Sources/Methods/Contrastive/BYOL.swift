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

  /// When the momentum encoder follows.
  public enum TargetMove: String, CaseIterable, Sendable {
    /// After the optimiser's step, by the weights that it gave (algorithm 1 of the paper).
    case afterStep = "after-step"
    /// Before it, by the weights that the predictions were made with (ProPos).
    case beforeStep = "before-step"
  }

  /// The defaults are those of the code that published BYOL's clusters on our benchmarks (ProPos, which
  /// is BYOL where its own two terms are off).
  public struct Settings: Configurable {
    /// tau, by which the target network follows the online network.
    public var momentum = MomentumSettings(0.996, course: .cosine)
    /// When the target network follows.
    public var targetFollows = TargetMove.afterStep
    /// The number of the first step, 0 or 1, by which schedules go.
    public var firstStep = 1
    /// What the predictor's learning rate is multiplied by.
    public var predictorRate = 10.0
    /// Parts of a batch that are normalised apart (ShuffleBN); 1 is no part.
    public var shuffleGroups = 1
    /// The network whose vectors are clustered.
    public var clusteredNetwork = ClusteredNetwork.target
    /// The shape of projector and predictor.
    public var projection = ProjectionSettings(.mlpBatchNormalised, hidden: 4096, dimensions: 256)
    /// The final k-means.
    public var clustering = FeatureClusteringSettings(.projection, .cosine)
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings()
    /// How views are made.
    public var augmentation = AugmentationSettings()

    public init() {
      training.epochs = 1000
      training.batchSize = 256
      training.learningRate = 0.05
      training.warmup = 0.05
      training.schedule = .cosine
      training.nesterov = false
      augmentation.cropScale = 0.08
      augmentation.jitter = 0.8
      augmentation.hue = 0.1
    }

    public static let schema = SettingsSchema<Self>()
      .including(\.momentum, from: "Grill et al., NeurIPS 2020, section 3.2; ProPos@cc35d8c")
      .adding(
        .choice(
          "target_follows", \.targetFollows,
          "when the momentum encoder follows, seen from the optimiser's step"),
        from: "Grill et al., NeurIPS 2020, algorithm 1; before-step: ProPos@cc35d8c"
      )
      .adding(
        .integer(
          "first_step", \.firstStep, in: 0...1,
          "number of a run's first step, by which learning rate and encoder momentum go"),
        .number(
          "predictor_rate", \.predictorRate, in: 0.01...1000,
          "what the predictor's learning rate is multiplied by"),
        .integer(
          "shuffle_groups", \.shuffleGroups, in: 1...64,
          "parts of the batch that are normalised apart, shuffled for the target (ShuffleBN)"),
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
    name: "byol", title: "BYOL + k-means", family: .contrastive, version: 3,
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
  /// Encoder f and g, and predictor q, which the target network has not.
  private let online: PredictingEncoder
  /// Encoder f and g of the other view.
  private let target: MomentumEncoder<Encoder>
  private let groups: NormalisationGroups

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let settings = inputs.settings
    augmentation = try Augmentation(settings.augmentation, for: inputs)
    online = PredictingEncoder(
      settings.backbone, projection: settings.projection, predictor: settings.projection,
      context: inputs.context)
    target = try MomentumEncoder(
      following: online.encoder,
      copy: Encoder(settings.backbone, projection: settings.projection, context: inputs.context))
    groups = NormalisationGroups(settings.shuffleGroups)
  }

  public var plan: TrainingPlan {
    TrainingPlan(
      training: settings.training, views: 2, rateFactors: ["predictor": settings.predictorRate],
      firstStep: settings.firstStep)
  }

  public var network: any Module { online }
  public var memory: [NamedTensor] { target.memory }

  /// The mean of both directions, as in the code whose learning rate this has; the paper's sum
  /// (section 3.1) is the same at twice the rate and half the weight decay.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let predictions = batch.views.map { view in
      groups.apart(view) {
        online.predictor(online.encoder.project($0, training: true), training: true)
      }
    }
    // The second view first, as in ProPos: its running statistics know the order.
    let targets = target { network in
      batch.views.enumerated().reversed().map { number, view in
        let stream = RandomStream(
          seed: context.seed, purpose: .method, epoch: batch.epoch + 1, item: batch.step,
          view: number)
        return groups.shuffled(view, from: stream) { network.project($0, training: true) }
      }
    }
    if settings.targetFollows == .beforeStep { follow(batch) }
    let both =
      bootstrapLoss(predictions[0], target: targets[0])
      + bootstrapLoss(predictions[1], target: targets[1])
    return [("bootstrap", both / 2)]
  }

  public func finishStep(_ batch: Batch) {
    if settings.targetFollows == .afterStep { follow(batch) }
  }

  /// Moves the target network towards the online network (equation 1 of the paper, xi = tau xi + (1 - tau)
  /// theta).
  private func follow(_ batch: Batch) {
    target.follow(momentum: settings.momentum.value(at: plan.progress(at: batch)))
  }

  public func assign(_ images: ImageSet) throws -> [Int32] {
    let encoder = settings.clusteredNetwork == .target ? target.network : online.encoder
    return try FeatureClustering(settings.clustering, for: inputs)
      .assign(images, by: encoder, augmentation)
  }
}
