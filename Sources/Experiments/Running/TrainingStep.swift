import Methods
import Records
import Torch
import Vision

/// A step of training: views, loss, gradients, update.
struct TrainingStep {
  let method: any TrainedMethod
  let images: ImageSet
  let device: Device
  let optimiser: any Optimiser

  /// Takes the step.
  /// - Parameter positions: of the batch's images in `images`.
  /// - Returns: the values of the loss terms.
  /// - Throws: `ExperimentError.nonFiniteLoss`, before anything has changed.
  func take(epoch: Int, step: Int, positions: [Int]) throws -> [PartialLoss] {
    let views = try (0..<method.plan.views).map {
      try method.augmentation.view($0, of: images, at: positions, epoch: epoch)
    }
    let batch = Batch(
      epoch: epoch, positions: positions, index: try Tensor(positions).to(device), views: views)
    let terms = try method.loss(batch)
    let values = try terms.map { PartialLoss($0.name, try $0.value.scalar()) }
    if let bad = values.first(where: { !$0.value.isFinite }) {
      throw ExperimentError.nonFiniteLoss(epoch: epoch + 1, step: step + 1, term: bad.name)
    }
    let total = try terms.dropFirst().reduce(terms[0].value) { try $0 + $1.value }
    try total.backward()
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
