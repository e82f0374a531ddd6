import Torch
import Vision

/// A method that learns by gradient steps.
///
/// The trainer owns epochs, batches, the optimiser and checkpoints. The method turns a batch into loss
/// terms and keeps any other state in `memory`. The trainer calls it in this order:
///
/// 1. `init(_:)` keeps its `inputs` and builds the network.
/// 2. `beginEpoch` precedes every epoch, but not the rest of an epoch resumed from a checkpoint.
/// 3. `beginBlock` precedes every block of images, where the plan has blocks.
/// 4. `views` makes the augmented images of a step.
/// 5. `loss` returns the terms of the loss. The trainer adds them up, computes the gradients and
///    updates the network. A method that updates parts of its network one after the other, each by a
///    loss of its own, lists them in `updates`, and this is done for each.
/// 6. `finishStep` follows the update. Momentum encoders and memory banks change here, but for encoders
///    that follow before a step, which `loss` moves.
/// 7. `assign` predicts the clusters, at evaluations and after the last epoch.
///
/// Of the members below, only `plan`, `network`, `augmentation` and `loss` have no default. A loss of
/// two views:
///
/// ```swift
/// func loss(_ batch: Batch) -> [LossTerm] {
///   let first = encoder(batch.views[0], training: true)
///   let second = encoder(batch.views[1], training: true)
///   return [("contrast", ntXentLoss(first, second, temperature: 0.5))]
/// }
/// ```
///
/// Operators on tensors do not throw. The trainer throws the first error of each member, for example a
/// mismatch of shapes in `loss`, before any parameter changes.
public protocol TrainedMethod: ClusteringMethod {
  /// Epochs, batches, optimiser and views.
  var plan: TrainingPlan { get }

  /// Parameters and running statistics: what is optimised and saved.
  var network: any Module { get }

  /// What makes the views.
  var augmentation: Augmentation { get }

  /// Other state that training goes on from: memory bank, queue, hypotheses. Saved with every
  /// checkpoint and loaded in place.
  var memory: [NamedTensor] { get }

  /// Tensors of the memory that a method which starts from this one's run takes over besides the network;
  /// none by default. Saved with the network.
  var handedOn: [NamedTensor] { get }

  /// The parts of the network that a step updates one after the other, by name, as a generative adversarial
  /// network's; by default none, and the step updates the network as a whole. `loss` is called for each with
  /// its name in `batch.part`, and moves that part alone: the optimiser skips all others, as if each part had
  /// its own. `plan.idle` has to be `.skip`.
  var updates: [String] { get }

  /// The views of a step's images, `plan.views` of them, each float [B, 3, S, S]. By default all are
  /// `augmentation`'s.
  /// - Parameters:
  ///   - images: the images learnt from.
  ///   - positions: those of the step, in `images`.
  ///   - epoch: what their draws are keyed by: the epoch or, where it shows an image several times, the
  ///     number of times before this one.
  func views(of images: ImageSet, at positions: [Int], epoch: Int) throws -> [Tensor]

  /// The passes that make up an epoch, one after the other, each over its images in a new order unless
  /// the plan says otherwise; by default one over all. A pass without images is left out.
  func passes(of epoch: Int) -> [ImagePass]

  /// The images that a pass over `positions` shows, as many as these; by default each once. Called after
  /// `beginEpoch`, and again where an epoch is taken up from a checkpoint: the same has to come of it.
  func sample(_ positions: [Int], epoch: Int) throws -> [Int]

  /// Called before every epoch, the first being 0 or, of a method that continues its stage's training, the
  /// number of the stage's epochs; not again where an epoch that had begun is taken up from a checkpoint, so
  /// that what it finds out belongs in `memory`.
  func beginEpoch(_ epoch: Int) throws

  /// Called before the first step of every block, where the plan has blocks, without gradients; not again
  /// where a block that had begun is taken up from a checkpoint, so that its targets belong in `memory`.
  /// - Parameters:
  ///   - positions: the images of the block, in the set that is learnt from.
  ///   - epoch: the epoch, the first being 0.
  func beginBlock(_ positions: [Int], epoch: Int) throws

