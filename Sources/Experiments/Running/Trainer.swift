import Core
import Foundation
import Methods
import Records
import Torch
import Vision

/// Carries out the epochs of a method that trains.
struct Trainer {
  let method: any TrainedMethod
  let images: ImageSet
  let seed: UInt64
  let device: Device
  let identity: String
  let checkpointPath: String
  let evaluateEvery: Int
  /// Scores the method as it is now; looks at labels, decides nothing.
  let evaluate: () throws -> RunMetrics
  let report: (RunProgress) -> Void

  /// Trains from the checkpoint, or from the start where there is none.
  func train() throws -> Checkpoint.Progress {
    let settings = method.plan.training
    let optimiser = settings.makeOptimiser(method.network.parameters)
    var progress = Checkpoint.Progress(
      identity: identity, completedEpochs: 0, history: History(), seconds: 0, trainingSeconds: 0,
      resumptions: 0)
    if let saved = try Checkpoint.resume(
      checkpointPath, identity: identity, method, optimiser)
    {
      progress = saved.progress
      progress.resumptions += 1
    }
    let clock = ContinuousClock()
    let earlier = progress.seconds
    let start = clock.now
    for epoch in progress.completedEpochs..<settings.epochs {
      try method.beginEpoch(epoch)
      let epochStart = clock.now
      var row = try runEpoch(epoch, optimiser)
      let seconds = (clock.now - epochStart).seconds
      progress.trainingSeconds += seconds
      row.imagesPerSecond = Double(images.count) / seconds
      if evaluateEvery > 0, (epoch + 1).isMultiple(of: evaluateEvery) {
        let metrics = try evaluate()
        row.scores = EpochScores(nmi: metrics.nmi, acc: metrics.acc, ari: metrics.ari)
      }
      try progress.history.append(row)
      progress.completedEpochs = epoch + 1
      progress.seconds = earlier + (clock.now - start).seconds
      try Checkpoint(progress: progress).write(method, optimiser, to: checkpointPath)
    }
    return progress
  }

  private func runEpoch(_ epoch: Int, _ optimiser: any Optimiser) throws -> HistoryRow {
    let settings = method.plan.training
    let batches = batches(epoch)
    var sums: [PartialLoss] = []
    var reporter = ThrottledReport(epoch: epoch, epochs: settings.epochs, images: images.count)
    for (step, positions) in batches.enumerated() {
      optimiser.learningRate = settings.learningRate(
        epoch: epoch, step: step, of: batches.count)
      let terms = try takeStep(epoch, step, positions, optimiser)
      if sums.isEmpty { sums = terms.map { PartialLoss($0.name, 0) } }
      for (index, term) in terms.enumerated() {
        sums[index].value += term.value * Double(positions.count)
      }
      reporter.advance(
        positions.count, loss: terms.reduce(0) { $0 + $1.value }, report: report)
    }
    let means = sums.map { PartialLoss($0.name, $0.value / Double(images.count)) }
    return HistoryRow(
      epoch: epoch + 1, loss: means.reduce(0) { $0 + $1.value }, partialLosses: means,
      learningRate: optimiser.learningRate)
  }

  /// One step; the values of the loss terms.
  private func takeStep(
    _ epoch: Int, _ step: Int, _ positions: [Int], _ optimiser: any Optimiser
  ) throws -> [PartialLoss] {
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

  /// The epoch's shuffled images in batches whose sizes differ by one at most: every image is seen
  /// once, and no last batch is too small for a loss over the batch.
  private func batches(_ epoch: Int) -> [[Int]] {
    var stream = RandomStream(seed: seed, purpose: .shuffle, epoch: epoch)
    let order = stream.permutation(of: images.count)
    let size = method.plan.training.batchSize
    let count = max(1, (images.count + size / 2) / size)
    return (0..<count).map {
      Array(order[(images.count * $0 / count)..<(images.count * ($0 + 1) / count)])
    }
  }
}

/// Reports a few times a second, not after every step.
private struct ThrottledReport {
  let epoch: Int
  let epochs: Int
  let images: Int
  private let clock = ContinuousClock()
  private let start = ContinuousClock.now
  private var last = ContinuousClock.now
  private var seen = 0

  init(epoch: Int, epochs: Int, images: Int) {
    self.epoch = epoch
    self.epochs = epochs
    self.images = images
  }

  mutating func advance(_ count: Int, loss: Double, report: (RunProgress) -> Void) {
    seen += count
    guard clock.now - last > .milliseconds(300) || seen == images else { return }
    last = clock.now
    let part = Double(seen) / Double(images)
    report(
      RunProgress(
        phase: "training", epoch: epoch, epochs: epochs,
        fraction: (Double(epoch) + part) / Double(epochs), loss: loss,
        imagesPerSecond: Double(seen) / max((clock.now - start).seconds, 1e-9)))
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
