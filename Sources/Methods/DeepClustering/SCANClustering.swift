import ClassicalClustering
import Core
import Torch
import Vision

/// SCAN's clustering step: images and their nearest neighbours in the feature space of a pretext are
/// drawn into the same cluster. `scan` goes on from it.
///
/// Van Gansbeke, W., Vandenhende, S., Georgoulis, S., Proesmans, M. and Van Gool, L., "SCAN: Learning
/// to Classify Images without Labels", ECCV 2020, section 2.2.
package final class SCANClustering: TrainedMethod, ReportsConfidence {
  /// How images and their neighbours are changed.
  public enum ViewKind: String, CaseIterable, Sendable {
    /// RandAugment and cutout, as the code has it.
    case strong
    /// By the augmentation's settings.
    case standard
  }

  /// The defaults are those of the official code for CIFAR-10 (commit 952ec31).
  public struct Settings: Configurable {
    /// The method that it starts from, and the neighbours of an image.
    public var pretext = PretextSettings()
    /// lambda of equation 2.
    public var entropyWeight = 5.0
    /// How images and their neighbours are changed.
    public var viewKind = ViewKind.strong
    /// The pretext's residual network.
    public var backbone = BackboneShape()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings.adam(
      1e-4, batchSize: 128, epochs: 50, weightDecay: 1e-4)
    /// How strong views are made.
    public var strong = StrongAugmentationSettings()
    /// How views are made.
    public var augmentation = AugmentationSettings()

    public init() {}

    public static let schema = SettingsSchema<Self>()
      .including(\.pretext, from: "Unsupervised-Classification@952ec31")
      .adding(
        .number("entropy_weight", \.entropyWeight, in: 0...1000, "weight lambda of the entropy"),
        .choice("view_kind", \.viewKind, "how images and their neighbours are changed"),
        from: "Unsupervised-Classification@952ec31"
      )
      .including(\.backbone, \.training, \.strong, \.augmentation)
  }

  public static let description = MethodDescription(
    name: "scan-cluster", title: "SCAN (clustering step)", family: .deepClustering, version: 5,
    reference:
      "Van Gansbeke et al., SCAN: Learning to Classify Images without Labels, ECCV 2020",
    summary: "nearest neighbours in a pretext's feature space are drawn into the same cluster",
    code: "Unsupervised-Classification@952ec31", benchmarks: ["cifar10", "cifar100", "stl10"])

  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems.overlaid(with: [
    "cifar100": ["epochs": 100, "batch_size": 512],
    // A square of at most 32 of the 96 pixels.
    "stl10": ["epochs": 100, "cutout": 0.3333],
  ])

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let strong: StrongAugmentation
  private let model: SCANNetwork
  private let neighbours: PretextNeighbours
  /// Of the images learnt from, by the pretext's embeddings of them.
  package var nearest: NearestNeighbourGraph { neighbours.graph }

  /// The pretext that it starts from.
  public static func stage(of settings: Settings) -> Stage? {
    settings.pretext.stage(
      backbone: settings.backbone, normalise: settings.augmentation.normalise)
  }

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context) = (inputs.settings, inputs.context)
    let stage = try context.finishedStage(for: Self.self, settings)
    let augmentation = try Augmentation(settings.augmentation, for: inputs)
    self.augmentation = augmentation
    strong = StrongAugmentation(settings: settings.strong, beside: augmentation)
    let encoder = try Encoder(of: stage, settings.backbone, context: context)
    neighbours = try PretextNeighbours(
      of: encoder.embeddings(of: inputs.images, augmentation), settings.pretext, context: context)
    model = SCANNetwork(encoder.backbone, context: context)
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 2) }
  public var network: any Module { model }

  /// The images, and of each a neighbour drawn at random.
  public func views(of images: ImageSet, at positions: [Int], epoch: Int) throws -> [Tensor] {
    let neighbours = neighbours.drawn(for: positions, of: images, epoch: epoch)
    return try [positions, neighbours].enumerated().map { number, positions in
      switch settings.viewKind {
      case .strong: try strong.view(number, of: images, at: positions, epoch: epoch)
      case .standard: augmentation.view(number, of: images, at: positions, epoch: epoch)
      }
    }
  }

  /// Equation 2.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let (anchor, neighbour) = (
      model(batch.views[0], training: true).softmax(along: 1),
      model(batch.views[1], training: true).softmax(along: 1)
    )
    return [
      ("consistency", neighbourConsistency(anchor, neighbour)),
      ("entropy", meanPredictionEntropy(anchor) * -settings.entropyWeight),
    ]
  }

  public func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment {
    try model.assign(images, augmentation)
  }
}

/// The network of SCAN's second and third steps: a backbone and a classifier on it.
struct SCANNetwork: Module {
  let backbone: Backbone
  private let head: Linear

  /// - Parameter backbone: with what its pretext learnt.
  init(_ backbone: Backbone, context: MethodContext) {
    self.backbone = backbone
    var stream = RandomStream(seed: context.seed, purpose: .weights, epoch: 1)
    head = Linear(backbone.features, context.clusters, on: context.device, from: &stream)
  }

  var children: [(name: String, module: any Module)] {
    [("backbone", backbone), ("cluster_head", head)]
  }

  /// Logits [B, K].
  func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
    head(backbone(images, training: training))
  }

  func assign(
    _ images: ImageSet, _ augmentation: Augmentation
  ) throws -> ConfidentAssignment {
    try ConfidentAssignment(
      logits: backbone.overAll(images, augmentation) { features, _ in head(features) })
  }
}