  /// The terms of the loss, whose sum is minimised, each under the name of its column in
  /// history.csv. The names are the same in every step of a pass.
  func loss(_ batch: Batch) throws -> [LossTerm]

  /// Called after the parameters have changed, without gradients: updates of banks belong here.
  func finishStep(_ batch: Batch) throws
}

extension TrainedMethod {
  public var memory: [NamedTensor] { [] }
  public var handedOn: [NamedTensor] { [] }
  public var updates: [String] { [] }

  public func views(of images: ImageSet, at positions: [Int], epoch: Int) throws -> [Tensor] {
    (0..<plan.views).map {
      augmentation.view($0, of: images, at: positions, epoch: epoch)
    }
  }

  public func passes(of epoch: Int) -> [ImagePass] { [.all] }
  public func sample(_ positions: [Int], epoch: Int) throws -> [Int] { positions }
  public func beginEpoch(_ epoch: Int) throws {}
  public func beginBlock(_ positions: [Int], epoch: Int) throws {}
  public func finishStep(_ batch: Batch) throws {}
}

/// One term of a loss: a scalar tensor, weighted already. One without a gradient is no term but a figure beside
/// them, such as how far outputs spread: it has a column in history.csv and is not added to the loss.
public typealias LossTerm = (name: String, value: Tensor)

/// Which of the images learnt from the steps of a pass see. Only STL-10 has a split without labels, and
/// only where the protocol has it learnt from does this make a difference.
///
///     func passes(of epoch: Int) -> [ImagePass] { [.all, .labelledSplits] }
public enum ImagePass: Sendable {
  /// All images.
  case all
  /// Those of the splits that have labels, which a method does not see for all that.
  case labelledSplits
  /// Those of the split without labels.
  case unlabelledSplit
}

/// How a method is trained.
///
/// ```swift
/// var plan: TrainingPlan {
///   TrainingPlan(training: settings.training, views: 2, rateFactors: ["predictor": 10])
/// }
/// ```
public struct TrainingPlan: Sendable {
  /// Epochs, batches, optimiser and learning rate.
  public let training: TrainingSettings
  /// Augmented views of every image in a step.
  public let views: Int
  /// What the learning rate of a part of the network is multiplied by, by the part's name: "head", or "head.last" for
  /// a part of it. Of parts within one another the innermost counts.
  public let rateFactors: [String: Double]
  /// The parts of the network that keep the full learning rate whatever the schedule, and whatever their factor.
  public let constantRates: Set<String>
  /// The momentum of a part of the network that has another than the rest, by the part's name, of parts within one
  /// another the innermost.
  public let momenta: [String: Double]
  /// What becomes of parameters that a step gives no gradient, such as a head that rests.
  public let idle: IdleParameters
  /// The number of a run's first step, 0 or 1, by which schedules go.
  public let firstStep: Int
  /// Whether each pass has its images in a new order; else they come as they are in the set.
  public let shuffles: Bool
  /// The epochs after which the learning rate's schedule begins again; nil where it runs once. Each round has
  /// the whole schedule.
  public let roundEpochs: Int?
  /// The epochs of the longer training that this one is the beginning of, by which the schedule goes; nil where
  /// it is a training of its own.
  public let scheduleEpochs: Int?
  /// The blocks that a pass is cut into, with targets that are fixed for a block; nil where steps follow
  /// one another without any.
  public let blocks: BlockSettings?

  public init(
    training: TrainingSettings, views: Int, rateFactors: [String: Double] = [:],
    constantRates: Set<String> = [], momenta: [String: Double] = [:],
    idle: IdleParameters = .skip, firstStep: Int = 0, shuffles: Bool = true,
    roundEpochs: Int? = nil, scheduleEpochs: Int? = nil, blocks: BlockSettings? = nil
  ) {
    self.training = training
    self.views = views
    self.rateFactors = rateFactors
    self.constantRates = constantRates
    self.momenta = momenta
    self.idle = idle
    self.firstStep = firstStep
    self.shuffles = shuffles
    self.roundEpochs = roundEpochs
    self.scheduleEpochs = scheduleEpochs
    self.blocks = blocks
  }

