import ClassicalClustering
import Core
import Torch
import Vision

/// Prototypical contrastive learning: momentum contrast in which a query also has to find the prototype of
/// its cluster, in clusterings of several granularities that are found anew before each epoch. k-means
/// clusters the features.
///
/// Li, J., Zhou, P., Xiong, C. and Hoi, S. C. H., "Prototypical Contrastive Learning of Unsupervised
/// Representations", ICLR 2021.
package final class PCL: TrainedMethod {
  /// The defaults are those of the official code's version 2 for ImageNet (commit 964da1f), with ProPos'
  /// numbers of prototypes and keys, which are for benchmarks of this size.
  public struct Settings: Configurable {
    /// tau of InfoNCE, and the mean of the prototypes' temperatures.
    public var temperature = 0.2
    /// r, the keys in the queue, and the negative prototypes of a step, as far as there are so many.
    public var queue = 4096
    /// Prototypes of the coarsest clustering.
    public var prototypes = 250
    /// M, the clusterings, each with twice the prototypes of the one before.
    public var granularities = 3
    /// The weight of the prototypes' term.
    public var prototypeWeight = 1.0
    /// The part of the training before the first clustering.
    public var prototypeWarmup: EpochSpan = 0.1
    /// Starts of each clustering; the best one is kept.
    public var prototypeStarts = 5
    /// The most iterations of each clustering.
    public var prototypeIterations = 20
    /// Whether the prototypes of a batch's other images are wrong answers too.
    public var batchCounts = true
    /// Whether negative prototypes are drawn with replacement.
    public var negativesRepeat = false
    /// Whether each view is query and key in turn.
    public var isSymmetric = false
    /// Parts of a batch that are normalised apart (ShuffleBN); 1 is no part.
    public var shuffleGroups = 8
    /// m, by which the momentum encoder follows.
    public var momentum = MomentumSettings(0.999)
    /// The head between features and embeddings.
    public var projection = ProjectionSettings(.mlp, dimensions: 128)
    /// The network whose vectors are clustered in the end.
    public var clusteredNetwork = MomentumContrast.Network.key
    /// The final k-means.
    public var clustering = FeatureClusteringSettings(.projection, .cosine)
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings()
    /// How views are made.
    public var augmentation = AugmentationSettings()

    public init() {
      training.batchSize = 256
      training.schedule = .cosine
      training.nesterov = false
      training.weightDecay = 1e-4
      (augmentation.jitter, augmentation.hue, augmentation.blur) = (0.8, 0.1, 0.5)
    }

    public static let schema = SettingsSchema<Self>(
      .number(
        "temperature", \.temperature, in: 0.01...10,
        "temperature tau of InfoNCE, and mean temperature of the prototypes")
    )
    .adding(
      .integer(
        "queue", \.queue, in: 2...1_000_000, "keys in the queue; the most negative prototypes"),
      .integer(
        "prototypes", \.prototypes, in: 2...1_000_000, "prototypes of the coarsest clustering"),
      .integer(
        "granularities", \.granularities, in: 1...8,
        "clusterings, each with twice the prototypes of the one before"),
      from: "ProPos@cc35d8c; 16384 keys and 25000 prototypes for ImageNet"
    )
    .adding(
      .number(
        "prototype_weight", \.prototypeWeight, in: 0...1000, "weight of the prototypes' term"),
      .span(
        "prototype_warmup", \.prototypeWarmup, upTo: 100_000,
        "epochs, or their share of all, before the first clustering"),
      .integer(
        "prototype_starts", \.prototypeStarts, in: 1...1000, "starts of each clustering"),
      .integer(
        "prototype_iterations", \.prototypeIterations, in: 1...1000,
        "most iterations of each clustering"),
      .boolean(
        "batch_prototypes", \.batchCounts,
        "prototypes of other images in the batch are wrong answers; false: ProPos@cc35d8c"),
      .boolean(
        "repeated_negatives", \.negativesRepeat,
        "negative prototypes are drawn with replacement; true: ProPos@cc35d8c"),
      .boolean("symmetric", \.isSymmetric, "each view is query and key in turn"),
      .integer(
        "shuffle_groups", \.shuffleGroups, in: 1...64,
        "parts of the batch that are normalised apart, shuffled for the keys (ShuffleBN)")
    )
    .including(\.momentum, \.projection)
    .adding(
      .choice("cluster_encoder", \.clusteredNetwork, "network whose vectors are clustered"),
      from: "ProPos@cc35d8c"
    )
    .including(\.clustering, from: "ProPos@cc35d8c")
    .including(\.backbone, from: "ProPos@cc35d8c")
    .including(\.training, \.augmentation)

    public var contradiction: String? {
      let epochs = prototypeWarmup.wholeEpochs(of: training.epochs)
      return epochs < training.epochs
        ? nil : "a prototype_warmup of \(epochs) epochs leaves none of \(training.epochs)"
    }
  }

  public static let description = MethodDescription(
    name: "pcl", title: "PCL + k-means", family: .contrastive, version: 2,
    reference:
      "Li et al., Prototypical Contrastive Learning of Unsupervised Representations, ICLR 2021",
    summary: "momentum contrast with the prototypes of several clusterings; then k-means",
    code: "salesforce/PCL@964da1f")

  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems

  /// A clustering of all images, as the momentum encoder saw them before the epoch.
  private struct Clustering {
    /// Unit centres, [K, D].
    let prototypes: Tensor
    /// Their temperatures, [K].
    let densities: Tensor
    /// The cluster of each image, int64 [N].
    let assigned: Tensor

    func memory(_ number: Int) -> [NamedTensor] {
      [
        ("prototypes_\(number)", prototypes), ("densities_\(number)", densities),
        ("assigned_\(number)", assigned),
      ]
    }
  }

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let contrast: MomentumContrast
  private let clusterings: [Clustering]
  private let warmupEpochs: Int
  /// The cluster of each image in each clustering, [N], as in `clusterings`, but without a wait for a card; nil until
  /// they are found, or read after an interruption.
  private var labels: [[Int]]?
  /// The last step's, for the queue.
  private var embeddings: MomentumContrast.Embeddings = []

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context) = (inputs.settings, inputs.context)
    augmentation = try Augmentation(settings.augmentation, for: inputs)
    contrast = try MomentumContrast(
      settings.backbone, projection: settings.projection, queue: settings.queue,
      shuffleGroups: settings.shuffleGroups, context: context)
    warmupEpochs = settings.prototypeWarmup.wholeEpochs(of: settings.training.epochs)
    let images = inputs.images.count
    clusterings = (0..<settings.granularities).map { number in
      // A cluster of one image says nothing about it.
      let count = max(1, min(settings.prototypes << number, images / 2))
      return Clustering(
        prototypes: .zeros([count, settings.projection.dimensions], on: context.device),
        densities: .full([count], settings.temperature, on: context.device),
        assigned: .full([images], 0, dtype: .int64, on: context.device))
    }
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 2) }
  public var network: any Module { contrast.encoder }

  public var memory: [NamedTensor] {
    contrast.memory + clusterings.enumerated().flatMap { $0.element.memory($0.offset) }
  }

  /// The E-step of algorithm 1: k-means of the momentum encoder's embeddings of the images themselves.
  public func beginEpoch(_ epoch: Int) throws {
    guard epoch >= warmupEpochs else { return }
    let embeddings = contrast.keyEncoder.network.embeddings(of: learnt, augmentation)
    let points = try embeddings.floats()
    var labels: [[Int]] = []
    for (number, clustering) in clusterings.enumerated() {
      let count = clustering.prototypes.size(0)
      var stream = RandomStream(
        seed: context.seed, purpose: .method, epoch: epoch + 1,
        view: clusterings.count + number + 1)
      var kMeans = KMeans(clusters: count, restarts: settings.prototypeStarts, context: context)
      kMeans.maximumIterations = settings.prototypeIterations
      kMeans.seed = stream.next()
      let found = try kMeans.fit(points, dimensions: embeddings.size(1))
      let assigned = found.labels.map { Int($0) }
      labels.append(assigned)
      try Torch.withoutGradients {
        let centres = Tensor(found.centres, shape: clustering.prototypes.shape).to(context.device)
        clustering.assigned.copy(from: Tensor(assigned))
        clustering.prototypes.copy(from: centres.normalisedRows())
        clustering.densities.copy(
          from: try prototypeDensities(
            embeddings, centres: centres, labels: clustering.assigned,
            temperature: settings.temperature))
      }
    }
    self.labels = labels
  }

  /// Equation 11: InfoNCE and, once there are prototypes, the mean over the clusterings.
  public func loss(_ batch: Batch) throws -> [LossTerm] {
    embeddings = contrast.embeddings(
      batch, directions: settings.isSymmetric ? [(0, 1), (1, 0)] : [(0, 1)])
    let instance = contrast.loss(embeddings, temperature: settings.temperature)
    guard batch.epoch >= warmupEpochs else {
      return [("contrast", instance), ("prototypes", instance.detached() * 0)]
    }
    let labels = try labels ?? clusterings.map { try $0.assigned.integers().map(Int.init) }
    self.labels = labels
    var prototypes: [Tensor] = []
    for (number, clustering) in clusterings.enumerated() {
      let assigned = clustering.assigned.rows(batch.index)
      let negatives = negatives(
        of: clustering, number, besides: batch.positions.map { labels[number][$0] }, batch)
      prototypes += embeddings.map { queries, _ in
        prototypeContrastLoss(
          queries, prototypes: clustering.prototypes, densities: clustering.densities,
          assigned: assigned, negatives: negatives, batchCounts: settings.batchCounts)
      }
    }
    let sum = prototypes.dropFirst().reduce(prototypes[0]) { $0 + $1 }
    let weight = settings.prototypeWeight / Double(clusterings.count)
    return [("contrast", instance), ("prototypes", sum * weight)]
  }

  /// Prototypes that no image of the batch belongs to, int64 [r], drawn for each step.
  private func negatives(
    of clustering: Clustering, _ number: Int, besides assigned: [Int], _ batch: Batch
  ) -> Tensor {
    let taken = Set(assigned)
    let free = (0..<clustering.prototypes.size(0)).filter { !taken.contains($0) }
    var stream = RandomStream(
      seed: context.seed, purpose: .method, epoch: batch.epoch + 1, item: batch.step,
      view: number + 1)
    var drawn = free
    if settings.negativesRepeat, !free.isEmpty {
      drawn = (0..<settings.queue).map { _ in free[stream.integer(below: free.count)] }
    } else if free.count > settings.queue {
      drawn = stream.permutation(of: free.count).prefix(settings.queue).map { free[$0] }
    }
    return Tensor(drawn).to(context.device)
  }

  public func finishStep(_ batch: Batch) {
    contrast.follow(
      embeddings, momentum: settings.momentum.value(at: plan.progress(at: batch)))
    embeddings = []
  }

  public func assign(_ images: ImageSet) throws -> [Int32] {
    try contrast.assign(
      images, by: settings.clusteredNetwork, settings.clustering, augmentation, for: inputs)
  }
}

extension PCL: AppliesToNewImages {
  public var memoryForAssignment: String? {
    settings.clusteredNetwork == .key ? "target." : nil
  }
}
