import Core
import Domain
import Torch
import Vision

/// Deep adaptive clustering: which pairs of images belong together is read off the network's own
/// predictions, at first only where these are sure, and learnt as a binary classification of pairs.
///
/// Chang, J., Wang, L., Meng, G., Xiang, S. and Pan, C., "Deep Adaptive Image Clustering", ICCV 2017.
package final class DAC: BlockPredictionMethod {
  /// How the thresholds change with the epochs.
  public enum ThresholdCourse: String, CaseIterable, Sendable {
    /// Both move evenly towards each other, and would meet after the last epoch.
    case meeting
    /// There is one, which falls evenly from the upper to the lower, so that every pair is learnt from: what
    /// the code's README calls DAC*.
    case falling
    /// Both stay.
    case constant
  }

  /// The defaults are those of the official code for CIFAR-10 with two thresholds (commit 2de9c37,
  /// cifar10_2.py), but for the form of the pairs' loss, which is the paper's.
  public struct Settings: Configurable {
    /// u of the first epoch: pairs above it are similar.
    public var upper = 0.99
    /// l of the first epoch: pairs below it are dissimilar. Where one threshold falls, what it falls to.
    public var lower = 0.8
    /// How the thresholds change.
    public var course = ThresholdCourse.meeting
    /// What a pair's similarity is compared by.
    public var form = PairLossForm.logarithmic
    /// The weight of the pairs' loss.
    public var pairWeight = 1.0 / 32
    /// The weight of the cross-entropy to the images' own predictions.
    public var auxiliaryWeight = 1.0
    /// Channels of the first stage, doubled with each.
    public var channels = 64
    /// Stages of the network, each with a pooling.
    public var stages = 2
    /// Convolutions of a stage.
    public var convolutions = 3
    /// Whether a ReLU precedes the softmax.
    public var hasLastReLU = false
    /// Predictions, blocks, training and views.
    public var prediction = BlockPredictionSettings()

    public init() {
      prediction.batch = 32
      prediction.training.epochs = 50
      prediction.training.learningRate = 1e-3
      prediction.augmentation.rotation = 10
      prediction.augmentation.shift = 0.09
      prediction.augmentation.zoom = 0.05
      prediction.augmentation.channelShift = 0.05
      prediction.augmentation.rescale = 0.975
    }

    public static let schema = SettingsSchema<Self>(
      .number("upper", \.upper, in: 0...1, "pairs above it are similar, in the first epoch"),
      .number("lower", \.lower, in: 0...1, "pairs below it are dissimilar, in the first epoch"),
      .choice(
        "threshold_course", \.course, scaledByEpochs: [.meeting, .falling],
        "how the thresholds change over the epochs"),
      .number("pair_weight", \.pairWeight, in: 0...1000, "weight of the loss of pairs"),
      .number(
        "auxiliary_weight", \.auxiliaryWeight, in: 0...1000,
        "weight of the cross-entropy to the block's own predictions"),
      .integer("channels", \.channels, in: 8...512, "channels of the first stage"),
      .integer("stages", \.stages, in: 1...4, "stages of the network, each with a pooling"),
      .integer("convolutions", \.convolutions, in: 1...4, "convolutions of a stage"),
      .boolean("last_relu", \.hasLastReLU, "a ReLU precedes the softmax"),
      from: "DAC@2de9c37, CIFAR10/cifar10_2.py"
    )
    .adding(
      .choice("pair_loss", \.form, "what a pair's similarity is compared by"),
      from: "Chang et al., ICCV 2017, equation 2; linear: DAC@2de9c37"
    )
    .including(\.prediction, from: "DAC@2de9c37, CIFAR10/cifar10_2.py")

    public var contradiction: String? {
      lower > upper
        ? "lower \(lower) is above upper \(upper): a pair would be similar and dissimilar" : nil
    }
  }

  public static let description = MethodDescription(
    name: "dac", title: "DAC", family: .deepClustering, version: 2,
    reference: "Chang et al., Deep Adaptive Image Clustering, ICCV 2017",
    summary: "learns which pairs of images are alike from its own sure predictions",
    code: "DAC@2de9c37",
    benchmarks: ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs"])

  /// The networks and views of the code's other files.
  public static let benchmarkDefaults: BenchmarkDefaults = [
    "cifar100": [
      "convolutions": 2, "rotation": 20, "shift": 0.18, "zoom": 0.15, "channel_shift": 0.1,
      "rescale": 0.95,
    ],
    "stl10": ["stages": 3, "last_relu": true, "epochs": 75, "shift": 0.1],
    "imagenet10": ["stages": 3, "last_relu": true, "shift": 0.1],
    "imagenet-dogs": ["stages": 3, "last_relu": true, "shift": 0.1],
    "tiny-imagenet": ["stages": 3, "last_relu": true, "shift": 0.1],
  ]

  /// Convolutions, K maps that are averaged, and two layers on the averages.
  private struct Network: Module {
    let stages: ConvolutionStages
    let maps: Convolution
    let layers: [Linear]
    /// Of the maps and of each layer.
    let normalisations: [BatchNormalisation]
    let hasLastReLU: Bool

    var children: [(name: String, module: any Module)] {
      [("stages", stages as any Module), ("maps", maps)]
        + layers.enumerated().map { ("fc\($0.offset + 1)", $0.element) }
        + normalisations.enumerated().map { ("bn\($0.offset)", $0.element) }
    }

    /// Probabilities [B, K].
    func callAsFunction(_ images: Tensor, _ mode: NormalisationMode) -> Tensor {
      let maps = normalisations[0](maps(stages(images, mode).last), mode).relu()
      let hidden = normalisations[1](layers[0](maps.globallyAveraged()), mode).relu()
      let logits = normalisations[2](layers[1](hidden), mode)
      return (hasLastReLU ? logits.relu() : logits).softmax(along: 1)
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
        Array(repeating: settings.channels << $0, count: settings.convolutions)
      }, isPooledAtEnd: true, size: inputs.images.height, method: Self.description.name,
      on: device, from: &stream)
    model = Network(
      stages: stages,
      maps: Convolution(
        heNormalOverInputs: stages.channels, clusters, kernel: 1, on: device, from: &stream),
      layers: (0..<2).map { _ in
        Linear(identity: clusters, clusters, hasBias: false, on: device)
      }, normalisations: (0..<3).map { _ in BatchNormalisation(clusters, on: device) },
      hasLastReLU: settings.hasLastReLU)
  }

  public var network: any Module { model }

  public func probabilities(_ images: Tensor, _ mode: NormalisationMode) -> Tensor {
    model(images, mode)
  }

  /// Equation 8, with both thresholds on their way to each other, and the code's auxiliary term.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let probabilities = model(batch.views[0], .training)
    let reference = predictions.reference.rows(batch.index)
    let (upper, lower) = thresholds(in: batch.epoch)
    let relations = PairRelations(reference, upper: upper, lower: lower)
    return [
      ("pairs", pairLoss(probabilities, relations, form: settings.form) * settings.pairWeight),
      (
        "auxiliary",
        binaryCrossEntropies(probabilities, reference).mean() * settings.auxiliaryWeight
      ),
    ]
  }

  /// u and l of an epoch.
  package func thresholds(in epoch: Int) -> (upper: Double, lower: Double) {
    let (upper, lower) = (settings.upper, settings.lower)
    let way = (upper - lower) * Double(epoch) / Double(settings.prediction.training.epochs)
    return switch settings.course {
    case .meeting: (upper - way / 2, lower + way / 2)
    case .falling: (upper - way, upper - way)
    case .constant: (upper, lower)
    }
  }
}

extension DAC: AppliesToNewImages {
  public static func obstacle(to settings: Settings) -> String? { settings.prediction.obstacle }
}
