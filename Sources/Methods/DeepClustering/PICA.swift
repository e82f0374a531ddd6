import Core
import Domain
import Torch
import Vision

/// Partition confidence maximisation: the clusters of images and of perturbed copies should be the
/// same, cluster by cluster over the batch.
///
/// Huang, J., Gong, S. and Zhu, X., "Deep Semantic Clustering by Partition Confidence Maximisation",
/// CVPR 2020.
package final class PICA: TrainedMethod, ReportsConfidence {
  /// The defaults are those of the official code (commit a82957e). An epoch is one of each of the heads.
  public struct Settings: Configurable {
    /// Clusters of the over-clustering head.
    public var overClusters = 70
    /// lambda of equation 10.
    public var balanceWeight = 2.0
    /// Changed copies of every image in a step.
    public var copies = 3
    /// The side of the unperturbed view's crop as a share of the image's.
    public var cropShare = 0.8
    /// Height and width of a view in pixels; 0 stands for those of the image.
    public var viewSize = 0
    /// What becomes of a head's parameters in steps without it.
    public var idleHeads = IdleParameters.decay
    /// The fixed first layer.
    public var frontEnd = FrontEnd.sobel
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings()
    /// How views are made.
    public var augmentation = AugmentationSettings()

    public init() {
      (backbone.depth, backbone.stem) = (.thirtyFour, .smallPaddedPool)
      // Its code has an initialiser, and never calls it.
      backbone.start.convolutions = .torchDefault
      training.batchSize = 256
      training.optimiser = .adam
      training.learningRate = 1e-4
      training.weightDecay = 0
      training.schedule = .constant
    }

    public static let schema = SettingsSchema<Self>(
      .integer(
        "over_clusters", \.overClusters, in: 2...10_000, "clusters of the over-clustering head"),
      .number("balance_weight", \.balanceWeight, in: 0...1000, "weight lambda of the balance"),
      .integer("copies", \.copies, in: 1...16, "perturbed copies of every image in a step"),
      .number(
        "crop_share", \.cropShare, in: 0.1...1,
        "side of the unperturbed view's crop, as a share of the image's"),
      .integer(
        SettingName.viewSize, \.viewSize, in: 0...1024, "side of a view in pixels; 0: the image's"
      ),
      .choice("idle_heads", \.idleHeads, "what becomes of a head in steps without it"),
      .choice("front_end", \.frontEnd, "fixed first layer"),
      from: "PICA@a82957e"
    )
    .including(\.backbone, \.training, \.augmentation)
  }

  public static let description = MethodDescription(
    name: "pica", title: "PICA", family: .deepClustering, version: 3,
    reference:
      "Huang et al., Deep Semantic Clustering by Partition Confidence Maximisation, CVPR 2020",
    summary: "clusters of images and of perturbed copies are told apart with confidence",
    code: "PICA@a82957e",
    benchmarks: ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"])

  public static let benchmarkDefaults: BenchmarkDefaults = [
    // Resize(112) and RandomCrop(96), where the protocol has images of 112 without any resizing.
    "stl10": ["batch_size": 128, "crop_share": 0.857],
    "imagenet10": ["crop_share": 0.857, "view_size": 96],
    "imagenet-dogs": ["crop_share": 0.857, "view_size": 96],
    "tiny-imagenet": ["over_clusters": 700],
  ]

  public let inputs: Inputs
  /// Makes the unperturbed views and what is scored.
  public let augmentation: Augmentation
  /// Makes the perturbed copies.
  private let perturbation: Augmentation
  private let model: TwoHeadNetwork

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let settings = inputs.settings
    augmentation = try Augmentation(
      .unchanged(
        normalise: settings.augmentation.normalise,
        interpolation: settings.augmentation.interpolation), for: inputs,
      size: settings.viewSize == 0 ? nil : settings.viewSize,
      crop: .square(share: settings.cropShare))
    perturbation = augmentation.with(settings.augmentation)
    model = TwoHeadNetwork(
      settings.backbone, frontEnd: settings.frontEnd, overClusters: settings.overClusters,
      turns: [.overClustering, .clustering], context: inputs.context)
  }

  public var plan: TrainingPlan {
    TrainingPlan(training: settings.training, views: 1 + settings.copies, idle: settings.idleHeads)
  }

  public var network: any Module { model }

  /// The image itself, and its perturbed copies.
  public func views(of images: ImageSet, at positions: [Int], epoch: Int) -> [Tensor] {
    [augmentation.view(0, of: images, at: positions, epoch: epoch)]
      + (1...settings.copies).map {
        perturbation.view($0, of: images, at: positions, epoch: epoch)
      }
  }

  public func passes(of epoch: Int) -> [ImagePass] { model.passes }

  /// Equation 10: L = L_ce + lambda L_ne.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let turn = model.turn(of: batch)
    let original = model(batch.views[0], turn: turn)[0]
    // A cluster's assignment vector goes over the images of all copies.
    let perturbed = model(
      Tensor.concatenated(Array(batch.views.dropFirst())), turn: turn)[0]
    let repeated = Tensor.concatenated(
      Array(repeating: original, count: settings.copies))
    let head = turn == .clustering ? "" : "over_"
    return [
      (head + "uncertainty", partitionUncertainty(repeated, perturbed)),
      (head + "balance", balanceLoss(original) * settings.balanceWeight),
    ]
  }

  public func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment {
    try model.assign(images, augmentation)
  }
}
