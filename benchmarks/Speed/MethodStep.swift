import Core
import Domain
import Experiments
import Methods
import Torch
import Vision

/// What the steps of all methods have in common.
struct MethodTask {
  /// Epochs of a training, short enough to begin each: a share of a training leaves some of them.
  static let epochs = 20

  let context: MethodContext
  let images: ImageSet
  /// Settings of every method that has them.
  let settings: [String: SettingValue]

  /// A method with these settings.
  /// - Parameters:
  ///   - defaults: what it has instead of its own defaults.
  ///   - wanted: what it has whatever the task's settings are.
  func configured(
    _ type: any ClusteringMethod.Type, defaults: [String: SettingValue] = [:],
    wanted: [String: SettingValue] = [:]
  ) throws -> ConfiguredMethod {
    let known = Set(type.settings.map(\.name))
    let common = settings.filter { known.contains($0.key) }
    return try ConfiguredMethod(
      type, defaults.merging(common) { $1 }.merging(wanted) { $1 })
  }

  /// The untrained network that a method starts from; nil if it starts from nothing.
  func stage(of method: ConfiguredMethod) throws -> MeasuredStage? {
    guard let stage = method.stage else { return nil }
    let earlier = try configured(
      MethodRegistry.builtIn.method(stage.method), defaults: stage.defaults, wanted: stage.settings)
    return try MeasuredStage(
      of: earlier, startingFrom: self.stage(of: earlier), context: context, images: images)
  }
}

/// Steps of a method in the last epoch of a training.
final class MethodStep {
  let name: String
  /// Whether its network is the task's.
  let hasResNet: Bool
  /// Images that a step shows the network: a batch in every view.
  private(set) var shown = 0
  /// Views of each image of a batch.
  private(set) var views = 0
  /// How often a step reads values of tensors.
  private(set) var reads = 0
  /// What waits for the card besides; nil if nothing does.
  private(set) var wait: String?

  /// Kept, as its file is gone with it.
  private let stage: MeasuredStage?
  private let steps: TrainingSteps
  private let optimiser: any Optimiser
  private let epoch = MethodTask.epochs - 1
  /// Those of the epoch's last pass.
  private let batches: [TrainingSteps.BatchImages]
  private var taken = 0
  /// A step's share of the seconds in which the targets of its block are made.
  private var share = 0.0
  private let clock = ContinuousClock()

  init(_ type: any ClusteringMethod.Type, of task: MethodTask) throws {
    name = type.description.name
    let configured = try task.configured(type)
    hasResNet = configured.values[SettingName.width] != nil
    stage = try task.stage(of: configured)
    let made = try configured.make(
      context: task.context.starting(from: stage), images: task.images)
    guard let method = made as? any TrainedMethod else {
      throw MethodError.unsupported(method: name, reason: "it does not train")
    }
    steps = TrainingSteps(
      method: method, images: task.images, seed: 0, device: task.context.device)
    optimiser = method.plan.makeOptimiser(for: method.network)
    optimiser.learningRate = method.plan.learningRate(epoch: epoch, step: 0, of: 1)
    for epoch in 0...epoch { try steps.begin(epoch) }
    let all = try steps.batches(of: epoch)
    batches = all.filter { $0.pass == all.last?.pass }
    guard let first = batches.first else {
      throw MethodError.unsupported(method: name, reason: "its last epoch has no steps")
    }
    let shapes = try Torch.checked {
      try method.views(of: task.images, at: first.positions, epoch: epoch).map { $0.size(0) }
    }
    views = shapes.count
    shown = shapes.reduce(0, +)
    if let block = first.block {
      let times = try (0..<3).map { _ in
        try clock.measure {
          try Torch.checked {
            try Torch.withoutGradients { try method.beginBlock(block, epoch: epoch) }
          }
        } / .seconds(1)
      }
      let blocks = batches.count { $0.block != nil }
      share = times.sorted()[1] * Double(blocks) / Double(batches.count)
    }
    // The first steps select and compile kernels.
    for _ in 0..<2 { _ = try seconds() }
    let before = Torch.readCount
    do {
      _ = try Torch.withoutWaits(seconds)
      reads = Torch.readCount - before
    } catch let error as TorchError {
      wait = error.description
    }
  }

  /// Takes the next step of the epoch, after the last the first again.
  /// - Returns: its seconds, with its share of what begins its block.
  func seconds() throws -> Double {
    let batch = batches[taken % batches.count]
    taken += 1
    return try clock.measure {
      // Targets are made already. The values of the loss are waited for, and so is a card.
      _ = try steps.take(
        taken, of: epoch,
        on: .init(pass: batch.pass, showing: batch.showing, positions: batch.positions), optimiser)
    } / .seconds(1) + share
  }
}

/// The time of a method's step beside SimCLR's.
struct MethodStepTimes: Encodable {
  let method: String
  /// Whether it has the network that SimCLR has.
  let hasSameNetwork: Bool
  /// Views of each image of a batch.
  let views: Int
  /// Images that a step shows the network.
  let images: Int
  /// The median of a step.
  let milliseconds: Double
  let millisecondsPerImage: Double
  /// Of a step to SimCLR's in the same round: the median, the smallest and the largest.
  let ratio: Double
  let ratioLow: Double
  let ratioHigh: Double
  /// The median ratio by shown image.
  let ratioPerImage: Double
  /// How often a step reads values of tensors.
  let reads: Int
  /// What waits for a card besides; nil if nothing does.
  let wait: String?

  /// Lets the two take turns.
  init(_ step: MethodStep, beside reference: MethodStep, rounds: Int) throws {
    let times = try (0..<rounds).map { _ in
      (reference: try reference.seconds(), own: try step.seconds())
    }
    let ratios = times.map { $0.own / $0.reference }.sorted()
    method = step.name
    hasSameNetwork = step.hasResNet
    (views, images) = (step.views, step.shown)
    milliseconds = times.map(\.own).sorted()[rounds / 2] * 1000
    millisecondsPerImage = milliseconds / Double(images)
    (ratio, ratioLow, ratioHigh) = (ratios[rounds / 2], ratios[0], ratios[rounds - 1])
    ratioPerImage = ratio * Double(reference.shown) / Double(images)
    (reads, wait) = (step.reads, step.wait)
  }

  static let head = [
    "method", "network", "views", "images a step", "ms a step", "ms an image", "step / SimCLR's",
    "image / SimCLR's", "reads a step",
  ]

  var cells: [String] {
    [
      method, hasSameNetwork ? "same" : "own", "\(views)", "\(images)", fixed(milliseconds, 1),
      fixed(millisecondsPerImage, 3),
      "\(fixed(ratio, 2)) (\(fixed(ratioLow, 2)) to \(fixed(ratioHigh, 2)))",
      fixed(ratioPerImage, 2), wait == nil ? "\(reads)" : "it waits besides",
    ]
  }
}
