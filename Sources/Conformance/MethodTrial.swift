import Core
import Experiments
import Foundation
import Methods
import Records
import Torch
import Vision

/// A method that is taken through epochs as the trainer of experiments does it, in the open.
package final class MethodTrial {
  package let method: any TrainedMethod
  private let steps: TrainingSteps
  private let optimiser: any Optimiser
  private var epoch = 0
  private var nextStep = 0
  /// The mean loss of each complete epoch, by term.
  package private(set) var losses: [[PartialLoss]] = []
  /// Parameters that had no gradient, or one of zeros, in every step so far.
  package private(set) var untouched: Set<String>
  private var sums = LossSums()

  package init(_ method: any TrainedMethod, images: ImageSet, seed: UInt64 = 1) {
    self.method = method
    steps = TrainingSteps(method: method, images: images, seed: seed, device: .cpu)
    optimiser = method.plan.makeOptimiser(for: method.network)
    untouched = Set(method.network.parameters.map(\.name))
  }

  /// Goes on to the end of `count` more epochs.
  package func train(epochs count: Int) throws {
    let end = epoch + count
    while epoch < end { try takeStep() }
  }

  /// Takes the next step; the first of an epoch begins it, the last ends it.
  package func takeStep() throws {
    if nextStep == 0 {
      try method.beginEpoch(epoch)
      sums = LossSums()
    }
    let batches = try steps.batches(of: epoch)
    optimiser.learningRate = method.plan.learningRate(
      epoch: epoch, step: nextStep, of: batches.count)
    let terms = try steps.take(
      nextStep, of: epoch, on: batches[nextStep], optimiser, afterBackward: noteGradients)
    sums.add(terms, images: batches[nextStep].positions.count)
    nextStep += 1
    guard nextStep == batches.count else { return }
    losses.append(sums.means)
    epoch += 1
    nextStep = 0
  }

  /// Takes `count` steps of each of an epoch's passes with all of its images as the batch, and returns
  /// their losses by term, pass by pass.
  package func repeatedLosses(epoch: Int, steps count: Int) throws -> [[[PartialLoss]]] {
    try method.beginEpoch(epoch)
    optimiser.learningRate = method.plan.learningRate(epoch: epoch, step: 0, of: 1)
    return try steps.passes(of: epoch).map { pass, positions in
      try (0..<count).map { _ in
        try steps.take(0, of: epoch, on: .init(pass: pass, positions: positions), optimiser)
      }
    }
  }

  /// The positions of the images of each of an epoch's steps.
  package func positions(of epoch: Int) throws -> [[Int]] {
    try steps.batches(of: epoch).map(\.positions)
  }

  private func noteGradients() throws {
    for (name, tensor) in method.network.parameters where untouched.contains(name) {
      if try tensor.gradient?.floats().contains(where: { $0 != 0 }) == true {
        untouched.remove(name)
      }
    }
  }

  // MARK: State

  /// Everything that training goes on from, under the names of a checkpoint.
  package var state: [NamedTensor] {
    Checkpoint.tensors(of: method, optimiser)
  }

  /// The elements of `state`, to be compared bit by bit.
  package func bits() throws -> [[Float]] {
    try state.map { try $0.tensor.detached().floats() }
  }

  /// Writes a checkpoint and takes it up with `other`, a new instance of the same method.
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
