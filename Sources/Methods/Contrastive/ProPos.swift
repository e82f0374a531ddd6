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
    /// By which the target network follows the online network.
    public var momentum = MomentumSettings(0.996, course: .cosine)
    /// When the target network follows.
    public var targetFollows = BYOL.TargetMove.afterStep
    /// The number of the first step, 0 or 1, by which schedules go.
    public var firstStep = 1
    /// What the predictor's learning rate is multiplied by.
    public var predictorRate = 10.0
    /// The distribution of the predictor's initial weights.
    public var predictorStart = LinearInitialisation.smallNormal
    /// Parts of a batch that are normalised apart (ShuffleBN); 1 is no part.
    public var shuffleGroups = 1
    /// The shape of projector and predictor.
    public var projection = ProjectionSettings(.mlpBatchNormalised, hidden: 4096, dimensions: 256)
    /// k-means before each epoch and at the end.
    public var clustering = FeatureClusteringSettings(.projection, .cosine)
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings()
    /// How views are made.
    public var augmentation = AugmentationSettings()

    public init() {
      backbone.depth = .thirtyFour
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
    .including(\.momentum, from: "ProPos@cc35d8c")
    .adding(
      .choice(
        "target_follows", \.targetFollows,
        "when the momentum encoder follows, seen from the optimiser's step"),
      .integer(
        "first_step", \.firstStep, in: 0...1,
        "number of a run's first step, by which learning rate and encoder momentum go"),
      .number(
        "predictor_rate", \.predictorRate, in: 0.01...1000,
        "what the predictor's learning rate is multiplied by"),
      .choice(
        "predictor_initialisation", \.predictorStart,
        "where the predictor's linear layers start from"),
      .integer(
        "shuffle_groups", \.shuffleGroups, in: 1...64,
        "parts of the batch that are normalised apart, shuffled for the target (ShuffleBN)"),
      from: "ProPos@cc35d8c"
    )
    .including(\.projection, from: "ProPos@cc35d8c; the predictor has the same shape")
    .including(\.clustering, from: "ProPos@cc35d8c, models/basic_template.py")
    .including(\.backbone, \.training, \.augmentation, from: "ProPos@cc35d8c")
  }

  public static let description = MethodDescription(
    name: "propos", title: "ProPos", family: .contrastive, version: 1,
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
  /// Encoder and predictor.
  private let online: PredictingEncoder
  /// The encoder of the other view.
  private let target: MomentumEncoder<Encoder>
  private let groups: NormalisationGroups
  private let warmupEpochs: Int
  /// The cluster of every image, int64 [N].
  private let labels: Tensor

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context) = (inputs.settings, inputs.context)
    augmentation = try Augmentation(settings.augmentation, for: inputs)
    online = PredictingEncoder(
      settings.backbone, projection: settings.projection, predictor: settings.projection,
      initialisation: settings.predictorStart, context: context)
    target = try MomentumEncoder(
      following: online.encoder,
      copy: Encoder(settings.backbone, projection: settings.projection, context: context))
    groups = NormalisationGroups(settings.shuffleGroups)
    warmupEpochs = settings.warmup.wholeEpochs(of: settings.training.epochs)
    labels = Tensor.full([inputs.images.count], 0, dtype: .int64, on: context.device)
  }

  public var plan: TrainingPlan {
    TrainingPlan(
      training: settings.training, views: 2, rateFactors: ["predictor": settings.predictorRate],
      firstStep: settings.firstStep)
  }

  public var network: any Module { online }
  public var memory: [NamedTensor] { target.memory + [("labels", labels)] }

  /// Clusters the momentum encoder's embeddings, where something depends on the clusters.
  public func beginEpoch(_ epoch: Int) throws {
    guard epoch >= warmupEpochs || settings.hasBalancedSampling else { return }
    let embeddings = target.network.embeddings(of: learnt, augmentation)
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
    let keys = keys(batch)
    if settings.targetFollows == .beforeStep { follow(batch) }
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
    return online.embeddingsAndPredictions(
      of: batch.views, groups, together: settings.viewsTogether
    ) { embedding in
      guard noise > 0 else { return embedding }
      return embedding
        + Tensor.normal(embedding.shape, standardDeviation: noise, from: &stream)
        .to(context.device)
    }
  }

  /// Embeddings of both views by the target network, [B, D] each, without gradients. The second view comes first,
  /// as in the code: its running statistics know the order.
  private func keys(_ batch: Batch) -> [Tensor] {
    func shuffled(_ images: Tensor, _ number: Int, _ network: Encoder) -> Tensor {
      let stream = RandomStream(
        seed: context.seed, purpose: .method, epoch: batch.epoch + 1, item: batch.step,
        view: number)
      return groups.shuffled(images, from: stream) { network.project($0, training: true) }
    }
    return target { network in
      if settings.viewsTogether {
        let images = batch.positions.count
        let both = shuffled(.concatenated(batch.views.reversed()), 0, network)
        return [both.narrowed(0, to: images..<(2 * images)), both.narrowed(0, to: 0..<images)]
      }
      return batch.views.enumerated().reversed().map { shuffled($1, $0, network) }.reversed()
    }
  }

  public func finishStep(_ batch: Batch) {
    if settings.targetFollows == .afterStep { follow(batch) }
  }

  /// Moves the target network towards the online network.
  private func follow(_ batch: Batch) {
    target.follow(momentum: settings.momentum.value(at: plan.progress(at: batch)))
  }

  /// k-means on the momentum encoder's embeddings.
  public func assign(_ images: ImageSet) throws -> [Int32] {
    try FeatureClustering(settings.clustering, for: inputs)
      .assign(images, by: target.network, augmentation)
  }
}
