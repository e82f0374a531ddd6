import Core
import Torch
import Vision

/// BYOL whose embeddings are kept apart by cluster: a view's noisy embedding predicts the momentum encoder's
/// embedding of the other view (positive sampling), and directions of clusters part (prototype scattering).
/// k-means finds the clusters before each epoch and at the end.
///
/// Huang, Z., Chen, J., Zhang, J. and Shan, H., "Learning Representation for Clustering via Prototype Scattering
/// and Positive Sampling", TPAMI 2022.
package final class ProPos: TrainedMethod {
  /// The defaults are the paper's network and those of its code.
  public struct Settings: Configurable {
    /// sigma, the standard deviation of the noise on embeddings.
    public var embeddingNoise = 0.001
    /// lambda, the weight of prototype scattering.
    public var scatteringWeight = 0.1
    /// tau, of prototype scattering.
    public var temperature = 0.5
    /// The part of the training before noise and scattering.
    public var warmup: EpochSpan = 0.05
    /// Whether images are drawn with replacement, each cluster as often as any other.
    public var hasBalancedSampling = false
    /// Whether both views are one batch for the normalisation.
    public var viewsTogether = false
    /// How the target network follows.
    public var bootstrap = MomentumPredictionSettings()
    /// The distribution of the predictor's initial weights.
    public var predictorStart = LinearInitialisation.smallNormal
    /// The shape of projector and predictor.
    public var projection = ProjectionSettings(.mlpBatchNormalised, hidden: 4096, dimensions: 256)
    /// k-means before each epoch and at the end.
    public var clustering = FeatureClusteringSettings(.projection, .cosine)
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings.propos
    /// How views are made.
    public var augmentation = AugmentationSettings.propos

    public init() { backbone.depth = .thirtyFour }

    /// A warm-up as long as the training leaves BYOL.
    public var contradiction: String? {
      guard warmup.wholeEpochs(of: training.epochs) >= training.epochs else { return nil }
      return
        "warmup_epochs \(warmup) leaves none of the \(training.epochs) epochs for its own terms"
    }

    public static let schema = SettingsSchema<Self>(
      .number(
        "embedding_noise", \.embeddingNoise, in: 0...10,
        "standard deviation sigma of the noise on embeddings"),
      .number(
        "scattering_weight", \.scatteringWeight, in: 0...1000,
        "weight lambda of prototype scattering"),
      .number(
        "temperature", \.temperature, in: 0.01...10, "temperature tau of prototype scattering"),
      .span(
        "warmup_epochs", \.warmup, upTo: 100_000,
        "epochs, or their share of all, before noise and scattering"),
      .boolean(
        "balanced_sampling", \.hasBalancedSampling,
        "images are drawn with replacement, each cluster as often as any other"),
      .boolean(
        "views_together", \.viewsTogether, "both views are one batch for the normalisation"),
      from: "ProPos@cc35d8c, models/propos and config"
    )
    .including(\.bootstrap)
    .adding(
      .choice(
        "predictor_initialisation", \.predictorStart,
        "where the predictor's linear layers start from"),
      from: "ProPos@cc35d8c"
    )
    .including(\.projection, from: "ProPos@cc35d8c; the predictor has the same shape")
    .including(\.clustering, from: "ProPos@cc35d8c, models/basic_template.py")
    .including(\.backbone, \.training, \.augmentation, from: "ProPos@cc35d8c")
  }

  public static let description = MethodDescription(
    name: "propos", title: "ProPos", family: .contrastive, version: 2,
    reference:
      "Huang et al., Learning Representation for Clustering via Prototype Scattering and Positive Sampling, "
      + "TPAMI 2022",
    summary: "BYOL with noise on embeddings, and directions of k-means clusters that part",
    code: "Hzzone/ProPos@cc35d8c",
    benchmarks: ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs"])

  /// Four cards as in BYOL's runs. CIFAR-10 has the first version of the code's step, CIFAR-100 and
  /// ImageNet-Dogs the second.
  public static let benchmarkDefaults = BYOL.benchmarkDefaults.overlaid(with: [
    "cifar10": ["encoder_momentum_course": "constant", "target_follows": "before-step"],
    "cifar100": ["views_together": true, "balanced_sampling": true],
    "imagenet-dogs": ["views_together": true, "balanced_sampling": true],
  ])

  public let inputs: Inputs
  public let augmentation: Augmentation
  /// Encoder with predictor, and encoder of the other view.
  private let bootstrap: MomentumPrediction
  private let warmupEpochs: Int
  /// The cluster of every image, int64 [N].
  private let labels: Tensor

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context) = (inputs.settings, inputs.context)
    augmentation = try Augmentation(settings.augmentation, for: inputs)
    bootstrap = try MomentumPrediction(
      settings.bootstrap, backbone: settings.backbone, projection: settings.projection,
      initialisation: settings.predictorStart, context: context)
    warmupEpochs = settings.warmup.wholeEpochs(of: settings.training.epochs)
    labels = Tensor.full([inputs.images.count], 0, dtype: .int64, on: context.device)
  }

  public var plan: TrainingPlan { bootstrap.plan(settings.training) }
  public var network: any Module { bootstrap.online }
  public var memory: [NamedTensor] { bootstrap.target.memory + [("labels", labels)] }

  /// Clusters the momentum encoder's embeddings, where something depends on the clusters.
  public func beginEpoch(_ epoch: Int) throws {
    guard epoch >= warmupEpochs || settings.hasBalancedSampling else { return }
    let embeddings = bootstrap.target.network.embeddings(of: learnt, augmentation)
    let found = try FeatureClustering(settings.clustering, for: inputs)
      .cluster(embeddings.floats(), dimensions: embeddings.size(1))
    labels.copy(from: Tensor(found.map { Int($0) }))
  }

  /// Draws images whose probability is the inverse of their cluster's size: a cluster, and one of its images.
  public func sample(_ positions: [Int], epoch: Int) throws -> [Int] {
    guard settings.hasBalancedSampling else { return positions }
    let labels = try labels.integers()
    let clusters = Dictionary(grouping: positions) { labels[$0] }
      .sorted { $0.key < $1.key }.map(\.value)
    var stream = RandomStream(
      seed: context.seed, purpose: .method, epoch: epoch + 1, view: Draws.sample.rawValue)
    return positions.map { _ in
      let images = clusters[stream.integer(below: clusters.count)]
      return images[stream.integer(below: images.count)]
    }
  }

  /// What is drawn in a step besides the shuffled parts of the two views, which have the views' numbers.
  private enum Draws: Int {
    case noise = 2
    case sample = 4
  }

  /// Alignment and scattering, each the mean of both directions.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let isWarm = batch.epoch >= warmupEpochs
    let queries = queries(batch, noise: isWarm ? settings.embeddingNoise : 0)
    let keys = bootstrap.targets(batch, together: settings.viewsTogether)
    bootstrap.follow(batch, .beforeStep, plan)
    let alignment =
      bootstrapLoss(queries[0].prediction, target: keys[1])
      + bootstrapLoss(queries[1].prediction, target: keys[0])
    guard isWarm else {
      return [("alignment", alignment / 2), ("scattering", alignment.detached() * 0)]
    }
    let labels = labels.rows(batch.index)
    func directions(_ vectors: Tensor) -> Tensor {
      clusterDirections(vectors, labels: labels, clusters: context.clusters)
    }
    func scattering(_ query: Tensor, _ key: Tensor) -> Tensor {
      prototypeScatteringLoss(
        directions(query), keys: directions(key), labels: labels,
        temperature: settings.temperature)
    }
    let both =
      scattering(queries[0].embedding, keys[1]) + scattering(queries[1].embedding, keys[0])
    return [("alignment", alignment / 2), ("scattering", both * (settings.scatteringWeight / 2))]
  }

  /// Embeddings of both views by the online network, and what it predicts from them with noise, [B, D] each.
  private func queries(
    _ batch: Batch, noise: Double
  ) -> [(embedding: Tensor, prediction: Tensor)] {
    var stream = RandomStream(
      seed: context.seed, purpose: .method, epoch: batch.epoch + 1, item: batch.step,
      view: Draws.noise.rawValue)
    return bootstrap.online.embeddingsAndPredictions(
      of: batch.views, bootstrap.groups, together: settings.viewsTogether
    ) { embedding in
      guard noise > 0 else { return embedding }
      return embedding
        + Tensor.normal(embedding.shape, standardDeviation: noise, from: &stream)
        .to(context.device)
    }
  }

  public func finishStep(_ batch: Batch) { bootstrap.follow(batch, .afterStep, plan) }

  /// k-means on the momentum encoder's embeddings.
  public func assign(_ images: ImageSet) throws -> [Int32] {
    try FeatureClustering(settings.clustering, for: inputs)
      .assign(images, by: bootstrap.target.network, augmentation)
  }
}

extension ProPos: AppliesToNewImages {
  public var memoryForAssignment: String? { "target." }
}
