import Core
import Torch
import Vision

/// Simple siamese network: one view's embedding predicts that of the other view by the same encoder, which gets
/// no gradient from it; there are neither negatives nor a momentum encoder. k-means clusters the embeddings.
///
/// Chen, X. and He, K., "Exploring Simple Siamese Representation Learning", CVPR 2021.
package final class SimSiam: TrainedMethod {
  /// The defaults are those of the code that published SimSiam's clusters on our benchmarks (ProPos), but for
  /// `views_together`, which is as in the paper.
  public struct Settings: Configurable {
    /// Whether both views are one batch for the normalisation.
    public var viewsTogether = false
    /// Parts of a batch that are normalised apart; 1 is no part.
    public var normalisationGroups = 1
    /// Whether the predictor keeps the full learning rate to the end.
    public var hasConstantPredictorRate = true
    /// The number of the first step, 0 or 1, by which schedules go.
    public var firstStep = 1
    /// The width of the predictor's hidden layer.
    public var predictorHidden = 512
    /// The head between features and embeddings.
    public var projection = ProjectionSettings(.deepAffine, hidden: 2048, dimensions: 2048)
    /// The final k-means.
    public var clustering = FeatureClusteringSettings(.projection, .cosine)
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings.propos
    /// How views are made.
    public var augmentation = AugmentationSettings.propos

    public init() { (training.batchSize, training.learningRate) = (512, 0.06) }

    public static let schema = SettingsSchema<Self>(
      .boolean(
        "views_together", \.viewsTogether, "both views are one batch for the normalisation"),
      from: "Chen and He, CVPR 2021, algorithm 1; true: ProPos@cc35d8c, models/simsiam"
    )
    .adding(
      .integer(
        "normalisation_groups", \.normalisationGroups, in: 1...64,
        "parts of the batch that are normalised apart"),
      from: "ProPos@cc35d8c, 4 cards"
    )
    .adding(
      .boolean(
        "constant_predictor_rate", \.hasConstantPredictorRate,
        "the predictor keeps the full learning rate to the end"),
      from: "Chen and He, CVPR 2021, section 4.2; ProPos@cc35d8c, config"
    )
    .adding(
      .integer(
        "first_step", \.firstStep, in: 0...1,
        "number of a run's first step, by which the learning rate goes"),
      from: "ProPos@cc35d8c"
    )
    .adding(
      .integer(
        "predictor_hidden", \.predictorHidden, in: 2...16_384,
        "width of the predictor's hidden layer"),
      from: "Chen and He, CVPR 2021, section 3"
    )
    .including(\.projection, from: "ProPos@cc35d8c, models/simsiam; mlp3-bn-plain: simsiam@39ac33e")
    .including(\.clustering, from: "ProPos@cc35d8c, models/basic_template.py")
    .including(
      \.backbone, \.training, \.augmentation,
      from: "ProPos@cc35d8c, config/simsiam_cifar10_r34_config.json")
  }

  public static let description = MethodDescription(
    name: "simsiam", title: "SimSiam + k-means", family: .contrastive, version: 2,
    reference: "Chen and He, Exploring Simple Siamese Representation Learning, CVPR 2021",
    summary: "one view predicts the other's embedding by the same encoder; then k-means",
    code: "Hzzone/ProPos@cc35d8c")

  /// Four cards as in BYOL's runs, of 128 images each. On CIFAR the projection has two layers instead of three.
  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems.overlaid(
    with: .each(
      of: ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"],
      ["normalisation_groups": 4])
  ).overlaid(
    with: .each(of: ["cifar10", "cifar100"], ["projection": "mlp2-bn-affine"])
  ).overlaid(with: ["imagenet-dogs": ["blur": 0.5]])

  public let inputs: Inputs
  public let augmentation: Augmentation
  /// Encoder f and predictor h.
  private let model: PredictingEncoder
  private let groups: NormalisationGroups

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let settings = inputs.settings
    augmentation = try Augmentation(settings.augmentation, for: inputs)
    model = PredictingEncoder(
      settings.backbone, projection: settings.projection,
      predictor: ProjectionSettings(
        .mlpBatchNormalised, hidden: settings.predictorHidden,
        dimensions: settings.projection.dimensions),
      context: inputs.context)
    groups = NormalisationGroups(settings.normalisationGroups)
  }

  public var plan: TrainingPlan {
    TrainingPlan(
      training: settings.training, views: 2,
      constantRates: settings.hasConstantPredictorRate ? ["predictor"] : [],
      firstStep: settings.firstStep)
  }

  public var network: any Module { model }

  /// Equation 2: the mean of both directions. Beside it, how far embeddings spread: near 0 they have collapsed.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let pairs = model.embeddingsAndPredictions(
      of: batch.views, groups, together: settings.viewsTogether)
    let both =
      negativeCosineLoss(pairs[0].prediction, target: pairs[1].embedding)
      + negativeCosineLoss(pairs[1].prediction, target: pairs[0].embedding)
    let spread = spreadOfDirections(Tensor.concatenated(pairs.map(\.embedding)))
    return [("similarity", both / 2), ("spread", spread)]
  }

  public func assign(_ images: ImageSet) throws -> [Int32] {
    try FeatureClustering(settings.clustering, for: inputs)
      .assign(images, by: model.encoder, augmentation)
  }
}

extension SimSiam: AppliesToNewImages {}
