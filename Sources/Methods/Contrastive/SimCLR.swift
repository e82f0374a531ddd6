import Core
import Torch
import Vision

/// SimCLR: two views of an image have to find each other among all other views of the batch. k-means
/// clusters the features that it learns.
///
/// Chen, T., Kornblith, S., Norouzi, M. and Hinton, G., "A Simple Framework for Contrastive Learning of
/// Visual Representations", ICML 2020.
package final class SimCLR: TrainedMethod {
  /// How the losses of both directions, from each view to the other, become one.
  public enum Directions: String, CaseIterable, Sendable {
    /// Equation 1 and algorithm 1: the mean over all 2B anchors.
    case mean
    /// The sum of both means over B, as in the official code. LARS, which scales a step to a matrix's
    /// length, does not scale those of normalisations and biases: they go twice as fast.
    case sum
  }

  /// The defaults are the official code's command for CIFAR-10; the head is the paper's.
  public struct Settings: Configurable {
    /// tau of equation 1.
    public var temperature = 0.5
    /// The views that have to find their partner.
    public var anchors = ContrastAnchors.both
    /// How the losses of both directions become one.
    public var directions = Directions.sum
    /// g, the head between h and z.
    public var projection = ProjectionSettings(.mlp, dimensions: 128)
    /// Clusters are sought in h, not in z = g(h), which is thrown away (section 2.1).
    public var clustering = FeatureClusteringSettings(.backbone)
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings()
    /// How views are made.
    public var augmentation = AugmentationSettings()

    public init() {
      backbone.start.residualGamma = 0
      training.epochs = 1000
      training.batchSize = 512
      training.optimiser = .lars
      // 1.0 for every 256 images of a batch, as the code scales it.
      training.learningRate = 2
      training.warmup = 0.01
      training.schedule = .cosine
      training.nesterov = false
      training.weightDecay = 1e-4
      augmentation.cropScale = 0.08
      augmentation.interpolation = .bicubic
      augmentation.jitter = 0.8
      augmentation.hue = 0.1
      augmentation.normalise = false
    }

    public static let schema = SettingsSchema<Self>(
      .number("temperature", \.temperature, in: 0.01...10, "temperature tau of NT-Xent"),
      .choice("anchors", \.anchors, "views that have to find their partner"),
      from: "Chen et al., ICML 2020, equation 1; simclr@383d414, run.py"
    )
    .adding(
      .choice(
        "directions", \.directions,
        "how the losses of both directions become one, if both are asked"),
      from: "simclr@383d414, objective.py"
    )
    .including(\.projection, from: "Chen et al., ICML 2020, section 2.1")
    .including(\.clustering, from: "Chen et al., ICML 2020, section 2.1; starts are ours")
    .including(\.backbone, from: "simclr@383d414, README.md and resnet.py")
    .including(\.training, from: "simclr@383d414, README.md and run.py")
    .including(
      \.augmentation, from: "simclr@383d414, data_util.py; Chen et al., ICML 2020, appendix A")
  }

  public static let description = MethodDescription(
    name: "simclr", title: "SimCLR + k-means", family: .contrastive, version: 4,
    reference:
      "Chen et al., A Simple Framework for Contrastive Learning of Visual Representations, ICML 2020",
    summary: "two views of an image find each other among the batch; then k-means",
    code: "google-research/simclr@383d414")

  /// Full colour strength and blur above 32 pixels (appendix A), half and none on CIFAR (appendix B.9).
  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems.overlaid(
    with: .each(
      of: ["stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"],
      ["brightness": 0.8, "contrast": 0.8, "saturation": 0.8, "hue": 0.2, "blur": 0.5]))

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let encoder: Encoder

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    augmentation = try Augmentation(inputs.settings.augmentation, for: inputs)
    encoder = Encoder(
      inputs.settings.backbone, projection: inputs.settings.projection, context: inputs.context)
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 2) }
  public var network: any Module { encoder }

  /// NT-Xent of z = g(h) of both views (equation 1).
  public func loss(_ batch: Batch) -> [LossTerm] {
    // Both views are one batch to batch normalisation, as in the official code and in SCAN's.
    let embeddings = encoder.project(Tensor.concatenated(batch.views), training: true)
    let count = batch.positions.count
    let loss = ntXentLoss(
      embeddings.narrowed(0, to: 0..<count), embeddings.narrowed(0, to: count..<2 * count),
      temperature: settings.temperature, anchors: settings.anchors)
    let isSum = settings.anchors == .both && settings.directions == .sum
    return [("contrast", isSum ? loss * 2 : loss)]
  }

  /// k-means on h or z, by the settings.
  public func assign(_ images: ImageSet) throws -> [Int32] {
    try FeatureClustering(settings.clustering, for: inputs)
      .assign(images, by: encoder, augmentation)
  }
}

extension SimCLR: AppliesToNewImages {}
