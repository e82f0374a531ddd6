import ClassicalClustering
import Core
import Torch
import Vision

/// Nearest neighbour matching: SCAN's clustering step with neighbours of three kinds, and a contrast of
/// clusters. An image's cluster agrees with those of a neighbour in the pretext's feature space, of its
/// nearest neighbour in the batch, and of its nearest neighbour in the set.
///
/// Dang, Z., Deng, C., Yang, X., Wei, K. and Huang, H., "Nearest Neighbor Matching for Deep Clustering",
/// CVPR 2021.
package final class NNM: TrainedMethod, ReportsConfidence {
  /// The image of the set that an image is matched with.
  public enum GlobalNeighbour: String, CaseIterable, Sendable {
    /// The nearest other one, as in the paper.
    case nearest
    /// One at random: the official code collects features in the order of its shuffled loader, and reads
    /// them by image.
    case random
    /// None.
    case none
  }

  /// The defaults are those of the official code for CIFAR-10 (commit aac3b2c).
  public struct Settings: Configurable {
    /// The method that it starts from, and the neighbours of an image.
    public var pretext = PretextSettings()
    /// Which of the pretext's vectors tell the neighbours.
    public var neighbourFeatures = ClusteredFeatures.backbone
    /// Classifiers on the same features; the one of the lowest loss is scored.
    public var subHeads = 3
    /// The weight of the entropy of the mean prediction.
    public var entropyWeight = 5.0
    /// The image of the set that an image is matched with, from the second epoch on.
    public var globalNeighbour = GlobalNeighbour.nearest
    /// The pretext's residual network.
    public var backbone = BackboneShape()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings.adam(
      1e-4, batchSize: 200, epochs: 100, weightDecay: 1e-4)
    /// How strong views are made.
    public var strong = StrongAugmentationSettings()
    /// Whether the images' mean is subtracted and what is left divided by their deviation.
    public var normalise = true

    public init() {}

    public static let schema = SettingsSchema<Self>()
      .including(\.pretext, from: "NNM@aac3b2c, which starts from SCAN's")
      .adding(
        .choice(
          "neighbour_features", \.neighbourFeatures,
          "vectors of the pretext that tell the neighbours"),
        .integer("sub_heads", \.subHeads, in: 1...32, "classifiers on the same features"),
        .number("entropy_weight", \.entropyWeight, in: 0...1000, "weight of the entropy"),
        .choice(
          "global_neighbour", \.globalNeighbour,
          "image of the set that an image is matched with from the second epoch on"),
        .boolean(
          "normalise", \.normalise, "subtract the images' mean and divide by their deviation"),
        from: "NNM@aac3b2c"
      )
      .including(\.backbone, \.training, \.strong)
  }

  public static let description = MethodDescription(
    name: "nnm", title: "NNM", family: .deepClustering, version: 2,
    reference: "Dang et al., Nearest Neighbor Matching for Deep Clustering, CVPR 2021",
    summary: "an image's cluster is that of its neighbours in the pretext, the batch and the set",
    code: "NNM@aac3b2c", benchmarks: ["cifar10", "cifar100", "stl10"])

  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems.overlaid(with: [
    "cifar100": ["batch_size": 500],
    // A square of at most 32 of the 96 pixels, as in SCAN.
    "stl10": ["cutout": 0.3333],
    "imagenet10": ["sub_heads": 1],
  ])

  private struct Network: Module {
    let backbone: Backbone
    let heads: ClusterHeads

    var children: [(name: String, module: any Module)] {
      [("backbone", backbone), ("cluster_heads", heads)]
    }
  }

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let strong: StrongAugmentation
  private let neighbours: PretextNeighbours
  private let model: Network
  private let subHeadLosses: SubHeadLosses
  /// The last step's, [sub-heads].
  private var stepLosses: Tensor?
  /// Probabilities of each image's neighbour in the set, [N, sub-heads x K]; zero before the second epoch.
  private let globalPredictions: Tensor

  /// The pretext that it starts from.
  public static func stage(of settings: Settings) -> Stage? {
    settings.pretext.stage(backbone: settings.backbone, normalise: settings.normalise)
  }

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context) = (inputs.settings, inputs.context)
    let stage = try context.finishedStage(for: Self.self, settings)
    augmentation = try Augmentation(
      .unchanged(normalise: settings.normalise), for: inputs, crop: .square(share: 1))
    strong = StrongAugmentation(settings: settings.strong, beside: augmentation)
    let encoder = try Encoder(of: stage, settings.backbone, context: context)
    let vectors = encoder.vectors(of: inputs.images, augmentation, settings.neighbourFeatures)
    neighbours = try PretextNeighbours(
      of: vectors.normalisedRows(), settings.pretext, context: context)
    var stream = RandomStream(seed: context.seed, purpose: .weights, epoch: 1)
    model = Network(
      backbone: encoder.backbone,
      heads: ClusterHeads(
        settings.subHeads, inputs: encoder.backbone.features, clusters: context.clusters,
        on: context.device, from: &stream))
    subHeadLosses = SubHeadLosses(settings.subHeads, on: context.device)
    globalPredictions = Tensor.zeros(
      [inputs.images.count, settings.subHeads * context.clusters], on: context.device)
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 3) }
  public var network: any Module { model }

  public var memory: [NamedTensor] {
    subHeadLosses.memory + [("global_predictions", globalPredictions)]
  }

  /// Strong views of the images, of a neighbour of each drawn at random, and of the images again.
  public func views(of images: ImageSet, at positions: [Int], epoch: Int) throws -> [Tensor] {
    let drawn = neighbours.drawn(for: positions, of: images, epoch: epoch)
    return try [positions, drawn, positions].enumerated().map { number, positions in
      try strong.view(number, of: images, at: positions, epoch: epoch)
    }
  }

  /// Forgets the sub-heads' losses and, after the first epoch, matches the images with others of the set.
  public func beginEpoch(_ epoch: Int) throws {
    subHeadLosses.clear()
    guard epoch > 0, settings.globalNeighbour != .none else { return }
    // Features and predictions in one pass: [N, F + sub-heads x K].
    let found = model.backbone.overAll(learnt, augmentation) { features, _ in
      Tensor.concatenated([features] + model.heads(features), along: 1)
    }
    let features = model.backbone.features
    let nearest: [Int]
    if settings.globalNeighbour == .nearest {
      nearest = try NearestNeighbourGraph(
        of: found.narrowed(1, to: 0..<features).floats(), dimensions: features, neighbours: 1,
        threads: context.threads
      ).indices.map(Int.init)
    } else {
      var stream = RandomStream(seed: context.seed, purpose: .method, epoch: epoch)
      nearest = stream.permutation(of: learnt.count)
    }
    let predictions = found.narrowed(1, to: features..<found.size(1))
    Torch.withoutGradients {
      globalPredictions.copy(from: predictions.rows(Tensor(nearest).to(context.device)))
    }
  }

  /// The loss of each sub-head, summed over them.
  public func loss(_ batch: Batch) throws -> [LossTerm] {
    // Each through the network apart, as in the code.
    let features = batch.views.map { model.backbone($0, training: true) }
    let predictions = features.map { model.heads($0) }
    let batchNeighbour = nearestOthers(features[0])
    let hasGlobal = batch.epoch > 0 && settings.globalNeighbour != .none
    var terms: [(consistency: Tensor, classes: Tensor, global: Tensor, entropy: Tensor)] = []
    for head in 0..<settings.subHeads {
      let matching = NeighbourMatching(
        anchor: predictions[0][head], neighbour: predictions[1][head],
        augmented: predictions[2][head], batchNeighbour: batchNeighbour)
      let consistency = matching.consistency
      var global = consistency.detached() * 0
      if hasGlobal {
        let columns = head * context.clusters..<(head + 1) * context.clusters
        global = matching.agreement(
          with: globalPredictions.rows(batch.index).narrowed(1, to: columns))
      }
      terms.append(
        (consistency, matching.classes, global, matching.entropy * -settings.entropyWeight))
    }
    stepLosses = Tensor.concatenated(
      terms.map {
        ($0.consistency + $0.classes + $0.global + $0.entropy).detached().reshaped([1])
      })
    func sum(_ term: (Int) -> Tensor) -> Tensor {
      (1..<terms.count).reduce(term(0)) { $0 + term($1) }
    }
    return [
      ("consistency", sum { terms[$0].consistency }), ("class", sum { terms[$0].classes }),
      ("global", sum { terms[$0].global }), ("entropy", sum { terms[$0].entropy }),
    ]
  }

  /// For each of a batch's feature vectors [B, F] the nearest other one by Euclidean distance, int64 [B].
  private func nearestOthers(_ features: Tensor) -> Tensor {
    let fixed = features.detached()
    let indices = Tensor.indices(fixed.size(0), on: fixed.device)
    // Larger where nearer: |x_i - x_j|^2 = |x_i|^2 + |x_j|^2 - 2 x_i . x_j.
    let nearness =
      fixed.matmul(fixed.transposed()) * 2 - fixed.squared().sum(along: [1]).unsqueezed(0)
    return nearness.filled(
      where: indices.unsqueezed(1).isEqual(to: indices.unsqueezed(0)), with: -1e30
    ).argmax(along: 1)
  }

  /// Adds the step's losses of sub-heads.
  public func finishStep(_ batch: Batch) {
    if let stepLosses { subHeadLosses.add(stepLosses, images: batch.positions.count) }
    stepLosses = nil
  }

  /// The clusters by the sub-head of the lowest loss in the last epoch.
  public func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment {
    let best = try subHeadLosses.lowest()
    return try ConfidentAssignment(
      probabilities: model.backbone.overAll(images, augmentation) { features, _ in
        model.heads(features)[best]
      })
  }
}

