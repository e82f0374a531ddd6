import Core
import Domain
import Torch
import Vision

/// Deep comprehensive correlation mining: a pseudo-graph and pseudo-labels of the network's own confident
/// predictions are learnt under changes of the images, beside the mutual information of early maps and
/// predictions, over correlated images too.
///
/// Wu, J., Long, K., Wang, F., Qian, C., Li, C., Lin, Z. and Zha, H., "Deep Comprehensive Correlation
/// Mining for Image Clustering", ICCV 2019.
package final class DCCM: BlockPredictionMethod {
  /// The defaults are those of the official code for CIFAR-10 (commit 69ed7ae), but for the choice of
  /// triplets, which is the paper's.
  public struct Settings: Configurable {
    /// The cosine from which on two images are similar.
    public var graphThreshold = 0.95
    /// The probability from which on a label is learnt from.
    public var labelThreshold = 0.9
    /// The weight of the pseudo-labels.
    public var labelWeight = 5.0
    /// The weight of the pseudo-graph.
    public var graphWeight = 1.0
    /// The weight of the mutual information.
    public var localWeight = 0.05
    /// How the triplets of the mutual information are found.
    public var triplets = Triplets.Choice.drawn
    /// Units of the discriminator's hidden layers.
    public var discriminatorWidth = 512
    /// Channels of the first stage, doubled with each.
    public var channels = 64
    /// Stages of the network; the first has two convolutions, the others one.
    public var stages = 3
    /// Predictions, blocks, training and views.
    public var prediction = BlockPredictionSettings()

    public init() { prediction.training.learningRate = 1e-4 }

    public static let schema = SettingsSchema<Self>(
      .number(
        "graph_threshold", \.graphThreshold, in: 0...1, "cosine from which on images are similar"),
      .number(
        "label_threshold", \.labelThreshold, in: 0...1,
        "probability from which on a label is learnt from"),
      .number("label_weight", \.labelWeight, in: 0...1000, "weight of the pseudo-labels"),
      .number("graph_weight", \.graphWeight, in: 0...1000, "weight of the pseudo-graph"),
      .number("local_weight", \.localWeight, in: 0...1000, "weight of the mutual information"),
      .integer(
        "discriminator_width", \.discriminatorWidth, in: 8...4096,
        "units of the discriminator's hidden layers"),
      .integer("channels", \.channels, in: 8...512, "channels of the first stage"),
      .integer(
        "stages", \.stages, in: 1...5, "stages of the network, with a pooling between them"),
      from: "DCCM@69ed7ae, cfgs/cifar10.yaml and models"
    )
    .adding(
      .choice("triplets", \.triplets, "how an image's positive and negatives are found"),
      from: "Wu et al., ICCV 2019, section 3.3; as-released: DCCM@69ed7ae, utils/sampling.py"
    )
    .including(\.prediction, from: "DCCM@69ed7ae, main.py and cfgs/cifar10.yaml")
  }

  public static let description = MethodDescription(
    name: "dccm", title: "DCCM", family: .deepClustering, version: 2,
    reference:
      "Wu et al., Deep Comprehensive Correlation Mining for Image Clustering, ICCV 2019",
    summary: "a graph and labels of its own confident predictions, and mutual information",
    code: "DCCM@69ed7ae",
    benchmarks: ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"])

  public static let benchmarkDefaults: BenchmarkDefaults = ["cifar100": ["learning_rate": 1e-3]]

  private struct Network: Module {
    let stages: ConvolutionStages
    let layers: [Linear]
    /// Of each layer.
    let normalisations: [BatchNormalisation]
    let discriminator: LocalDiscriminator

    var children: [(name: String, module: any Module)] {
      [("stages", stages as any Module)]
        + layers.enumerated().map { ("fc\($0.offset + 1)", $0.element) }
        + normalisations.enumerated().map { ("bn\($0.offset + 1)", $0.element) }
        + [("discriminator", discriminator)]
    }

    /// Probabilities [B, K], and what their mutual information is of: the maps behind the first pooling,
    /// and the last layer's outputs before they are normalised, [B, K].
    func callAsFunction(
      _ images: Tensor, _ mode: NormalisationMode
    ) -> (probabilities: Tensor, maps: Tensor, vectors: Tensor) {
      let (first, last) = stages(images, mode)
      let hidden = normalisations[0](layers[0](last.globallyAveraged()), mode).relu()
      let vectors = layers[1](hidden)
      return (normalisations[1](vectors, mode).softmax(along: 1), first, vectors)
    }
  }

  public let inputs: Inputs
  public let predictions: BlockPredictions
  private let model: Network

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context) = (inputs.settings, inputs.context)
    predictions = try BlockPredictions(settings.prediction, for: inputs)
    let (clusters, device) = (context.clusters, context.device)
    var stream = RandomStream(seed: context.seed, purpose: .weights)
    let stages = try ConvolutionStages(
      (0..<settings.stages).map {
        Array(repeating: settings.channels << $0, count: $0 == 0 ? 2 : 1)
      }, isPooledAtEnd: false, size: inputs.images.height, method: Self.description.name,
      on: device, from: &stream)
    model = Network(
      stages: stages,
      layers: [
        Linear(identity: stages.channels, settings.channels, hasBias: false, on: device),
        Linear(identity: settings.channels, clusters, on: device),
      ],
      normalisations: [
        BatchNormalisation(settings.channels, on: device), BatchNormalisation(clusters, on: device),
      ],
      discriminator: LocalDiscriminator(
        channels: settings.channels, dimensions: clusters, width: settings.discriminatorWidth,
        on: device, from: &stream))
  }

  public var network: any Module { model }

  public func probabilities(_ images: Tensor, _ mode: NormalisationMode) -> Tensor {
    model(images, mode).probabilities
  }

  /// Equation 12.
  public func loss(_ batch: Batch) throws -> [LossTerm] {
    let (probabilities, maps, vectors) = model(batch.views[0], .training)
    let reference = predictions.reference.rows(batch.index)
    let relations = PairRelations(reference, threshold: settings.graphThreshold)
    var stream = RandomStream(
      seed: context.seed, purpose: .method, epoch: batch.epoch, item: batch.step)
    let triplets = try Triplets(relations.areSimilar, settings.triplets, from: &stream)
    let labels = confidentLabelLoss(
      probabilities, reference: reference, threshold: settings.labelThreshold)
    let local = localInformationLoss(
      maps: maps, vectors: vectors, triplets, weights: model.discriminator.weights)
    return [
      ("labels", labels * settings.labelWeight),
      ("graph", pseudoGraphLoss(probabilities, relations) * settings.graphWeight),
      ("local", local * settings.localWeight),
    ]
  }
}

extension DCCM: AppliesToNewImages {
  public static func obstacle(to settings: Settings) -> String? { settings.prediction.obstacle }
}
