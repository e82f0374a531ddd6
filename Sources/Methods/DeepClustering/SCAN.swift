import Core
import Torch
import Vision

/// SCAN: a pretext's nearest neighbours are clustered (`scan-cluster`, which it starts from), and the
/// classifier then learns from its own confident predictions.
///
/// Van Gansbeke, W., Vandenhende, S., Georgoulis, S., Proesmans, M. and Van Gool, L., "SCAN: Learning
/// to Classify Images without Labels", ECCV 2020, section 2.3.
package final class SCAN: TrainedMethod, ReportsConfidence {
  /// The defaults are those of the official code for CIFAR-10 (commit 952ec31). Pretext and neighbours
  /// are settings of `scan-cluster`.
  public struct Settings: Configurable {
    /// The probability above which a class is learnt from.
    public var threshold = 0.99
    /// Whether every class of a batch has the same weight as a whole.
    public var isBalanced = true
    /// Whether the images' mean is subtracted and what is left divided by their deviation.
    public var normalise = true
    /// The pretext's residual network.
    public var backbone = BackboneShape()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings.adam(1e-4, batchSize: 1000, weightDecay: 1e-4)
    /// How strong views are made.
    public var strong = StrongAugmentationSettings()

    public init() {}

    public static let schema = SettingsSchema<Self>(
      .number(
        "threshold", \.threshold, in: 0...1, "a class is learnt from above this probability"),
      .boolean("balanced", \.isBalanced, "every class of a batch has the same weight as a whole"),
      .boolean(
        "normalise", \.normalise, "subtract the images' mean and divide by their deviation"),
      from: "Unsupervised-Classification@952ec31"
    )
    .including(\.backbone, \.training, \.strong)
  }

  public static let description = MethodDescription(
    name: "scan", title: "SCAN", family: .deepClustering, version: 4,
    reference:
      "Van Gansbeke et al., SCAN: Learning to Classify Images without Labels, ECCV 2020",
    summary: "self-labelling of a network that clusters a pretext's nearest neighbours",
    code: "Unsupervised-Classification@952ec31", benchmarks: ["cifar10", "cifar100", "stl10"])

  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems.overlaid(with: [
    // A square of at most 32 of the 96 pixels.
    "stl10": ["epochs": 100, "cutout": 0.3333]
  ])

  public let inputs: Inputs
  /// Makes the weak views, the images as they are, and what is scored.
  public let augmentation: Augmentation
  private let strong: StrongAugmentation
  private let model: SCANNetwork
  /// Of the last step.
  package private(set) var labels: PseudoLabels?

  /// The clustering step that it starts from, with the same backbone and pixels.
  public static func stage(of settings: Settings) -> Stage? {
    var values = BackboneShape.schema.values(of: settings.backbone)
    values["normalise"] = .boolean(settings.normalise)
    return Stage(method: SCANClustering.description.name, settings: values)
  }

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let settings = inputs.settings
    let stage = try inputs.context.finishedStage(for: Self.self, settings)
    augmentation = try Augmentation(
      .unchanged(normalise: settings.normalise), for: inputs, crop: .square(share: 1))
    strong = StrongAugmentation(settings: settings.strong, beside: augmentation)
    var stream = RandomStream(seed: inputs.context.seed, purpose: .weights)
    model = SCANNetwork(
      Backbone(BackboneSettings(settings.backbone), context: inputs.context, from: &stream),
      context: inputs.context)
    try model.load(stage)
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 2) }
  public var network: any Module { model }

  /// A weak and a strong view.
  public func views(of images: ImageSet, at positions: [Int], epoch: Int) throws -> [Tensor] {
    [
      augmentation.view(0, of: images, at: positions, epoch: epoch),
      try strong.view(1, of: images, at: positions, epoch: epoch),
    ]
  }

  /// Cross-entropy of the strong views to the classes of confident weak ones.
  public func loss(_ batch: Batch) -> [LossTerm] {
    // As the code does, in training: the batch's own statistics, which the running ones then follow.
    let weak = Torch.withoutGradients {
      model(batch.views[0], training: true).softmax(along: 1)
    }
    let labels = PseudoLabels(
      confident: weak, threshold: settings.threshold, isBalanced: settings.isBalanced)
    self.labels = labels
    return [("self-label", labels.crossEntropy(model(batch.views[1], training: true)))]
  }

  public func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment {
    try model.assign(images, augmentation)
  }
}

extension SCAN: AppliesToNewImages {}
