import Core
import Experiments
import Foundation
import Methods
import Records
import Torch
import Vision

/// Takes a method through the steps of a trajectory and compares the outcome.
///
/// The steps are those of the trainer (`TrainingSteps`) and the method's own code. Only views and
/// learning rates come from the trajectory in place of drawn and scheduled ones.
struct TrajectoryReplay {
  private let trajectory: Trajectory
  /// Resolved: the trajectory's over the method's defaults.
  private let settings: [String: SettingValue]
  private let method: any TrainedMethod
  private let steps: TrainingSteps
  private let optimiser: any Optimiser
  /// The number of steps in an epoch. The last epoch of a recording may be cut short, so this is
  /// the most that any has.
  private let stepsOfEpoch: Int

  /// Creates the method and loads the trajectory's initial state.
  /// - Parameter settings: for what the trajectory's own settings leave open; its own take
  ///   precedence.
  /// - Throws: `MethodError.unknown` if this program has no such method; `ParityError` if the
  ///   initial state does not fit it.
  init(_ trajectory: Trajectory, with settings: [String: SettingValue]) throws {
    let type = try MethodRegistry.builtIn.method(trajectory.method)
    self.trajectory = trajectory
    let images = try TrajectoryMethod.images(
      trajectory.images, height: trajectory.height, width: trajectory.width)
    let configured = try ConfiguredMethod(
      type, trajectory.settings.merging(settings) { own, _ in own })
    self.settings = configured.values
    let initialMemory = try trajectory.tensors("initial_memory", leavingOut: "epochs")
    try TrajectoryMethod.requireQueue(self.settings, of: trajectory.name)
    method = try TrajectoryMethod.make(
      configured, clusters: trajectory.clusters, images: images, of: trajectory.name)
    steps = TrainingSteps(method: method, images: images, seed: 0, device: ParityFile.device)
    optimiser = method.plan.makeOptimiser(for: method.network)
    stepsOfEpoch =
      Dictionary(grouping: trajectory.steps, by: \.epoch).values.map(\.count).max() ?? 1
    try load(trajectory.tensors("initial"), initialMemory)
  }

  /// Loads network and memory. Every tensor of the network must be recorded, in `initial` or in the
  /// start of the first epoch. Memory that is not recorded keeps the method's own initial values.
  private func load(_ initial: NamedDataSets?, _ memory: NamedDataSets?) throws {
    let state = method.network.state
    for name in initial?.names ?? [] where !state.contains(where: { $0.name == name }) {
      throw ParityError.unknownTensor(case: trajectory.name, object: "initial/\(name)")
    }
    let recorded = try trajectory.start(of: trajectory.steps[0].epoch)
    for (name, tensor) in state where recorded?.contains(name) != true {
      guard let initial else {
        throw ParityError.missing(case: trajectory.name, object: "initial")
      }
      try initial.load(name, into: tensor)
    }
    let own = method.memory
    for name in memory?.names ?? [] {
      guard let tensor = own.first(where: { $0.name == name })?.tensor else {
        throw ParityError.unknownTensor(case: trajectory.name, object: "initial_memory/\(name)")
      }
      try memory?.load(name, into: tensor)
    }
  }

  /// Takes all steps and compares.
  /// - Returns: a deviation for each series and each tensor.
  /// - Throws: errors of the method, such as a non-finite loss; `ParityError`.
  func run() throws -> [Deviation] {
    var comparison = TrajectoryComparison(trajectory, method)
    var epoch: Int?
    var stepInEpoch = 0
    for step in trajectory.steps {
      if step.epoch != epoch {
        try begin(step.epoch)
        (epoch, stepInEpoch) = (step.epoch, 0)
      }
      let batch = try batch(of: step, stepInEpoch)
      optimiser.learningRate = step.learningRate
      let losses = try steps.take(batch, optimiser)
      comparison.add(
        step, losses, confident: try confident(),
        learningRate: scheduledRate(batch), encoderMomentum: try encoderMomentum(batch))
      stepInEpoch += 1
    }
    return try comparison.deviations(
      followedTarget: settings["target_follows"] != "before-step")
  }

  /// Begins an epoch. If the trajectory has recorded its start, the tensors come from there and
  /// `beginEpoch` is not called, as in a resumption within an epoch.
  private func begin(_ epoch: Int) throws {
    guard let start = try trajectory.start(of: epoch) else { return try steps.begin(epoch) }
    let state = method.memory + method.network.state
    for name in start.names {
      guard let tensor = state.first(where: { $0.name == name })?.tensor else {
        throw ParityError.unknownTensor(case: trajectory.name, object: "epochs/\(epoch)/\(name)")
      }
      try start.load(name, into: tensor)
    }
  }

  /// The step's inputs in the form that the trainer passes on.
  /// - Throws: `ParityError.malformed` for another number of views than the method takes.
  private func batch(of step: Trajectory.Step, _ stepInEpoch: Int) throws -> Batch {
    let views = try trajectory.views(of: step)
    guard views.count == method.plan.views else {
      throw ParityError.malformed(
        case: trajectory.name,
        problem: "step \(step.number) has \(views.count) views, but the method takes "
          + "\(method.plan.views)")
    }
    return Batch(
      epoch: step.epoch, step: stepInEpoch, of: max(stepsOfEpoch, stepInEpoch + 1),
      pass: try pass(of: step), positions: step.positions,
      index: Tensor(step.positions).to(ParityFile.device), views: views)
  }

  /// The index of a step's pass among the method's passes. Trajectories count only the passes that
  /// have images.
  private func pass(of step: Trajectory.Step) throws -> Int {
    let counted = steps.passes(of: step.epoch).map(\.pass)
    guard step.pass < counted.count else {
      throw ParityError.outOfRange(
        case: trajectory.name, name: "pass of step \(step.number)", value: step.pass,
        expected: "0 to \(counted.count - 1)")
    }
    let passes = method.passes(of: step.epoch)
    guard passes.contains(.all), passes.count > 1 else { return counted[step.pass] }
    // Official codes differ in which of two heads comes first. The loss terms tell whose turn it
    // is.
    let isOverClustering = step.losses.keys.contains { $0.hasPrefix("over_") }
    let turn = isOverClustering ? ImagePass.all : .labelledSplits
    return passes[counted[step.pass]] == turn
      ? counted[step.pass] : passes.firstIndex(of: turn) ?? counted[step.pass]
  }

  // MARK: What is compared besides losses

  /// SCAN's pseudo-labels of the last step as 0 or 1; nil for other methods.
  private func confident() throws -> [Double]? {
    try (method as? SCAN)?.labels?.weights.floats().map { $0 > 0 ? 1 : 0 }
  }

  /// The learning rate of our schedule; nil where it differs from the official one by design. Our
  /// cosine decreases with every step, that of most official code with every epoch.
  private func scheduledRate(_ batch: Batch) -> Double? {
    let training = method.plan.training
    guard training.schedule != .cosine, training.warmup == 0 else { return nil }
    return method.plan.learningRate(epoch: batch.epoch, step: batch.step, of: batch.steps)
  }

  /// The momentum of our target network in this step; nil for a method without one.
  private func encoderMomentum(_ batch: Batch) throws -> Double? {
    let known = Set(MomentumSettings.schema.settings.map(\.name))
    let values = settings.filter { known.contains($0.key) }
    guard values.count == known.count else { return nil }
    return try MomentumSettings.schema.resolve(values).value(at: method.plan.progress(at: batch))
  }
}
