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

  package init(method: any TrainedMethod, images: ImageSet, seed: UInt64, device: Device) {
    self.method = method
    self.images = images
    self.seed = seed
    self.device = device
  }

  /// The positions of an epoch's shuffled images, in batches whose sizes differ by one at most: every
  /// image is seen once, and no last batch is too small for a loss over the batch.
  package func batches(of epoch: Int) -> [[Int]] {
    var stream = RandomStream(seed: seed, purpose: .shuffle, epoch: epoch)
    let order = stream.permutation(of: images.count)
    let count = method.plan.training.steps(of: images.count)
    return (0..<count).map {
      Array(order[(images.count * $0 / count)..<(images.count * ($0 + 1) / count)])
    }
  }

  /// Takes a step.
  /// - Parameters:
  ///   - step: its number in the epoch.
  ///   - positions: the batch's images.
  ///   - afterBackward: called while the parameters have their gradients.
  /// - Returns: the values of the loss terms.
  /// - Throws: `ExperimentError.nonFiniteLoss` before any parameter is changed.
  package func take(
    _ step: Int, of epoch: Int, on positions: [Int], _ optimiser: any Optimiser,
    afterBackward: () throws -> Void = {}
  ) throws -> [PartialLoss] {
    let views = try method.views(of: images, at: positions, epoch: epoch)
    let batch = Batch(
      epoch: epoch, step: step, of: method.plan.training.steps(of: images.count),
      positions: positions, index: try Tensor(positions).to(device), views: views)
    let terms = try method.loss(batch)
    let values = try terms.map { PartialLoss($0.name, try $0.value.scalar()) }
    if let bad = values.first(where: { !$0.value.isFinite }) {
      throw ExperimentError.nonFiniteLoss(epoch: epoch + 1, step: step + 1, term: bad.name)
    }
    let total = try terms.dropFirst().reduce(terms[0].value) { try $0 + $1.value }
    try total.backward()
    try afterBackward()
    try optimiser.step()
    for parameter in method.network.parameters { try parameter.tensor.clearGradient() }
    try Torch.withoutGradients { try method.finishStep(batch) }
    return values
  }
}

extension TrainingSettings {
  /// Steps of an epoch over so many images, which are cut into batches of about `batchSize`.
  func steps(of images: Int) -> Int { max(1, (images + batchSize / 2) / batchSize) }
}
