import Methods
import Torch

/// Measures the time and the memory of training steps. Slow steps are extrapolated from a quarter
/// of a batch.
struct StepMeasurement {
  private let steps: TrainingSteps
  private let optimiser: any Optimiser
  /// Images of a real step.
  private let batch: Int
  private let clock = ContinuousClock()
  /// Steps so far; each takes other images.
  private var taken = 0
  /// What the process would have needed at its peak with real steps, and what it did need; nil while
  /// its steps were real ones.
  private var memory: (ofRealSteps: Double, peak: Int)?

  /// Seconds to spend on the steps of one phase.
  private static let patience = 5.0

  /// - Parameters:
  ///   - steps: of the method on the sample images.
  ///   - batch: images of a real step.
  init(_ steps: TrainingSteps, batch: Int) {
    self.steps = steps
    optimiser = steps.method.plan.makeOptimiser(for: steps.method.network)
    self.batch = batch
  }

  /// Peak memory of this process, had all its steps been real ones.
  var memoryBytes: Int {
    max(Machine.peakMemoryBytes, Int(min(max(memory?.ofRealSteps ?? 0, 0), 1e15)))
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

  /// Whether a real step would exceed `patience`, given the time of a smaller one.
  private func isSlow(_ seconds: Double, _ images: Int) -> Bool {
    seconds * Double(batch) / Double(images) > Self.patience
  }

  /// Memory of real steps from the peaks before any step, after one of half of `quarter`, and after
  /// one of `quarter`. A peak that did not rise hides what the step needed: a real step then tells.
  private mutating func learnMemory(
    _ before: Int, _ first: Int, _ second: Int, quarter: Int, _ epoch: Int
  ) throws {
    if let memory {
      // What a later phase needs beyond the earlier one's is taken to grow with the batch.
      let more = Double(second - memory.peak) * Double(batch) / Double(quarter)
      self.memory = (memory.ofRealSteps + more, second)
    } else if first > before + 0x40_0000, second > first + 0x40_0000 {
      // The second step finds about half of the memory that the first gave back fit for use: between
      // all and none, the memory by image differs by a factor of two.
      let half = quarter / 2
      let bytes = Double(second - first) / (Double(quarter) - Double(half) / 2)
      memory = (Double(first) + bytes * Double(batch - half), second)
    } else {
      _ = try take(batch, epoch)
    }
  }

  /// Takes a step on `count` images and returns its seconds.
  private mutating func take(_ count: Int, _ epoch: Int) throws -> Double {
    optimiser.learningRate = steps.method.plan.learningRate(epoch: epoch, step: 0, of: 1)
    let start = taken * count % (steps.images.count - count + 1)
    let seconds = try clock.measure {
      // Of an epoch's passes the last is the one that does most.
      let pass = steps.method.passes(of: epoch).count - 1
      let positions = Array(start..<start + count)
      // The targets of a block take next to nothing of the time of its many steps.
      let block = taken == 0 ? positions : nil
      _ = try steps.take(
        taken, of: epoch, on: .init(pass: pass, positions: positions, block: block), optimiser)
    }.seconds
    taken += 1
    return seconds
  }
}
