import Core
import Domain
import Torch
import Vision

/// Invariant information clustering: the clusters of an image and of a transformed copy should tell as
/// much as they can of each other.
///
/// Ji, X., Henriques, J. F. and Vedaldi, A., "Invariant Information Clustering for Unsupervised Image
/// Classification and Segmentation", ICCV 2019.
package final class IIC: TrainedMethod, ReportsConfidence {
  /// Which of the sub-heads' clusters an image gets.
  public enum SubHead: String, CaseIterable, Sendable {
    /// That of the sub-head with the lowest loss over its last epoch.
    case lowestLoss = "lowest-loss"
    /// The first one.
    case first
  }

  /// The defaults are those of the official code for CIFAR-10 (commit b7602b7, model 640): 220 images
  /// of 3 pairs each in a step. An epoch is one of the over-clustering head and `headEpochs` of the
  /// other.
  public struct Settings: Configurable {
    /// Clusters of the over-clustering head.
    public var overClusters = 70
    /// Classifiers of each head.
    public var subHeads = 5
    /// The sub-head whose clusters count.
    public var subHead = SubHead.lowestLoss
    /// Passes of the head that is asked for in an epoch, besides one of the over-clustering head.
    public var headEpochs = 1
    /// Whether the head that is asked for begins an epoch.
    public var headFirst = false
    /// The weight of the marginals; 1 in the paper.
    public var lambda = 1.0
    /// Changed copies of every image in a step.
    public var copies = 3
    /// The side of a crop as a share of the image's.
    public var cropShare = 0.625
    /// Height and width of a view in pixels; 0 stands for those of the image.
    public var viewSize = 0
    /// What becomes of a head's parameters in steps without it.
    public var idleHeads = IdleParameters.decay
    /// The fixed first layer.
    public var frontEnd = FrontEnd.lumaSobel
    /// The initial weights of the classifiers.
    public var headInitialisation = LinearInitialisation.torchDefault
    /// Whether each pass has the images in a new order.
    public var shuffles = false
    /// Whether images are scored with running statistics of centre crops.
    public var centreStatistics = false
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings.adam(1e-4, batchSize: 220, epochs: 2000)
    /// How views are made.
    public var augmentation = AugmentationSettings()

    public init() {
      (backbone.depth, backbone.stem) = (.thirtyFour, .smallPaddedPool)
      augmentation.hue = 0.125
      augmentation.greyscale = 0
      augmentation.normalise = false
    }

    public static let schema = SettingsSchema<Self>(
      .integer(
        "over_clusters", \.overClusters, in: 2...10_000, "clusters of the over-clustering head"),
      .integer("sub_heads", \.subHeads, in: 1...32, "classifiers of each head"),
      .choice("sub_head", \.subHead, "the sub-head whose clusters count"),
      .integer(
        "head_epochs", \.headEpochs, in: 1...100,
        "passes of the head that is asked for, to one of the over-clustering head"),
      .boolean("head_first", \.headFirst, "the head that is asked for begins an epoch"),
      .number("lambda", \.lambda, in: 0...10, "weight of the marginals; 1 in the paper"),
      .integer("copies", \.copies, in: 1...16, "transformed copies of every image in a step"),
      .number(
        "crop_share", \.cropShare, in: 0.1...1,
        "side of a random crop, as a share of the image's; crop_scale is not used"),
      .integer(
        SettingName.viewSize, \.viewSize, in: 0...1024, "side of a view in pixels; 0: the image's"
      ),
      .choice("idle_heads", \.idleHeads, "what becomes of a head in steps without it"),
      .choice("front_end", \.frontEnd, "fixed first layer"),
      .choice("head_initialisation", \.headInitialisation, "where the classifiers start from"),
      .boolean("shuffle", \.shuffles, "each pass has the images in another order"),
      .boolean(
        "centre_statistics", \.centreStatistics,
        "running statistics are those of centre crops where images are scored"),
      from: "IIC@b7602b7"
    )
    .including(\.backbone, \.training, \.augmentation)
  }

  public static let description = MethodDescription(
    name: "iic", title: "IIC", family: .deepClustering, version: 4,
    reference: "Ji et al., Invariant Information Clustering, ICCV 2019",
    summary: "mutual information of the clusters of an image and of a transformed copy",
    code: "IIC@b7602b7", benchmarks: ["cifar10", "cifar100", "stl10"])

  public static let benchmarkDefaults: BenchmarkDefaults = [
    "cifar10": ["head_epochs": 2],
    // Model 579, the only one without --head_A_first.
    "cifar100": ["over_clusters": 140, "batch_size": 200, "copies": 5, "head_first": true],
    // Crops of 64 of the 96 pixels, not resized; --double_eval.
    "stl10": [
      "batch_size": 140, "copies": 5, "crop_share": 0.6667, "view_size": 64,
      "centre_statistics": true,
    ],
    // The code has none of these; seven times the classes, as for the others.
    "imagenet-dogs": ["over_clusters": 105],
    "tiny-imagenet": ["over_clusters": 1400],
  ]

  public let inputs: Inputs
  /// Makes the first view of a pair and what is scored.
  public let augmentation: Augmentation
  private let transformation: Augmentation
  private let model: TwoHeadNetwork
  /// Those of the final sub-heads over their last epoch.
  private let subHeadLosses: SubHeadLosses
  /// The last step's, [sub-heads]; nil in steps of the over-clustering head.
  private var stepLosses: Tensor?

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let settings = inputs.settings
    let crop = Crop.square(share: settings.cropShare)
    augmentation = try Augmentation(
      .unchanged(
        normalise: settings.augmentation.normalise,
        interpolation: settings.augmentation.interpolation), for: inputs,
      size: settings.viewSize == 0 ? nil : settings.viewSize, crop: crop)
    transformation = augmentation.with(settings.augmentation, crop: crop)
    let final = [TwoHeadNetwork.Turn](repeating: .clustering, count: settings.headEpochs)
    model = TwoHeadNetwork(
      settings.backbone, frontEnd: settings.frontEnd, overClusters: settings.overClusters,
      subHeads: settings.subHeads, headInitialisation: settings.headInitialisation,
      turns: settings.headFirst ? final + [.overClustering] : [.overClustering] + final,
      context: inputs.context)
    subHeadLosses = SubHeadLosses(settings.subHeads, on: inputs.context.device)
  }

  public var plan: TrainingPlan {
    TrainingPlan(
      training: settings.training, views: 1 + settings.copies, idle: settings.idleHeads,
      shuffles: settings.shuffles)
  }

  public var network: any Module { model }
  public var memory: [NamedTensor] { subHeadLosses.memory }

  /// The image itself, and its transformed copies.
  public func views(of images: ImageSet, at positions: [Int], epoch: Int) -> [Tensor] {
    [augmentation.view(0, of: images, at: positions, epoch: epoch)]
      + (1...settings.copies).map {
        transformation.view($0, of: images, at: positions, epoch: epoch)
      }
  }

  public func passes(of epoch: Int) -> [ImagePass] { model.passes }

  /// Forgets the sub-heads' losses.
  public func beginEpoch(_ epoch: Int) {
    subHeadLosses.clear()
  }

  /// Equation 3, mean over the sub-heads.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let turn = model.turn(of: batch)
    let plain = model(batch.views[0], turn: turn)
    let transformed = model(
      Tensor.concatenated(Array(batch.views.dropFirst())), turn: turn)
    let losses = zip(plain, transformed).map { plain, transformed in
      mutualInformationLoss(
        Tensor.concatenated(Array(repeating: plain, count: settings.copies)), transformed,
        lambda: settings.lambda)
    }
    stepLosses =
      turn == .clustering
      ? Tensor.concatenated(losses.map { $0.detached().reshaped([1]) }) : nil
    let sum = losses.dropFirst().reduce(losses[0]) { $0 + $1 }
    let name = turn == .clustering ? "information" : "over_information"
    return [(name, sum / Double(losses.count))]
  }

  /// Adds the step's losses of sub-heads, weighted by its images.
  public func finishStep(_ batch: Batch) {
    guard let stepLosses else { return }
    subHeadLosses.add(stepLosses, images: batch.positions.count)
    self.stepLosses = nil
  }

  public func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment {
    guard settings.centreStatistics else { return try clusters(of: images) }
    // Of the images that the head which is asked for learns from, in the steps' batches of pairs.
    let labelled = learnt.selecting((0..<learnt.count).filter { !learnt.isUnlabelled[$0] })
    return try model.backbone.withStatistics(
      of: labelled, augmentation, batchSize: settings.training.batchSize * settings.copies
    ) { try clusters(of: images) }
  }

  /// The clusters of `images` by the sub-head that counts.
  private func clusters(of images: ImageSet) throws -> ConfidentAssignment {
    try model.assign(
      images, augmentation,
      subHead: settings.subHead == .lowestLoss ? subHeadLosses.lowest() : 0)
  }
}

extension IIC: AppliesToNewImages {
  public static func obstacle(to settings: Settings) -> String? {
    settings.centreStatistics ? "centre_statistics needs the images that it learnt from" : nil
  }

  public var memoryForAssignment: String? { "sub_head_losses" }
}
