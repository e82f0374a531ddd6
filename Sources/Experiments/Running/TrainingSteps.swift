import Core
import Methods
import Records
import Torch
import Vision

/// The steps of a method's training, each a batch of views, a loss and a change of the parameters.
package struct TrainingSteps {
  let method: any TrainedMethod
  package let images: ImageSet
  let seed: UInt64
  let device: Device
  /// The positions of all images, of those of the splits with labels, and of those of the one without.
  private let all: [Int]
  private let labelled: [Int]
  private let unlabelled: [Int]

  package init(method: any TrainedMethod, images: ImageSet, seed: UInt64, device: Device) {
    self.method = method
    self.images = images
    self.seed = seed
    self.device = device
    all = Array(0..<images.count)
    labelled = all.filter { !images.isUnlabelled[$0] }
    unlabelled = all.filter { images.isUnlabelled[$0] }
  }

  /// The images of one step.
  package struct BatchImages {
    /// By its place in the method's passes.
    let pass: Int
    package let positions: [Int]

    package init(pass: Int, positions: [Int]) {
      self.pass = pass
      self.positions = positions
    }
  }

  /// The images of an epoch, shuffled pass by pass unless the method's plan says otherwise, in batches
  /// whose sizes differ by one at most: every image of a pass is seen once, unless its method samples
  /// others, and no last batch is too small for a loss over the batch.
  package func batches(of epoch: Int) throws -> [BatchImages] {
    var stream = RandomStream(seed: seed, purpose: .shuffle, epoch: epoch)
    return try passes(of: epoch).flatMap { pass, positions in
      let positions = try method.sample(positions, epoch: epoch)
      let order =
        method.plan.shuffles
        ? stream.permutation(of: positions.count) : Array(positions.indices)
      let count = method.plan.training.steps(of: positions.count)
      return (0..<count).map { step in
        let part = (order.count * step / count)..<(order.count * (step + 1) / count)
        return BatchImages(pass: pass, positions: order[part].map { positions[$0] })
      }
    }
  }

  /// The number of images that an epoch's steps see, those of two passes twice.
  func imageCount(of epoch: Int) -> Int { passes(of: epoch).reduce(0) { $0 + $1.positions.count } }

  /// The number of an epoch's steps.
  func count(of epoch: Int) -> Int {
    passes(of: epoch).reduce(0) { $0 + method.plan.training.steps(of: $1.positions.count) }
  }

  /// The passes of an epoch that have images, with the positions of these.
  package func passes(of epoch: Int) -> [(pass: Int, positions: [Int])] {
    method.passes(of: epoch).enumerated().map { number, pass in
      switch pass {
      case .all: (number, all)
      case .labelledSplits: (number, labelled)
      case .unlabelledSplit: (number, unlabelled)
      }
    }.filter { !$0.positions.isEmpty }
  }

  /// Begins an epoch. Errors of operators are thrown here, and not in the epoch's first step.
  package func begin(_ epoch: Int) throws {
    try Torch.checked { try method.beginEpoch(epoch) }
  }

  /// Takes a step on views of its images.
  /// - Parameters:
  ///   - step: its number in the epoch.
  ///   - batch: its images.
  ///   - afterBackward: called while the parameters have their gradients.
  /// - Returns: the values of the loss terms.
  /// - Throws: `ExperimentError.nonFiniteLoss`, or the first error of an operator of views, loss or
  ///   gradients, before any parameter is changed.
  package func take(
    _ step: Int, of epoch: Int, on batch: BatchImages, _ optimiser: any Optimiser,
    afterBackward: () throws -> Void = {}
  ) throws -> [PartialLoss] {
    let positions = batch.positions
    let round = epoch * method.passes(of: epoch).count + batch.pass
    let batch = try Torch.checked {
      Batch(
        epoch: epoch, step: step, of: count(of: epoch), pass: batch.pass, positions: positions,
        index: Tensor(positions).to(device),
        views: try method.views(of: images, at: positions, epoch: round))
    }
    return try take(batch, optimiser, afterBackward: afterBackward)
  }

  /// Takes a step on views that are made already.
  package func take(
    _ batch: Batch, _ optimiser: any Optimiser, afterBackward: () throws -> Void = {}
  ) throws -> [PartialLoss] {
    let terms = try Torch.checked { try method.loss(batch) }
    let values = try terms.map { PartialLoss($0.name, try $0.value.scalar()) }
    if let bad = values.first(where: { !$0.value.isFinite }) {
      throw ExperimentError.nonFiniteLoss(
        epoch: batch.epoch + 1, step: batch.step + 1, term: bad.name)
    }
    let total = terms.dropFirst().reduce(terms[0].value) { $0 + $1.value }
    try total.backward()
    try afterBackward()
    try optimiser.step()
    try Torch.checked {
      for parameter in method.network.parameters { parameter.tensor.clearGradient() }
      try Torch.withoutGradients { try method.finishStep(batch) }
    }
    return values
  }
}

extension TrainingSettings {
  /// Steps of a pass over so many images, which are cut into batches of about `batchSize`.
  func steps(of images: Int) -> Int { max(1, (images + batchSize / 2) / batchSize) }
}
