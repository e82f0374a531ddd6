import ClassicalClustering
import Core
import Torch
import Vision

/// Clusters of the network's features, found anew before each epoch, are the classes that the network
/// then learns; k-means on the features at the end.
///
/// Caron, M., Bojanowski, P., Joulin, A. and Douze, M., "Deep Clustering for Unsupervised Learning of
/// Visual Features", ECCV 2018.
public final class DeepCluster: TrainedMethod {
  /// The defaults are those of the official code (commit 2d1927e) and the paper's, which are for
  /// ImageNet: ten times as many clusters as classes. There is none for the six benchmarks.
  public struct Settings: Configurable {
    public var clustersPerClass = 10
    public var components = 256
    public var iterations = 20
    public var restarts = 10
    public var frontEnd = FrontEnd.sobel
    public var backbone = BackboneSettings()
    public var training = TrainingSettings()
    public var augmentation = AugmentationSettings()

    public init() {
      training.batchSize = 256
      training.learningRate = 0.05
      training.nesterov = false
      training.weightDecay = 1e-5
      training.schedule = .constant
      // RandomResizedCrop(224) and a flip, with torchvision's smallest area.
      augmentation.cropScale = 0.08
      (augmentation.jitter, augmentation.greyscale) = (0, 0)
    }

    public static let schema =
      SettingsSchema<Self>([
        .integer(
          "clusters_per_class", \.clustersPerClass, in: 1...1000,
          "pseudo-classes for each class that is asked for"),
        .integer("components", \.components, in: 2...4096, "principal components of the features"),
        .integer("iterations", \.iterations, in: 1...1000, "iterations of k-means at each epoch"),
        .integer("restarts", \.restarts, in: 1...1000, "starts of the final k-means"),
        .choice("front_end", \.frontEnd, "fixed first layer"),
      ]).from("deepcluster@2d1927e") + .init(\.backbone, BackboneSettings.schema)
      + .init(\.training, TrainingSettings.schema)
      + .init(\.augmentation, AugmentationSettings.schema)
  }

  public static let description = MethodDescription(
    name: "deepcluster", title: "DeepCluster + k-means", family: .deepClustering, version: 1,
    reference:
      "Caron et al., Deep Clustering for Unsupervised Learning of Visual Features, ECCV 2018",
    summary: "learns the k-means clusters of its own features, found anew at each epoch",
    code: "deepcluster@2d1927e")

  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems

  private struct Network: Module {
    let backbone: Backbone
    let head: Linear

    var children: [(name: String, module: any Module)] {
      [("backbone", backbone), ("top_layer", head)]
    }
  }

  public let plan: TrainingPlan
  public let augmentation: Augmentation
  private let settings: Settings
  private let context: MethodContext
  private let learnt: ImageSet
  private let model: Network
  private let pseudoClasses: Int
  /// The pseudo-class of every image, int64 [N], and the number of images of each, [pseudo-classes].
  private let classes: Tensor
  private let sizes: Tensor

  public init(settings: Settings, context: MethodContext, images: ImageSet) throws {
    self.settings = settings
    self.context = context
    learnt = images
    plan = TrainingPlan(training: settings.training, views: 1)
    augmentation = try Augmentation(settings.augmentation, learning: images, context)
    pseudoClasses = min(context.clusters * settings.clustersPerClass, images.count)
    var stream = RandomStream(seed: context.seed, purpose: .weights)
    let backbone = try Backbone(
      settings.backbone, frontEnd: settings.frontEnd, context: context, from: &stream)
    model = Network(
      backbone: backbone,
      head: try Linear(backbone.features, pseudoClasses, on: context.device, from: &stream))
    classes = try Tensor.full([images.count], 0, dtype: .int64, on: context.device)
    sizes = try Tensor.zeros([pseudoClasses], on: context.device)
  }

  public var network: any Module { model }
  public var memory: [NamedTensor] { [("classes", classes), ("class_sizes", sizes)] }

  /// Section 3.2: clusters of the features' whitened components become classes, and the classifier of
  /// those before is given up.
  public func beginEpoch(_ epoch: Int) throws {
    var kMeans = KMeans(clusters: pseudoClasses, restarts: 1, context: context)
    kMeans.maximumIterations = settings.iterations
    // Another start at every epoch.
    var starts = RandomStream(seed: context.seed, purpose: .method, epoch: epoch)
    kMeans.seed = starts.next()
    let features = try features(of: learnt).whitened(to: settings.components)
    let found = try kMeans.fit(features.floats(), dimensions: features.shape[1]).labels
    try Torch.withoutGradients {
      try classes.copy(from: Tensor(found.map { Int($0) }))
      try sizes.copy(from: classes.oneHot(pseudoClasses).to(.float32).sum(along: [0]))
      var stream = RandomStream(seed: context.seed, purpose: .weights, epoch: epoch + 1)
      let fresh = try Linear(
        model.backbone.features, pseudoClasses, on: context.device, from: &stream)
      try model.head.load(
        Dictionary(uniqueKeysWithValues: fresh.state.map { ($0.name, $0.tensor) }))
    }
  }

  /// Equation 1, every class with the same weight as a whole, which is the same as the uniform
  /// sampling over classes that keeps large clusters from taking over (section 3.3).
  public func loss(_ batch: Batch) throws -> [LossTerm] {
    let logits = try model.head(model.backbone(batch.views[0], training: true))
    let labels = try PseudoLabels(classes.rows(batch.index), sizes: sizes)
    return [("classification", try labels.crossEntropy(logits))]
  }

  public func assign(_ images: ImageSet) throws -> [Int32] {
    try FeatureClustering(restarts: settings.restarts, context: context).assign(
      images, learnt: learnt
    ) { try features(of: $0).normalisedRows().floats() }
  }

  private func features(of images: ImageSet) throws -> Tensor {
    try model.backbone.overAll(images, augmentation) { features, _ in features }
  }
}