  /// The optimiser of a run, to be fed with `learningRate(epoch:step:of:)` before every step.
  public func makeOptimiser(for network: any Module) -> any Optimiser {
    let constant = Dictionary(
      uniqueKeysWithValues: constantRates.map { ($0, training.learningRate) })
    return training.makeOptimiser(
      network.parameters, rateFactors: Self.byParameter(rateFactors, of: network),
      constantRates: Self.byParameter(constant, of: network),
      momenta: Self.byParameter(momenta, of: network), idle: idle)
  }

  /// What is given by parts of a network, by its parameters. The longest name of a part is that of the innermost.
  private static func byParameter(
    _ values: [String: Double], of network: any Module
  ) -> [String: Double] {
    var named: [String: Double] = [:]
    for (part, value) in values.sorted(by: { $0.key.utf8.count < $1.key.utf8.count }) {
      for (name, _) in network.parameters where name.hasPrefix(part + ".") { named[name] = value }
    }
    return named
  }

  /// The learning rate of step `step` of `steps` in `epoch`, the first being 0.
  public func learningRate(epoch: Int, step: Int, of steps: Int) -> Double {
    var scheduled = training
    if let scheduleEpochs { scheduled.epochs = scheduleEpochs }
    guard let roundEpochs, roundEpochs > 0 else {
      return scheduled.learningRate(epoch: epoch, step: step + firstStep, of: steps)
    }
    scheduled.epochs = roundEpochs
    return scheduled.learningRate(epoch: epoch % roundEpochs, step: step + firstStep, of: steps)
  }

  /// The part of the training, 0 to 1, that a step is at: 0 for the first or, counted from 1, the part
  /// that one step is.
  public func progress(at batch: Batch) -> Double {
    (Double(batch.epoch) + Double(batch.step + firstStep) / Double(batch.steps))
      / Double(training.epochs)
  }
}

/// The images of one step.
///
///     func loss(_ batch: Batch) -> [LossTerm] {
///       let embeddings = batch.views.map { encoder($0, training: true) }
///       return [("contrast", ntXentLoss(embeddings[0], embeddings[1], temperature: 0.5))]
///     }
public struct Batch {
  /// The epoch, the first being 0.
  public let epoch: Int
  /// The step's number in its epoch, the first being 0.
  public let step: Int
  /// The number of steps of the epoch.
  public let steps: Int
  /// The pass that the step belongs to, by its place in `passes(of:)`.
  public let pass: Int
  /// Positions of the images in the set that is learnt from.
  public let positions: [Int]
  /// The same positions as int64 [B] on the device of the views.
  public let index: Tensor
  /// Augmented views, each float [B, 3, S, S].
  public let views: [Tensor]
  /// The part of the network that the loss is asked for, one of `TrainedMethod.updates`; nil where a step
  /// updates the network as a whole.
  public package(set) var part: String?

  public init(
    epoch: Int, step: Int, of steps: Int, pass: Int = 0, positions: [Int],
    index: Tensor, views: [Tensor]
  ) {
    self.epoch = epoch
    self.step = step
    self.steps = steps
    self.pass = pass
    self.positions = positions
    self.index = index
    self.views = views
  }
}

extension Augmentation {
  /// What makes a method's views, normalised by the images learnt from.
  /// - Parameters:
  ///   - settings: the changes.
  ///   - inputs: those of the method.
  ///   - size: height and width of a view in pixels; the images' own if nil.
  ///   - crop: how the part of an image that a view shows is found.
  public init<Settings>(
    _ settings: AugmentationSettings, for inputs: MethodInputs<Settings>, size: Int? = nil,
    crop: Crop = .randomResized
  ) throws {
    let context = inputs.context
    self.init(
      settings: settings, size: size ?? inputs.images.height, crop: crop, seed: context.seed,
      statistics: settings.normalise ? try context.channelStatistics(of: inputs.images) : nil,
      on: context.device)
  }
}
