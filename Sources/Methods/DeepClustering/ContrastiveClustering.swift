import Core
import Domain
import Torch
import Vision

/// Contrastive clustering: rows of a batch's predictions are told apart as instances, columns as
/// clusters.
///
/// Li, Y., Hu, P., Liu, Z., Peng, D., Zhou, J. T. and Peng, X., "Contrastive Clustering", AAAI 2021.
package final class ContrastiveClustering: TrainedMethod, ReportsConfidence {
  /// The defaults are those of the official code (commit 61daba8): views of 224 pixels whatever the
  /// image's size, a ResNet-34, no normalisation of colours.
  public struct Settings: Configurable {
    /// tau_I of equation 2.
    public var instanceTemperature = 0.5
    /// tau_C of equation 5.
    public var clusterTemperature = 1.0
    /// Height and width of a view in pixels; 0 stands for those of the image.
    public var viewSize = 224
    /// What becomes of a head's parameters in steps without it.
    public var idleHeads = IdleParameters.decay
    /// The instance head.
    public var projection = ProjectionSettings(.mlp, hidden: 0, dimensions: 128)
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings.adam(3e-4, batchSize: 256, epochs: 1000)
    /// How views are made.
    public var augmentation = AugmentationSettings()

    public init() {
      (backbone.depth, backbone.stem) = (.thirtyFour, .imageNet)
      augmentation.cropScale = 0.08
      augmentation.hue = 0.1
      augmentation.jitter = 0.8
      augmentation.normalise = false
    }

    public static let schema = SettingsSchema<Self>(
      .number(
        "instance_temperature", \.instanceTemperature, in: 0.01...10, "temperature tau_I"),
      .number("cluster_temperature", \.clusterTemperature, in: 0.01...10, "temperature tau_C"),
      .integer(
        SettingName.viewSize, \.viewSize, in: 0...1024, "side of a view in pixels; 0: the image's"
      ),
      .choice("idle_heads", \.idleHeads, "what becomes of a head in steps without it"),
      from: "Contrastive-Clustering@61daba8"
    )
    .including(\.projection, \.backbone, \.training, \.augmentation)
  }

  public static let description = MethodDescription(
    name: "cc", title: "CC", family: .deepClustering, version: 4,
    reference: "Li et al., Contrastive Clustering, AAAI 2021",
    summary: "instance contrast of rows and cluster contrast of columns of the predictions",
    code: "Contrastive-Clustering@61daba8",
    benchmarks: ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"])

  /// Jitter of strength 1 instead of 0.5, and a blur on ImageNet's.
  public static let benchmarkDefaults: BenchmarkDefaults = [
    "stl10": ["brightness": 0.8, "contrast": 0.8, "saturation": 0.8, "hue": 0.2],
    "imagenet10": [
      "brightness": 0.8, "contrast": 0.8, "saturation": 0.8, "hue": 0.2, "blur": 0.5,
    ],
    "imagenet-dogs": [
      "brightness": 0.8, "contrast": 0.8, "saturation": 0.8, "hue": 0.2, "blur": 0.5,
    ],
  ]

  private struct Network: Module {
    let backbone: Backbone
    let instanceHead: ProjectionHead
    let clusterHead: ProjectionHead

    var children: [(name: String, module: any Module)] {
      [
        ("backbone", backbone), ("instance_projector", instanceHead),
        ("cluster_projector", clusterHead),
      ]
    }
  }

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let model: Network

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context) = (inputs.settings, inputs.context)
    augmentation = try Augmentation(
      settings.augmentation, for: inputs,
      size: settings.viewSize == 0 ? nil : settings.viewSize)
    var stream = RandomStream(seed: context.seed, purpose: .weights)
    let backbone = Backbone(settings.backbone, context: context, from: &stream)
    // A hidden layer and a softmax, whatever the other head has.
    let clusters = ProjectionSettings(
      .mlp, hidden: settings.projection.hidden, dimensions: context.clusters)
    model = Network(
      backbone: backbone,
      instanceHead: ProjectionHead(
        settings.projection, inputs: backbone.features, on: context.device, from: &stream),
      clusterHead: ProjectionHead(
        clusters, inputs: backbone.features, on: context.device, from: &stream))
  }

  public var plan: TrainingPlan {
    TrainingPlan(training: settings.training, views: 2, idle: settings.idleHeads)
  }

  public var network: any Module { model }

  private static let passes: [ImagePass] = [.unlabelledSplit, .labelledSplits]

  /// As the code has it on STL-10, images without labels come first.
  public func passes(of epoch: Int) -> [ImagePass] { Self.passes }

  /// Equation 7: L = L_ins + L_clu, the latter with the entropy of equation 6. Images without labels
  /// are told apart as instances only.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let features = batch.views.map { model.backbone($0, training: true) }
    let instances = features.map { model.instanceHead($0, training: true) }
    let instance = ntXentLoss(
      instances[0], instances[1], temperature: settings.instanceTemperature)
    if Self.passes[batch.pass] == .unlabelledSplit { return [("instance", instance)] }
    let clusters = features.map {
      model.clusterHead($0, training: true).softmax(along: 1)
    }
    return [
      ("instance", instance),
      (
        "cluster",
        clusterContrastLoss(
          clusters[0], clusters[1], temperature: settings.clusterTemperature)
      ),
      ("balance", balanceLoss(clusters[0]) + balanceLoss(clusters[1])),
    ]
  }

  /// The largest column of the cluster head.
  public func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment {
    try ConfidentAssignment(
      logits: model.backbone.overAll(images, augmentation) { features, _ in
        model.clusterHead(features, training: false)
      })
  }
}

extension ContrastiveClustering: AppliesToNewImages {}
