import Core
import Torch
import Vision

/// Anchor neighbourhood discovery: instance discrimination in rounds. Before each round but the first, the images
/// whose similarities are least spread become anchors, more of them in every round, and each is taken to be of one
/// class with its nearest neighbour. k-means clusters the embeddings.
///
/// Huang, J., Dong, Q., Gong, S. and Zhu, X., "Unsupervised Deep Learning by Neighbourhood Discovery", ICML 2019.
package final class NeighbourhoodDiscovery: TrainedMethod {
  /// The defaults are those of the official code for CIFAR.
  public struct Settings: Configurable {
    /// tau, of similarities to the memory.
    public var temperature = 0.1
    /// The share of its old vector that an entry of the memory bank keeps.
    public var memoryMomentum = 0.5
    /// The part of the training that a round is.
    public var round: EpochSpan = 0.2
    /// The share of all images by which the anchors grow with every round.
    public var selectRate = 0.25
    /// The neighbours of an anchor.
    public var neighbours = 1
    /// Length D of an embedding.
    public var dimensions = 128
    /// Starts of the final k-means; the best one is kept.
    public var restarts = 10
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings()
    /// How views are made.
    public var augmentation = AugmentationSettings()

    public init() {
      training.epochs = 1000
      backbone.start.convolutions = .torchDefault
      augmentation.flip = 0
    }

    /// A round as long as the training is instance discrimination alone.
    public var contradiction: String? {
      guard roundEpochs >= training.epochs, training.epochs > 1 else { return nil }
      return "round_epochs \(round) leaves no second round in \(training.epochs) epochs"
    }

    /// The epochs of a round.
    var roundEpochs: Int { max(1, round.wholeEpochs(of: training.epochs)) }

    public static let schema = SettingsSchema<Self>(
      .number("temperature", \.temperature, in: 0.01...10, "temperature tau of the softmax"),
      .number(
        "memory_momentum", \.memoryMomentum, in: 0...0.9999, "share of the old bank vector"),
      .span(
        "round_epochs", \.round, upTo: 100_000,
        "epochs of a round, or their share of all; the learning rate begins anew with each"),
      .number(
        "select_rate", \.selectRate, in: 0...1,
        "share of all images by which the anchors grow with every round"),
      .integer("neighbours", \.neighbours, in: 1...100, "nearest neighbours of an anchor"),
      .integer("dimensions", \.dimensions, in: 2...4096, "length D of an embedding"),
      from: "Huang et al., ICML 2019, section 4; AND@f94c07f, configs/base.yaml"
    )
    .adding(
      .integer("restarts", \.restarts, in: 1...1000, "starts of the final k-means"),
      from: "ours, as instdisc: the paper has a nearest-neighbour classifier, and no clusters"
    )
    .including(\.backbone, from: "AND@f94c07f, models/resnet_cifar.py")
    .including(\.training, \.augmentation, from: "AND@f94c07f, configs/base.yaml")
  }

  public static let description = MethodDescription(
    name: "and", title: "AND + k-means", family: .contrastive, version: 2,
    reference: "Huang et al., Unsupervised Deep Learning by Neighbourhood Discovery, ICML 2019",
    summary:
      "instance discrimination in rounds, each with more images that are of their neighbour's class; then k-means",
    code: "Raymond-sci/AND@f94c07f")

  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let encoder: Encoder
  private let bank: MemoryBank
  /// Of every image; an image's own number stands for none. int64 [N, n].
  private let neighbours: Tensor
  /// The last step's, [B, D], for the bank.
  private var embeddings: Tensor?

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context) = (inputs.settings, inputs.context)
    augmentation = try Augmentation(settings.augmentation, for: inputs)
    encoder = Encoder(settings.backbone, dimensions: settings.dimensions, context: context)
    bank = MemoryBank(
      count: inputs.images.count, dimensions: settings.dimensions,
      momentum: settings.memoryMomentum, seed: context.seed, on: context.device)
    neighbours = Tensor.indices(inputs.images.count, on: context.device).unsqueezed(1)
      .expanded([inputs.images.count, settings.neighbours]).contiguous()
  }

  public var plan: TrainingPlan {
    TrainingPlan(training: settings.training, views: 1, roundEpochs: settings.roundEpochs)
  }

  public var network: any Module { encoder }
  public var memory: [NamedTensor] { [("bank", bank.vectors), ("neighbours", neighbours)] }

  /// Before a round, finds anchors and their neighbours. Network, bank and optimiser go on as they are.
  public func beginEpoch(_ epoch: Int) throws {
    let round = epoch / settings.roundEpochs
    guard round > 0, epoch.isMultiple(of: settings.roundEpochs) else { return }
    let anchors = Double(learnt.count) * settings.selectRate * Double(round)
    let found = try AnchorNeighbourhoods(
      memory: bank.vectors, anchors: Int(min(anchors, Double(learnt.count))),
      neighbours: settings.neighbours,
      temperature: settings.temperature, threads: context.threads)
    neighbours.copy(from: found.neighbours)
  }

  /// Equation 5; instance discrimination where an image is no anchor.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let embeddings = encoder(batch.views[0], training: true)
    self.embeddings = embeddings
    let loss = neighbourhoodLoss(
      embeddings, memory: bank.vectors, index: batch.index, neighbours: neighbours,
      temperature: settings.temperature)
    return [("neighbourhood", loss)]
  }

  /// Takes the step's embeddings into the bank.
  public func finishStep(_ batch: Batch) {
    if let embeddings { bank.update(batch.index, with: embeddings) }
    embeddings = nil
  }

  /// k-means on embeddings.
  public func assign(_ images: ImageSet) throws -> [Int32] {
    try FeatureClustering(restarts: settings.restarts, for: inputs).assign(images) {
      try encoder.embeddings(of: $0, augmentation).floats()
    }
  }
}

extension NeighbourhoodDiscovery: AppliesToNewImages {}
