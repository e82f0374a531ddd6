import Core
import Methods
import Torch
import Vision

/// Takes a method through epochs as the trainer of experiments does, with everything in the open.
final class TrainingSteps {
  let method: any TrainedMethod
  let images: ImageSet
  private let seed: UInt64
  private let optimiser: any Optimiser
  private var epoch = 0
  /// The mean loss of each epoch, by term.
  private(set) var losses: [[(name: String, value: Double)]] = []
  /// Parameters that had no gradient, or one of zeros, in every step so far.
  private(set) var untouched: Set<String>

  init(_ method: any TrainedMethod, images: ImageSet, seed: UInt64 = 1) {
    self.method = method
    self.images = images
    self.seed = seed
    optimiser = method.plan.makeOptimiser(for: method.network)
    untouched = Set(method.network.parameters.map(\.name))
  }

  /// Goes on for `count` epochs.
  func train(epochs count: Int) throws {
    for _ in 0..<count {
      try method.beginEpoch(epoch)
      var stream = RandomStream(seed: seed, purpose: .shuffle, epoch: epoch)
      let order = stream.permutation(of: images.count)
      let size = method.plan.training.batchSize
      let batches = stride(from: 0, to: order.count, by: size).map {
        Array(order[$0..<min($0 + size, order.count)])
      }
      var sums: [(name: String, value: Double)] = []
      for (step, positions) in batches.enumerated() {
        optimiser.learningRate = method.plan.training.learningRate(
          epoch: epoch, step: step, of: batches.count)
        let terms = try self.step(step, of: batches.count, positions)
        if sums.isEmpty { sums = terms.map { ($0.name, 0) } }
        for index in terms.indices {
          sums[index].value += terms[index].value / Double(batches.count)
        }
      }
      losses.append(sums)
      epoch += 1
    }
  }

  private func step(
    _ step: Int, of steps: Int, _ positions: [Int]
  ) throws -> [(name: String, value: Double)] {
    let views = try (0..<method.plan.views).map {
      try method.augmentation.view($0, of: images, at: positions, epoch: epoch)
    }
    let batch = Batch(
      epoch: epoch, step: step, of: steps, positions: positions, index: try Tensor(positions),
      views: views)
    let terms = try method.loss(batch)
    let values = try terms.map { (name: $0.name, value: try $0.value.scalar()) }
    try terms.dropFirst().reduce(terms[0].value) { try $0 + $1.value }.backward()
    for (name, tensor) in method.network.parameters {
      if try tensor.gradient?.floats().contains(where: { $0 != 0 }) == true {
        untouched.remove(name)
      }
    }
    try optimiser.step()
    for parameter in method.network.parameters { try parameter.tensor.clearGradient() }
    try Torch.withoutGradients { try method.finishStep(batch) }
    return values
  }

  /// Everything that training goes on from, under the names of a checkpoint.
  var state: [NamedTensor] {
    method.network.state.map { ("network." + $0.name, $0.tensor) }
      + optimiser.state.map { ("optimiser." + $0.name, $0.tensor) }
      + method.memory.map { ("memory." + $0.name, $0.tensor) }
  }

  /// Takes up what another instance's `state` held after `epochs` epochs.
  func resume(_ tensors: [String: Tensor], epochs: Int) throws {
    try method.network.load(tensors, prefix: "network.")
    try optimiser.load(tensors, prefix: "optimiser.")
    for (name, tensor) in method.memory {
      guard let saved = tensors["memory." + name] else {
        throw StateError.missing("memory." + name)
      }
      try tensor.copy(from: saved)
    }
    epoch = epochs
  }

  /// The elements of `state`, to be compared bit by bit.
  func bits() throws -> [[Float]] {
    try state.map { try $0.tensor.detached().floats() }
  }
}
