import Methods
import Torch
import Vision

/// Measures the time and the memory of training steps.
struct StepMeasurement {
  private let steps: TrainingSteps
  private let optimiser: any Optimiser
  /// Images of a real step.
  private let batch: Int
  private let clock = ContinuousClock()
  private var taken = 0
  /// What real steps need beside what the process has needed so far.
  private var perImage: (bytes: Double, fixed: Double)?

  /// What may be spent on the steps of one phase.
  private static let patience = 5.0

  init(_ steps: TrainingSteps, batch: Int) {
    self.steps = steps
    optimiser = steps.method.plan.training.makeOptimiser(steps.method.network.parameters)
    self.batch = batch
  }

  /// Peak memory of this process, had all its steps been real ones.
  var memoryBytes: Int {
    let peak = Machine.peakMemoryBytes
    guard let perImage else { return peak }
    return max(peak, Int(perImage.fixed + perImage.bytes * Double(batch)))
  }

  /// Seconds of a step in `epoch`: the median of a few, or, where a step takes longer than people
  /// would wait for, in proportion from a quarter of one.
  mutating func seconds(in epoch: Int) throws -> Double {
    let quarter = batch / 4
    if quarter >= 4 {
      let before = Machine.peakMemoryBytes
      // The first step of a shape chooses and compiles kernels.
      var small = try take(quarter / 2, epoch)
      let first = Machine.peakMemoryBytes
      if isSlow(small, quarter / 2) { small = try take(quarter / 2, epoch) }
      if isSlow(small, quarter / 2) {
        let seconds = try take(quarter, epoch)
        try learnMemory(before, first, Machine.peakMemoryBytes, quarter: quarter, epoch)
        return seconds * Double(batch) / Double(quarter)
      }
    }
    _ = try take(batch, epoch)
    var times: [Double] = []
    let start = clock.now
    while times.isEmpty || (clock.now - start).seconds < (times.count < 5 ? Self.patience : 0.5) {
      times.append(try take(batch, epoch))
    }
    return times.sorted()[times.count / 2]
  }

  private func isSlow(_ seconds: Double, _ images: Int) -> Bool {
    seconds * Double(batch) / Double(images) > Self.patience
  }

  /// Memory by image from the peaks before any step, after one of half of `quarter`, and after one of
  /// `quarter`. A peak that did not rise hides what the step needed: a real step then tells.
  private mutating func learnMemory(
    _ before: Int, _ first: Int, _ second: Int, quarter: Int, _ epoch: Int
  ) throws {
    if let perImage {
      // A later phase: what it needs beyond the earlier one's is taken to grow with the batch.
      let bytes = (Double(second) - perImage.fixed) / Double(quarter)
      self.perImage = (max(perImage.bytes, bytes), perImage.fixed)
    } else if first > before + 0x40_0000, second > first + 0x40_0000 {
      let bytes = Double(second - first) / Double(quarter - quarter / 2)
      perImage = (bytes, Double(second) - bytes * Double(quarter))
    } else {
      _ = try take(batch, epoch)
    }
  }

  /// Takes a step of so many images.
  private mutating func take(_ count: Int, _ epoch: Int) throws -> Double {
    let settings = steps.method.plan.training
    optimiser.learningRate = settings.learningRate(epoch: epoch, step: 0, of: 1)
    let start = taken * count % (steps.images.count - count + 1)
    let seconds = try clock.measure {
      _ = try steps.take(taken, of: epoch, on: Array(start..<start + count), optimiser)
    }.seconds
    taken += 1
    return seconds
  }
}
