import Core
import Domain
import Torch
import Vision

/// What PICA's training is set by, and with it that of methods that replace its loss (DCDC, DRC). An epoch is
/// one of each of the heads.
package struct PerturbedClusteringSettings: Configurable {
  /// Clusters of the over-clustering head.
  public var overClusters = 70
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
  public var training = TrainingSettings.adam(1e-4, batchSize: 256)
  /// How views are made.
  public var augmentation = AugmentationSettings()

  public init() {
    (backbone.depth, backbone.stem) = (.thirtyFour, .smallPaddedPool)
    // PICA's code has an initialiser, and never calls it.
    backbone.start.convolutions = .torchDefault
  }

  public static let schema = SettingsSchema<Self>(
    .integer(
      "over_clusters", \.overClusters, in: 2...10_000, "clusters of the over-clustering head"),
    .integer("copies", \.copies, in: 1...16, "perturbed copies of every image in a step"),
    .number(
      "crop_share", \.cropShare, in: 0.1...1,
      "side of the unperturbed view's crop, as a share of the image's"),
    .integer(
      SettingName.viewSize, \.viewSize, in: 0...1024, "side of a view in pixels; 0: the image's"),
    .choice("idle_heads", \.idleHeads, "what becomes of a head in steps without it"),
    .choice("front_end", \.frontEnd, "fixed first layer")
  )
  .including(\.backbone, \.training, \.augmentation)
}

extension BenchmarkDefaults {
  /// What PICA's code (commit a82957e) sets otherwise on some benchmarks, but for batches: Resize(112) and
  /// RandomCrop(96), where the protocol has images of 112 without any resizing.
  public static let perturbedClustering: BenchmarkDefaults = [
    "stl10": ["crop_share": 0.857],
    "imagenet10": ["crop_share": 0.857, "view_size": 96],
    "imagenet-dogs": ["crop_share": 0.857, "view_size": 96],
    "tiny-imagenet": ["over_clusters": 700],
  ]
}

/// What such methods are made of: a network with two clusterings that are trained in turn, the images, and
/// perturbed copies of them.
package struct PerturbedClustering {
  /// Makes the unperturbed views and what is scored.
  public let augmentation: Augmentation
  /// Makes the perturbed copies.
  private let perturbation: Augmentation
  /// A backbone with both clusterings on it.
  public let network: TwoHeadNetwork
  private let settings: PerturbedClusteringSettings

  public init<Settings>(
    _ settings: PerturbedClusteringSettings, for inputs: MethodInputs<Settings>
  ) throws {
    self.settings = settings
    augmentation = try Augmentation(
      .unchanged(
        normalise: settings.augmentation.normalise,
        interpolation: settings.augmentation.interpolation), for: inputs,
      size: settings.viewSize == 0 ? nil : settings.viewSize,
      crop: .square(share: settings.cropShare))
    perturbation = augmentation.with(settings.augmentation)
    network = TwoHeadNetwork(
      settings.backbone, frontEnd: settings.frontEnd, overClusters: settings.overClusters,
      turns: [.overClustering, .clustering], context: inputs.context)
  }

  /// The predictions that a step's loss is made of.
  public struct Predictions {
    /// What the names of the loss's terms begin with: "over_" in the over-clustering's turn.
    public let prefix: String
    /// Logits of the images, [B, K].
    public let original: Tensor
    /// Logits of the copies, [copies x B, K]: all images of the first, then of the next.
    public let perturbed: Tensor
    fileprivate let copies: Int

    /// Values of the images, [B, K], once for every copy: [copies x B, K].
    public func repeated(_ values: Tensor) -> Tensor {
      .concatenated(Array(repeating: values, count: copies))
    }
  }

  /// The predictions of the clustering whose turn it is.
  public func predictions(_ batch: Batch) -> Predictions {
    let turn = network.turn(of: batch)
    let original = network.logits(batch.views[0], turn: turn)[0]
    // A cluster's assignment vector goes over the images of all copies.
    let perturbed = network.logits(
      Tensor.concatenated(Array(batch.views.dropFirst())), turn: turn)[0]
    return Predictions(
      prefix: turn == .clustering ? "" : "over_", original: original, perturbed: perturbed,
      copies: settings.copies)
  }

  fileprivate var plan: TrainingPlan {
    TrainingPlan(training: settings.training, views: 1 + settings.copies, idle: settings.idleHeads)
  }

  /// The image itself, and its perturbed copies.
  fileprivate func views(of images: ImageSet, at positions: [Int], epoch: Int) -> [Tensor] {
    [augmentation.view(0, of: images, at: positions, epoch: epoch)]
      + (1...settings.copies).map {
        perturbation.view($0, of: images, at: positions, epoch: epoch)
      }
  }
}

/// A method that is trained as PICA is. Its file has the loss:
///
/// ```swift
/// public func loss(_ batch: Batch) -> [LossTerm] {
///   let step = perturbed.predictions(batch)
///   let (original, copies) = (step.original.softmax(along: 1), step.perturbed.softmax(along: 1))
///   return [(step.prefix + "uncertainty", partitionUncertainty(step.repeated(original), copies))]
/// }
/// ```
package protocol PerturbedClusteringMethod: TrainedMethod, AppliesToNewImages, ReportsConfidence {
  /// Views and network.
  var perturbed: PerturbedClustering { get }
}

extension PerturbedClusteringMethod {
  public var plan: TrainingPlan { perturbed.plan }
  public var network: any Module { perturbed.network }
  public var augmentation: Augmentation { perturbed.augmentation }
  public func passes(of epoch: Int) -> [ImagePass] { perturbed.network.passes }

  public func views(of images: ImageSet, at positions: [Int], epoch: Int) -> [Tensor] {
    perturbed.views(of: images, at: positions, epoch: epoch)
  }

  public func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment {
    try perturbed.network.assign(images, perturbed.augmentation)
  }
}
