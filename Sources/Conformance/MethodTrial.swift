import Core
import Experiments
import Foundation
import Methods
import Records
import Torch
import Vision

/// Trains a method step by step, as the trainer of experiments does it, but without files and with
/// access to the state in between. It uses the trainer's own `TrainingSteps` and `Checkpoint`, so a
/// finding here is one of a real run.
///
///     let trial = MethodTrial(method, images: try ExampleImages.twoClasses())
///     try trial.train(epochs: 2)
///     print(trial.losses, trial.untouched)
package final class MethodTrial {
  /// The instance that is trained.
  package let method: any TrainedMethod
  private let steps: TrainingSteps
  private let optimiser: any Optimiser
  /// The epoch in progress, counted from 0; the first is the one after those of the stage.
  private var epoch: Int
  /// The next step of that epoch, counted from 0.
  private var nextStep = 0
  /// The terms of the loss of each complete epoch, as means over its images.
  package private(set) var losses: [[PartialLoss]] = []
  /// The parameters without a gradient other than zero in any step so far.
  package private(set) var untouched: Set<String>
  /// How often each step so far has read values of tensors, without the reading of `untouched`.
  package private(set) var reads: [Int] = []
  /// Of the epoch in progress.
  private var sums = LossSums()

  /// - Parameters:
  ///   - method: an instance before its first step.
  ///   - images: those that it was created with.
  ///   - seed: of the order of images.
  package init(_ method: any TrainedMethod, images: ImageSet, seed: UInt64 = 1) {
    self.method = method
    epoch = method.firstEpoch
    steps = TrainingSteps(method: method, images: images, seed: seed, device: .cpu)
    optimiser = method.plan.makeOptimiser(for: method.network)
    untouched = Set(method.network.parameters.map(\.name))
  }

  /// Trains to the end of `count` more epochs. An epoch in progress counts as the first.
  package func train(epochs count: Int) throws {
    let end = epoch + count
    while epoch < end { try takeStep() }
  }

  /// Takes the next step. The first step of an epoch calls `beginEpoch`; the last one ends the
  /// epoch.
  /// - Throws: errors of the method; `ExperimentError.nonFiniteLoss`.
  package func takeStep() throws {
    if nextStep == 0 {
      try steps.begin(epoch)
      sums = LossSums()
    }
    let batches = try steps.batches(of: epoch)
    guard nextStep < batches.count else {
      throw TorchError(message: "epoch \(epoch + 1) has no batches: give it a pass with images")
    }
    optimiser.learningRate = method.plan.learningRate(
      epoch: epoch, step: nextStep, of: batches.count)
    let readsBefore = Torch.readCount
    var readsOfGradients = 0
    let terms = try steps.take(nextStep, of: epoch, on: batches[nextStep], optimiser) {
      let before = Torch.readCount
      try noteGradients()
      readsOfGradients += Torch.readCount - before
    }
    reads.append(Torch.readCount - readsBefore - readsOfGradients)
    sums.add(terms, images: batches[nextStep].positions.count)
    nextStep += 1
    guard nextStep == batches.count else { return }
    losses.append(sums.means)
    epoch += 1
    nextStep = 0
  }

  /// Takes steps on the same batch again and again: all images of a pass. The memory stays as it is, so
  /// that what is learnt stays the same. Afterwards the trial is not at a point where an epoch could continue.
  /// - Parameters:
  ///   - epoch: counted from 0.
  ///   - count: steps for each pass.
  /// - Returns: the terms by pass and step.
  package func repeatedLosses(epoch: Int, steps count: Int) throws -> [[[PartialLoss]]] {
    try steps.begin(epoch)
    optimiser.learningRate = method.plan.learningRate(epoch: epoch, step: 0, of: 1)
    return try steps.passes(of: epoch).map { pass, positions in
      try (0..<count).map { step in
        let images = TrainingSteps.BatchImages(
          pass: pass, positions: positions, block: step == 0 ? positions : nil)
        return try steps.take(0, of: epoch, on: images, optimiser, updatesMemory: false)
      }
    }
  }

  /// The positions of the images of each of an epoch's steps, without taking them.
  package func positions(of epoch: Int) throws -> [[Int]] {
    try steps.batches(of: epoch).map(\.positions)
  }

  /// Runs after the backward pass of each step, while gradients exist.
  private func noteGradients() throws {
    for (name, tensor) in method.network.parameters where untouched.contains(name) {
      if try tensor.gradient?.floats().contains(where: { $0 != 0 }) == true {
        untouched.remove(name)
      }
    }
  }

  // MARK: State

  /// All tensors of a checkpoint, under their names in it: network, optimiser and memory.
  package var state: [NamedTensor] {
    Checkpoint.tensors(of: method, optimiser)
  }

  /// The elements of `state` as floats, for comparison.
  package func bits() throws -> [[Float]] {
    try state.map { try $0.tensor.detached().floats() }
  }

  /// Continues with another instance from here, through a checkpoint file as after an interruption.
  /// - Parameter other: a new instance with the same settings and seed.
  package func handOver(to other: MethodTrial) throws {
    let folder = NSTemporaryDirectory() + "conformance-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let files = Checkpoint.Files(
      current: folder + "/checkpoint.safetensors", previous: folder + "/previous.safetensors")
    try Checkpoint(progress: .init(identity: "conformance")).write(method, optimiser, to: files)
    _ = try Checkpoint.resume(
      files, identity: "conformance", epochs: other.method.plan.training.epochs, other.method,
      other.optimiser, note: { _ in })
    (other.epoch, other.nextStep) = (epoch, nextStep)
  }
}
