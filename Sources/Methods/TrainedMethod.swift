import Torch
import Vision

/// A method that learns by gradient steps.
///
/// The trainer owns epochs, batches, the optimiser and checkpoints; the method turns a batch into
/// loss terms and keeps whatever else it has to remember in `memory`.
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

  /// Called before every epoch, the first being 0; not again where an epoch that had begun is taken
  /// up from a checkpoint, so that what it finds out belongs in `memory`.
  func beginEpoch(_ epoch: Int) throws

  /// The terms of the loss, whose sum is minimised, each under the name of its column in
  /// history.csv. The names are the same in every step of a run.
  func loss(_ batch: Batch) throws -> [LossTerm]

  /// Called after the parameters have changed, without gradients: updates of banks belong here.
  func finishStep(_ batch: Batch) throws
}

extension TrainedMethod {
  public var memory: [NamedTensor] { [] }
  public func beginEpoch(_ epoch: Int) throws {}
  public func finishStep(_ batch: Batch) throws {}
}

/// One term of a loss: a scalar tensor, weighted already.
public typealias LossTerm = (name: String, value: Tensor)

/// How a method is trained.
public struct TrainingPlan: Sendable {
  public let training: TrainingSettings
  /// Augmented views of every image in a step.
  public let views: Int

  public init(training: TrainingSettings, views: Int) {
    self.training = training
    self.views = views
  }
}

/// The images of one step.
public struct Batch {
  public let epoch: Int
  /// Positions of the images in the set that is learnt from.
  public let positions: [Int]
  /// The same positions as int64 [B] on the device of the views.
  public let index: Tensor
  /// Augmented views, each float [B, 3, S, S].
  public let views: [Tensor]

  public init(epoch: Int, positions: [Int], index: Tensor, views: [Tensor]) {
    self.epoch = epoch
    self.positions = positions
    self.index = index
    self.views = views
  }
}
