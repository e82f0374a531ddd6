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
  /// The self-supervised method that the step starts from.
  public enum Pretext: String, CaseIterable, Sendable {
    /// `SimCLR`, as in the paper.
    case simclr
    /// `MoCo`.
    case moco
    /// `InstanceDiscrimination`.
    case instdisc
  }

  /// What the pretext has where the experiment says nothing.
  public enum PretextRecipe: String, CaseIterable, Sendable {
    /// The official code's for SCAN, which is SimCLR's alone; other pretexts have their own.
    case scan
    /// The pretext's own defaults, so that a row of it can be the pretext's run.
    case own
  }

  /// How images and their neighbours are changed.
  public enum ViewKind: String, CaseIterable, Sendable {
    /// RandAugment and cutout, as the code has it.
    case strong
    /// By the augmentation's settings.
    case standard
  }

  /// The defaults are those of the official code for CIFAR-10 (commit 952ec31).
  public struct Settings: Configurable {
    /// The method that it starts from.
    public var pretext = Pretext.simclr
    /// The pretext's settings where the experiment has none.
    public var pretextRecipe = PretextRecipe.scan
    /// k, the nearest neighbours of an image.
    public var neighbours = 20
    /// Whether an image is one more of its neighbours, as in the code.
    public var drawsItself = false
    /// lambda of equation 2.
    public var entropyWeight = 5.0
    /// How images and their neighbours are changed.
    public var viewKind = ViewKind.strong
    /// The pretext's residual network.
    public var backbone = BackboneShape()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings()
    /// How strong views are made.
    public var strong = StrongAugmentationSettings()
    /// How views are made.
    public var augmentation = AugmentationSettings()

    public init() {
      training.epochs = 50
      training.optimiser = .adam
      training.learningRate = 1e-4
      training.weightDecay = 1e-4
      training.schedule = .constant
    }

    public static let schema = SettingsSchema<Self>(
      .choice("pretext", \.pretext, "method whose network and features the step starts from"),
      .choice(
        "pretext_recipe", \.pretextRecipe,
        "what the pretext has where the experiment says nothing: SCAN's settings or its own"),
      .integer("neighbours", \.neighbours, in: 1...1000, "nearest neighbours of an image"),
      .boolean(
        "own_neighbour", \.drawsItself, "an image is one more of its neighbours, as in the code"),
      .number("entropy_weight", \.entropyWeight, in: 0...1000, "weight lambda of the entropy"),
      .choice("view_kind", \.viewKind, "how images and their neighbours are changed"),
      from: "Unsupervised-Classification@952ec31"
    )
    .including(\.backbone, \.training, \.strong, \.augmentation)
  }

  public static let description = MethodDescription(
    name: "scan-cluster", title: "SCAN (clustering step)", family: .deepClustering, version: 4,
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
  private let seed: UInt64
  private let model: SCANNetwork
  /// Of the images learnt from, by the pretext's embeddings of them.
  package let nearest: NearestNeighbourGraph

  /// The pretext that it starts from.
  public static func stage(of settings: Settings) -> Stage? {
    // Its backbone has to be this one's, and to have seen images as this one sees them.
    var values = BackboneShape.schema.values(of: settings.backbone)
    values["normalise"] = .boolean(settings.augmentation.normalise)
    let isSCANs = settings.pretextRecipe == .scan && settings.pretext == .simclr
    return Stage(
      method: settings.pretext.rawValue, settings: values,
      defaults: isSCANs ? Self.pretextSettings : [:])
  }

  /// Those of the official code's SimCLR, on CIFAR and STL-10 alike (configs/pretext), and torchvision's
  /// crops and residual network.
  private static let pretextSettings: [String: SettingValue] = [
    "temperature": 0.1, "anchors": "first", "projection": "mlp", "projection_hidden": 0,
    "dimensions": 128, "epochs": 500, "batch_size": 512, "optimiser": "sgd", "learning_rate": 0.4,
    "learning_rate_warmup": 0, "learning_rate_floor": 0.001, "momentum": 0.9, "nesterov": false,
    "weight_decay": 1e-4, "schedule": "cosine", "crop_scale": 0.2, "interpolation": "bilinear",
    "flip": 0.5, "brightness": 0.4, "contrast": 0.4, "saturation": 0.4, "hue": 0.1, "jitter": 0.8,
    "greyscale": 0.2, "blur": 0.0, "backbone_initialisation": "he", "residual_gamma": 1.0,
  ]

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context) = (inputs.settings, inputs.context)
    let stage = try context.finishedStage(for: Self.self, settings)
    seed = context.seed
    let augmentation = try Augmentation(settings.augmentation, for: inputs)
    self.augmentation = augmentation
    strong = StrongAugmentation(settings: settings.strong, beside: augmentation)
    let encoder = try Encoder(of: stage, settings.backbone, context: context)
    let embeddings = encoder.embeddings(of: inputs.images, augmentation)
    nearest = try NearestNeighbourGraph(
      of: embeddings.floats(), dimensions: embeddings.size(1),
      neighbours: min(settings.neighbours, inputs.images.count - 1), threads: context.threads)
    model = SCANNetwork(encoder.backbone, context: context)
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 2) }
  public var network: any Module { model }

  /// The images, and of each a neighbour drawn at random.
  public func views(of images: ImageSet, at positions: [Int], epoch: Int) throws -> [Tensor] {
    let neighbours = positions.map { position in
      var stream = RandomStream(
        seed: seed, purpose: .method, epoch: epoch, item: images.drawKeys[position])
      let known = nearest.neighbours
      let drawn = stream.integer(below: known + (settings.drawsItself ? 1 : 0))
      return drawn == known ? position : Int(nearest.indices[position * known + drawn])
    }
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