/// What NNM makes agree in a batch: the predictions of images and of views of them with those of their
/// neighbours, row by row and cluster by cluster (Dang et al., CVPR 2021; NNM@aac3b2c).
///
/// A has the anchors' predictions and below them those of the anchors' other views, [2B, K]; P has those
/// of the neighbours in the pretext and of the nearest anchors in the batch.
package struct NeighbourMatching {
  private let anchors: Tensor
  private let positives: Tensor

  /// - Parameters:
  ///   - anchor: probabilities of images, [B, K].
  ///   - neighbour: of a neighbour of each, [B, K].
  ///   - augmented: of another view of each, [B, K].
  ///   - batchNeighbour: the image of the batch nearest to each, int64 [B].
  public init(anchor: Tensor, neighbour: Tensor, augmented: Tensor, batchNeighbour: Tensor) {
    anchors = Tensor.concatenated([anchor, augmented])
    positives = Tensor.concatenated([neighbour, anchor.rows(batchNeighbour)])
  }

  /// -mean_i log <A_i, P_i>.
  public var consistency: Tensor { neighbourConsistency(anchors, positives) }

  /// Every column of A has to find the same one of P, by their cosines.
  public var classes: Tensor { partitionUncertainty(anchors, positives) }

  /// Both of these between A and P, one below the other, and a neighbour in the whole set.
  /// - Parameter neighbour: probabilities of that neighbour of each image, [B, K]; no gradient flows into
  ///   them.
  public func agreement(with neighbour: Tensor) -> Tensor {
    let all = Tensor.concatenated([anchors, positives])
    let matched = Tensor.concatenated(Array(repeating: neighbour.detached(), count: 4))
    return neighbourConsistency(all, matched) + partitionUncertainty(all, matched)
  }

  /// H(mean_i A_i), whose weighted share is subtracted.
  public var entropy: Tensor { meanPredictionEntropy(anchors) }
}
