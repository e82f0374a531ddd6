import Core
import Methods
import Records
import Torch
import Vision

/// The steps of a method's training: which images form a batch, and one step on them (views, loss,
/// gradient, optimiser).
package struct TrainingSteps {
  /// Gives views, losses and the network.
  let method: any TrainedMethod
  /// The images to learn from, [N].
  package let images: ImageSet
  /// Decides the order of images.
  let seed: UInt64
  let device: Device
  /// Positions of all images, 0..<N.
  private let all: [Int]
  /// Positions of images of labelled splits.
  private let labelled: [Int]
  /// Positions of images of the unlabelled split.
  private let unlabelled: [Int]

  /// - Parameters:
  ///   - method: about to be trained.
  ///   - images: the images to learn from, [N].
  ///   - seed: the run's.
  ///   - device: where batches are put.
  package init(method: any TrainedMethod, images: ImageSet, seed: UInt64, device: Device) {
    self.method = method
    self.images = images
    self.seed = seed
    self.device = device
    all = Array(0..<images.count)
    labelled = all.filter { !images.isUnlabelled[$0] }
    unlabelled = all.filter { images.isUnlabelled[$0] }
  }

  /// The images of one step, by position.
  package struct BatchImages {
    /// The pass of the epoch, by its index in the method's passes.
    package let pass: Int
    /// The showing of its images within the pass: 0, or more where blocks are shown repeatedly.
    package let showing: Int
    /// Positions in the image set, [B].
    package let positions: [Int]
    /// The positions of the block that begins with this step; nil within a block, and without blocks.
    package let block: [Int]?

    package init(pass: Int, showing: Int = 0, positions: [Int], block: [Int]? = nil) {
      self.pass = pass
      self.showing = showing
      self.positions = positions
      self.block = block
    }
  }

  /// The batches of an epoch, pass by pass.
  ///
  /// The images of a pass are shuffled, unless the method's plan says otherwise, and split into
  /// batches whose sizes differ by at most one. Every image is seen once, unless the method samples
  /// images or has blocks, and no last batch is too small for a loss over the batch. Blocks are cut in the
  /// same way first, and the images of each are shuffled again for each pass over it.
  package func batches(of epoch: Int) throws -> [BatchImages] {
    var stream = RandomStream(seed: seed, purpose: .shuffle, epoch: epoch)
    return try passes(of: epoch).flatMap { pass, positions in
      let positions = try method.sample(positions, epoch: epoch)
      let order =
        method.plan.shuffles
        ? stream.permutation(of: positions.count) : Array(positions.indices)
      let shown = order.map { positions[$0] }
      guard let blocks = method.plan.blocks else {
        return cut(shown).map { BatchImages(pass: pass, positions: $0) }
      }
      return blocks.ranges(of: shown.count).flatMap {
        batches(of: Array(shown[$0]), blocks, pass: pass, from: &stream)
      }
    }
  }

  /// The steps on a block: each batch of each pass over it several times in a row.
  private func batches(
    of block: [Int], _ blocks: BlockSettings, pass: Int, from stream: inout RandomStream
  ) -> [BatchImages] {
    var batches: [BatchImages] = []
    for number in 0..<blocks.passes {
      for positions in cut(stream.permutation(of: block.count).map({ block[$0] })) {
        for turn in 0..<blocks.repeats {
          batches.append(
            BatchImages(
              pass: pass, showing: number * blocks.repeats + turn, positions: positions,
              block: batches.isEmpty ? block : nil))
        }
      }
    }
    return batches
  }

  /// Even batches of these positions, in their order.
  private func cut(_ positions: [Int]) -> [[Int]] {
    let count = method.plan.training.steps(of: positions.count)
    return (0..<count).map { step in
      Array(positions[positions.count * step / count..<positions.count * (step + 1) / count])
    }
  }

  /// The number of images that the steps of an epoch see. An image that is shown twice counts twice.
  func imageCount(of epoch: Int) -> Int {
    passes(of: epoch).reduce(0) { $0 + $1.positions.count } * method.plan.showings
  }

  /// The number of steps of an epoch.
  func count(of epoch: Int) -> Int {
    passes(of: epoch).reduce(0) { $0 + method.plan.steps(of: $1.positions.count) }
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

  /// Takes a step on views of its images, after beginning the block that begins with it.
  /// - Parameters:
  ///   - step: its number in the epoch.
  ///   - batch: its images.
  ///   - updatesMemory: false leaves out `finishStep`, so that what the step learns stays the same.
  ///   - afterBackward: called while the parameters have their gradients.
  /// - Returns: the values of the loss terms.
  /// - Throws: `ExperimentError.nonFiniteLoss`, or the first error of an operator of views, loss or
  ///   gradients, before any parameter is changed.
  package func take(
    _ step: Int, of epoch: Int, on batch: BatchImages, _ optimiser: any Optimiser,
    updatesMemory: Bool = true, afterBackward: () throws -> Void = {}
  ) throws -> [PartialLoss] {
    if let block = batch.block {
      try Torch.checked {
        try Torch.withoutGradients { try method.beginBlock(block, epoch: epoch) }
      }
    }
    let positions = batch.positions
    let passes = epoch * method.passes(of: epoch).count + batch.pass
    let round = passes * method.plan.showings + batch.showing
    let batch = try Torch.checked {
      Batch(
        epoch: epoch, step: step, of: count(of: epoch), pass: batch.pass, positions: positions,
        index: Tensor(positions).to(device),
        views: try method.views(of: images, at: positions, epoch: round))
    }
    return try take(
      batch, optimiser, updatesMemory: updatesMemory, afterBackward: afterBackward)
  }

  /// Takes a step on views that are made already: one update, or one of each of the method's `updates`.
  /// - Throws: as `take(_:of:on:_:updatesMemory:afterBackward:)`; `TorchError` also for a loss without terms, and for
  ///   updates of parts that the network does not have or that would move the others. Updates before the one that
  ///   failed are made.
  package func take(
    _ batch: Batch, _ optimiser: any Optimiser, updatesMemory: Bool = true,
    afterBackward: () throws -> Void = {}
  ) throws -> [PartialLoss] {
    let parts: [String?] = method.updates.isEmpty ? [nil] : method.updates
    guard method.updates.isEmpty || method.plan.idle == .skip else {
      throw TorchError(
        message: "parts of a network are updated in turn, so 'plan.idle' has to be '.skip'")
    }
    var values: [PartialLoss] = []
    for part in parts {
      var batch = batch
      batch.part = part
      values += try update(batch, optimiser, afterBackward: afterBackward)
    }
    if updatesMemory {
      try Torch.checked { try Torch.withoutGradients { try method.finishStep(batch) } }
    }
    return values
  }

  /// Updates the batch's part of the network.
  private func update(
    _ batch: Batch, _ optimiser: any Optimiser, afterBackward: () throws -> Void
  ) throws -> [PartialLoss] {
    let terms = try Torch.checked { try method.loss(batch) }
    let values = try terms.partialLosses()
    if let bad = values.first(where: { !$0.value.isFinite }) {
      throw ExperimentError.nonFiniteLoss(
        epoch: batch.epoch + 1, step: batch.step + 1, term: bad.name)
    }
    try terms.dropFirst().reduce(terms[0].value) { $0 + $1.value }.backward()
    try afterBackward()
    let parameters = method.network.parameters
    if let part = batch.part {
      // What has no gradient is not stepped.
      let others = parameters.filter { !$0.name.hasPrefix(part + ".") }
      guard others.count < parameters.count else {
        throw TorchError(message: "the network has no part '\(part)' to be updated")
      }
      for parameter in others { parameter.tensor.clearGradient() }
    }
    try optimiser.step()
    for parameter in parameters { parameter.tensor.clearGradient() }
    return values
  }
}

extension [LossTerm] {
  /// The values of all terms, read in one transfer.
  /// - Throws: `TorchError` if there is no term, or one that is no single number.
  fileprivate func partialLosses() throws -> [PartialLoss] {
    guard !isEmpty else {
      throw TorchError(message: "the loss has no terms: return at least one")
    }
    if let wrong = first(where: { $0.value.count != 1 }) {
      throw TorchError(
        message:
          "the loss term '\(wrong.name)' has to be a scalar, but has the shape \(wrong.value.shape)"
      )
    }
    let values = try Tensor.concatenated(
      map { $0.value.detached().to(.float64).reshaped([1]) }
    ).doubles()
    return zip(self, values).map { PartialLoss($0.name, $1, isTerm: $0.value.requiresGradient) }
  }
}

extension TrainingSettings {
  /// The number of steps of a pass over so many images, in batches of about `batchSize` and of two or more
  /// images; at least 1.
  func steps(of images: Int) -> Int {
    max(1, min((images + batchSize / 2) / batchSize, images / 2))
  }
}

extension TrainingPlan {
  /// How often a pass shows an image: once, or more where it is cut into blocks.
  var showings: Int { blocks.map { $0.passes * $0.repeats } ?? 1 }

  /// The number of steps of a pass over so many images, all showings included.
  func steps(of images: Int) -> Int {
    guard let blocks else { return training.steps(of: images) }
    return blocks.ranges(of: images).reduce(0) { $0 + training.steps(of: $1.count) } * showings
  }
}
