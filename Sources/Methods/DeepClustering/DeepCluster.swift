import ClassicalClustering
import Core
import Torch
import Vision

/// Clusters of the network's features, found anew before each epoch, are the classes that the network
/// then learns; k-means on the features at the end.
///
/// Caron, M., Bojanowski, P., Joulin, A. and Douze, M., "Deep Clustering for Unsupervised Learning of
/// Visual Features", ECCV 2018.
package final class DeepCluster: TrainedMethod {
  /// How large clusters are kept from taking over (section 3.3).
  public enum Sampling: String, CaseIterable, Sendable {
    /// An epoch shows every cluster as often as any other.
    case uniform
    /// An epoch shows every image once, weighted by the inverse of its cluster's size.
    case weighted
  }

  /// Where k-means starts before an epoch.
  public enum Start: String, CaseIterable, Sendable {
    /// At images drawn at random, as faiss.
    case random
    /// At images far from one another, by greedy k-means++.
    case spread
  }

  /// The defaults are those of the official code (commit 2d1927e) and the paper's, which are for
  /// ImageNet: ten times as many clusters as classes. There is none for the six benchmarks.
  public struct Settings: Configurable {
    /// Pseudo-classes for each class that is asked for.
    public var clustersPerClass = 10
    /// Principal components of the features that are clustered.
    public var components = 256
    /// Iterations of k-means before an epoch.
    public var iterations = 20
    /// Where k-means starts before an epoch.
    public var start = Start.random
    /// How every cluster gets the same weight.
    public var sampling = Sampling.uniform
    /// The classifier's momentum under SGD or LARS.
    public var classifierMomentum = 0.0
    /// Starts of the final k-means; the best one is kept.
    public var restarts = 10
    /// The fixed first layer.
    public var frontEnd = FrontEnd.sobel
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings()
    /// How views are made.
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

    public static let schema = SettingsSchema<Self>(
      .integer(
        "clusters_per_class", \.clustersPerClass, in: 1...1000,
        "pseudo-classes for each class that is asked for"),
      .integer("components", \.components, in: 2...4096, "principal components of the features"),
      .integer("iterations", \.iterations, in: 1...1000, "iterations of k-means at each epoch"),
      .choice("kmeans_start", \.start, "where k-means starts before an epoch"),
      .choice("sampling", \.sampling, "what gives every cluster the same weight"),
      .number(
        "classifier_momentum", \.classifierMomentum, in: 0...0.9999,
        "momentum of the classifier, under SGD or LARS"),
      .integer("restarts", \.restarts, in: 1...1000, "starts of the final k-means"),
      .choice("front_end", \.frontEnd, "fixed first layer"),
      from: "deepcluster@2d1927e"
    )
    .including(\.backbone, \.training, \.augmentation)
  }

  public static let description = MethodDescription(
    name: "deepcluster", title: "DeepCluster + k-means", family: .deepClustering, version: 3,
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

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let model: Network
  /// Clusters of an epoch: those asked for times `clusters_per_class`, at most as many as images.
  private let pseudoClasses: Int
  /// The pseudo-class of every image, int64 [N], and the number of images of each, [pseudo-classes].
  private let classes: Tensor
  private let sizes: Tensor

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context) = (inputs.settings, inputs.context)
    augmentation = try Augmentation(settings.augmentation, for: inputs)
    // A run that is applied has its classifier already, however few the images at hand are.
    let most = context.appliesFinishedRun ? .max : inputs.images.count
    pseudoClasses = min(context.clusters * settings.clustersPerClass, most)
    var stream = RandomStream(seed: context.seed, purpose: .weights)
    let backbone = Backbone(
      settings.backbone, frontEnd: settings.frontEnd, context: context, from: &stream)
    model = Network(
      backbone: backbone,
      head: Linear(backbone.features, pseudoClasses, on: context.device, from: &stream))
    classes = Tensor.full([inputs.images.count], 0, dtype: .int64, on: context.device)
    sizes = Tensor.zeros([pseudoClasses], on: context.device)
  }

  public var plan: TrainingPlan {
    TrainingPlan(
      training: settings.training, views: 1, momenta: ["top_layer": settings.classifierMomentum])
  }

  public var network: any Module { model }
  public var memory: [NamedTensor] { [("classes", classes), ("class_sizes", sizes)] }

  /// Section 3.2: clusters of the features' whitened components become classes, and the classifier of
  /// those before is given up. The new one starts from N(0, 0.01), as in the code.
  public func beginEpoch(_ epoch: Int) throws {
    let features = try features(of: learnt).whitened(to: settings.components)
    let found = try clusters(of: features.floats(), dimensions: features.size(1), epoch: epoch)
    Torch.withoutGradients {
      classes.copy(from: Tensor(found.map { Int($0) }))
      sizes.copy(from: classes.oneHot(pseudoClasses).to(.float32).sum(along: [0]))
      var stream = RandomStream(seed: context.seed, purpose: .weights, epoch: epoch + 1)
      model.head.weight.copy(
        from: Tensor.normal(model.head.weight.shape, standardDeviation: 0.01, from: &stream))
      model.head.bias?.zero()
    }
  }

  /// The pseudo-class of each row of features [N, dimensions] by k-means.
  private func clusters(
    of features: [Float], dimensions: Int, epoch: Int
  ) throws -> [Int32] {
    var kMeans = KMeans(clusters: pseudoClasses, restarts: 1, context: context)
    kMeans.maximumIterations = settings.iterations
    // Another start at every epoch.
    var stream = RandomStream(seed: context.seed, purpose: .method, epoch: epoch)
    switch settings.start {
    case .spread:
      kMeans.seed = stream.next()
      return try kMeans.fit(features, dimensions: dimensions).labels
    case .random:
      let starts = stream.permutation(of: learnt.count).prefix(pseudoClasses).flatMap {
        features[$0 * dimensions..<($0 + 1) * dimensions]
      }
      return try kMeans.fit(features, dimensions: dimensions, startingFrom: starts).labels
    }
  }

  /// As many images of every cluster that has any, drawn with replacement where it has too few.
  public func sample(_ positions: [Int], epoch: Int) throws -> [Int] {
    guard settings.sampling == .uniform else { return positions }
    let classes = try classes.integers()
    let members = Dictionary(grouping: positions) { classes[$0] }
      .sorted { $0.key < $1.key }.map(\.value)
    let count = positions.count
    var sampled: [Int] = []
    for (number, images) in members.enumerated() {
      var stream = RandomStream(
        seed: context.seed, purpose: .method, epoch: epoch, item: 1 + number)
      // The parts differ by one at most, and are all images together.
      let part = count * (number + 1) / members.count - count * number / members.count
      if images.count < part {
        sampled += (0..<part).map { _ in images[stream.integer(below: images.count)] }
      } else {
        sampled += stream.permutation(of: images.count).prefix(part).map { images[$0] }
      }
    }
    return sampled
  }

  /// Equation 1, every class with the same weight as a whole.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let logits = model.head(model.backbone(batch.views[0], training: true))
    let classes = classes.rows(batch.index)
    let loss =
      settings.sampling == .uniform
      ? logits.crossEntropy(classes)
      : PseudoLabels(classes, sizes: sizes).crossEntropy(logits)
    return [("classification", loss)]
  }

  /// k-means on unit features, into the clusters that are asked for.
  public func assign(_ images: ImageSet) throws -> [Int32] {
    try FeatureClustering(restarts: settings.restarts, for: inputs).assign(images) {
      try features(of: $0).normalisedRows().floats()
    }
  }

  /// The backbone's features of all of `images`, [N, F].
  private func features(of images: ImageSet) -> Tensor {
    model.backbone.overAll(images, augmentation) { features, _ in features }
  }
}

extension DeepCluster: AppliesToNewImages {}
