import ClassicalClustering
import Core
import Torch
import Vision

/// Graph contrastive clustering: neighbours in a graph of the images' latest embeddings are positives, of
/// representations and of clusters alike.
///
/// Zhong, H., Wu, J., Chen, C., Huang, J., Deng, M., Nie, L., Lin, Z. and Hua, X.-S., "Graph Contrastive
/// Clustering", ICCV 2021.
package final class GCC: TrainedMethod, ReportsConfidence {
  /// The defaults are those of the official code for CIFAR (commit 530c11b).
  public struct Settings: Configurable {
    /// tau of the representations' contrast.
    public var temperature = 0.1
    /// The weight of the representations' contrast.
    public var contrastWeight = 2.0
    /// lambda, the weight of the balance within the clusters' contrast.
    public var balanceWeight = 2.0
    /// The part of the training before there is a graph: 51 epochs of the code's 1,000.
    public var warmup: EpochSpan = 0.051
    /// Epochs between two graphs.
    public var graphEvery = 5
    /// Latest epochs whose embeddings make the graph.
    public var history = 4
    /// k, the nearest neighbours of an image in the graph.
    public var neighbours = 5
    /// The first of them that are positives of the representations.
    public var positives = 3
    /// Whether an image is the first of its neighbours, as in the code.
    public var isOwnNeighbour = false
    /// The head between features and embeddings.
    public var projection = ProjectionSettings(.mlp, dimensions: 128)
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings()
    /// How views are made.
    public var augmentation = AugmentationSettings()

    public init() {
      training.epochs = 1000
      training.batchSize = 256
      training.learningRate = 0.4
      training.floor = 0.001
      training.nesterov = false
      training.weightDecay = 1e-4
      training.schedule = .cosine
      augmentation.hue = 0.1
      augmentation.jitter = 0.8
    }

    /// Why there would never be a graph, or too few neighbours in it.
    public var contradiction: String? {
      if positives > neighbours {
        return "positive_neighbours \(positives) are more than the \(neighbours) neighbours"
      }
      guard warmup.wholeEpochs(of: training.epochs) >= training.epochs else { return nil }
      return "warmup_epochs \(warmup) leaves none of the \(training.epochs) epochs for the graph"
    }

    public static let schema = SettingsSchema<Self>(
      .number("temperature", \.temperature, in: 0.01...10, "temperature tau of representations"),
      .number(
        "contrast_weight", \.contrastWeight, in: 0...1000, "weight of the representations' contrast"
      ),
      .number("balance_weight", \.balanceWeight, in: 0...1000, "weight lambda of the balance"),
      .span(
        "warmup_epochs", \.warmup, upTo: 100_000,
        "epochs, or their share of all, before there is a graph"),
      .integer("graph_every", \.graphEvery, in: 1...100_000, "epochs between two graphs"),
      .integer(
        "graph_history", \.history, in: 1...100, "latest epochs whose embeddings make the graph"),
      .integer("neighbours", \.neighbours, in: 1...1000, "nearest neighbours of an image"),
      .integer(
        "positive_neighbours", \.positives, in: 1...16,
        "nearest neighbours that are positives of representations"),
      .boolean(
        "own_neighbour", \.isOwnNeighbour,
        "an image is the first of its neighbours, in a view of its own, as in the code"),
      from: "GCC@530c11b, end2end.py and losses/losses.py"
    )
    .including(
      \.projection, \.backbone, \.training, \.augmentation, from: "GCC@530c11b, configs/end2end")
  }

  public static let description = MethodDescription(
    name: "gcc", title: "GCC", family: .deepClustering, version: 2,
    reference: "Zhong et al., Graph Contrastive Clustering, ICCV 2021",
    summary: "neighbours in a graph of embeddings are positives of representations and clusters",
    code: "GCC@530c11b",
    benchmarks: ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"])

  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems.overlaid(with: [
    "stl10": ["batch_size": 96],
    "imagenet10": ["batch_size": 96],
    "imagenet-dogs": ["batch_size": 96],
    "tiny-imagenet": ["batch_size": 128, "depth": "34"],
  ])

  private struct Network: Module {
    let encoder: Encoder
    let classifier: Linear

    init(_ settings: Settings, context: MethodContext) {
      encoder = Encoder(settings.backbone, projection: settings.projection, context: context)
      var stream = RandomStream(seed: context.seed, purpose: .weights, epoch: 1)
      classifier = Linear(
        encoder.backbone.features, context.clusters, on: context.device, from: &stream)
    }

    var children: [(name: String, module: any Module)] {
      encoder.children + [("cluster_head", classifier)]
    }

    /// Unit embeddings [B, D] and cluster probabilities [B, K] of images in training.
    func callAsFunction(_ images: Tensor) -> (embeddings: Tensor, clusters: Tensor) {
      let features = encoder.backbone(images, training: true)
      return (
        encoder.projection(features, training: true).normalisedRows(),
        classifier(features).softmax(along: 1)
      )
    }
  }

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let model: Network
  private let warmupEpochs: Int
  private let history: FeatureHistory
  /// The positions of each image's neighbours, nearest first, int64 [N, width] on the processor; its own
  /// before there is a graph.
  private let neighbours: Tensor
  /// The weight of each image as a neighbour, [N].
  private let weights: Tensor
  /// The last step's second view, [B, D].
  private var embeddings: Tensor?

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context, count) = (inputs.settings, inputs.context, inputs.images.count)
    warmupEpochs = settings.warmup.wholeEpochs(of: settings.training.epochs)
    augmentation = try Augmentation(settings.augmentation, for: inputs)
    model = Network(settings, context: context)
    history = FeatureHistory(
      count: count, epochs: settings.history, dimensions: settings.projection.dimensions,
      seed: context.seed, on: context.device)
    let width = Self.rowWidth(settings)
    neighbours = Tensor((0..<count).flatMap { Array(repeating: $0, count: width) })
      .reshaped([count, width])
    weights = Tensor.full([count], 1, on: context.device)
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 2) }
  public var network: any Module { model }

  public var memory: [NamedTensor] {
    [("history", history.embeddings), ("neighbours", neighbours), ("neighbour_weights", weights)]
  }

  /// Images of a split without labels take part until there is a graph.
  public func passes(of epoch: Int) -> [ImagePass] {
    [epoch < warmupEpochs ? .all : .labelledSplits]
  }

  /// Two views of the images. Where there is a graph, then one of each positive neighbour, and one of a
  /// neighbour drawn at random, whose cluster counts.
  public func views(of images: ImageSet, at positions: [Int], epoch: Int) throws -> [Tensor] {
    var shown = [positions, positions]
    if epoch >= warmupEpochs {
      let rows = try neighbours.rows(Tensor(positions)).integers().map(Int.init)
      let width = Self.rowWidth(settings)
      shown += (0..<settings.positives).map { place in
        positions.indices.map { rows[$0 * width + place] }
      }
      shown.append(
        positions.enumerated().map { number, position in
          var stream = RandomStream(
            seed: context.seed, purpose: .method, epoch: epoch, item: images.drawKeys[position])
          return rows[number * width + stream.integer(below: width)]
        })
    }
    return shown.enumerated().map { number, positions in
      augmentation.view(number, of: images, at: positions, epoch: epoch)
    }
  }

  /// Makes the graph anew when its time has come.
  public func beginEpoch(_ epoch: Int) throws {
    let age = epoch - warmupEpochs
    guard age >= 0, age.isMultiple(of: settings.graphEvery) else { return }
    let labelled = (0..<learnt.count).filter { !learnt.isUnlabelled[$0] }
    let means = history.means(before: epoch).rows(Tensor(labelled).to(context.device))
    let graph = try NearestNeighbourGraph(
      of: means.normalisedRows().floats(), dimensions: means.size(1),
      neighbours: min(settings.neighbours, labelled.count - 1), threads: context.threads)
    // Where there are fewer others than neighbours, they come again.
    let rows = labelled.indices.flatMap { image in
      (settings.isOwnNeighbour ? [image] : [])
        + (0..<settings.neighbours).map {
          Int(graph.indices[image * graph.neighbours + $0 % graph.neighbours])
        }
    }
    let width = Self.rowWidth(settings)
    let index = Tensor(labelled)
    neighbours.setRows(
      index, to: Tensor(rows.map { labelled[$0] }).reshaped([labelled.count, width]))
    weights.setRows(
      index.to(context.device),
      to: Tensor(graphNeighbourWeights(rows, width: width), shape: [labelled.count])
        .to(context.device))
  }

  /// The neighbours that are known of an image.
  private static func rowWidth(_ settings: Settings) -> Int {
    settings.neighbours + (settings.isOwnNeighbour ? 1 : 0)
  }

  /// L = 2 L_RGC + L_AGC (the paper's two losses by the code's weights); L_RGC without neighbours, alone,
  /// until there is a graph.
  public func loss(_ batch: Batch) throws -> [LossTerm] {
    let count = batch.positions.count
    let hasGraph = batch.epoch >= warmupEpochs
    // Each neighbour is normalised apart, before the two views together, as in the code.
    let positives = hasGraph ? try positives(of: batch) : []
    let both = model(Tensor.concatenated([batch.views[0], batch.views[1]]))
    let first = both.embeddings.narrowed(0, to: 0..<count)
    let second = both.embeddings.narrowed(0, to: count..<2 * count)
    embeddings = second.detached()
    let contrast = graphContrastLoss(
      first, second, neighbours: positives, temperature: settings.temperature)
    var uncertainty = contrast.detached() * 0
    var balance = uncertainty
    if hasGraph {
      let clusters = both.clusters.narrowed(0, to: 0..<count)
      let neighbour = model(batch.views[2 + settings.positives]).clusters
      uncertainty = partitionUncertainty(clusters, neighbour)
      balance = balanceLoss(clusters) * settings.balanceWeight
    }
    return [
      ("contrast", contrast * settings.contrastWeight), ("uncertainty", uncertainty),
      ("balance", balance),
    ]
  }

  /// The neighbours that are positives of a batch's images.
  private func positives(of batch: Batch) throws -> [GraphNeighbours] {
    let rows = neighbours.rows(Tensor(batch.positions))
    return (0..<settings.positives).map { place in
      let shown = rows.narrowed(1, to: place..<place + 1).reshaped([-1]).to(context.device)
      return GraphNeighbours(
        embeddings: model(batch.views[2 + place]).embeddings, weights: weights.rows(shown))
    }
  }

  /// Takes the step's second view into the history.
  public func finishStep(_ batch: Batch) {
    if let embeddings { history.record(embeddings, at: batch.index, epoch: batch.epoch) }
    embeddings = nil
  }

  public func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment {
    try ConfidentAssignment(
      logits: model.encoder.backbone.overAll(images, augmentation) { features, _ in
        model.classifier(features)
      })
  }
}

extension GCC: AppliesToNewImages {}
