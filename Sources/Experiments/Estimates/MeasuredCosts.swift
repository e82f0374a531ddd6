import Foundation

/// The measured costs of a run, enough for the time of any number of epochs.
package struct MeasuredCosts: Codable, Equatable, Sendable {
  /// Epochs whose steps take the same time: a warm-up, and what follows it.
  package struct Phase: Codable, Equatable, Sendable {
    /// The first epoch of the phase, counted from 0.
    package var firstEpoch: Int
    /// What precedes the steps of that epoch, such as a clustering of all images.
    package var entrySeconds: Double
    /// What precedes the steps of each later epoch.
    package var epochSeconds: Double
    /// Seconds of one training step.
    package var stepSeconds: Double
    /// Steps of an epoch with all images.
    package var stepsPerEpoch: Int

    package init(
      firstEpoch: Int, entrySeconds: Double, epochSeconds: Double, stepSeconds: Double,
      stepsPerEpoch: Int
    ) {
      self.firstEpoch = firstEpoch
      self.entrySeconds = entrySeconds
      self.epochSeconds = epochSeconds
      self.stepSeconds = stepSeconds
      self.stepsPerEpoch = stepsPerEpoch
    }

    /// Seconds of the phase if it lasts so many epochs.
    fileprivate func seconds(epochs: Int) -> Double {
      guard epochs > 0 else { return 0 }
      let training = Double(epochs) * Double(stepsPerEpoch) * stepSeconds
      return entrySeconds + Double(epochs - 1) * epochSeconds + training
    }
  }

  /// Seconds to read and check the benchmark file and to make the method.
  package var setUpSeconds: Double
  /// In the order of their epochs; none for a method that does not train.
  package var phases: [Phase]
  /// Seconds to assign all scored images once.
  package var assignmentSeconds: Double
  /// Peak resident memory of the whole run.
  package var memoryBytes: Int

  package init(
    setUpSeconds: Double, phases: [Phase], assignmentSeconds: Double, memoryBytes: Int
  ) {
    self.setUpSeconds = setUpSeconds
    self.phases = phases
    self.assignmentSeconds = assignmentSeconds
    self.memoryBytes = memoryBytes
  }

  /// Whether the numbers are those of a measurement; what lies in a file may be anything.
  var isPossible: Bool {
    let times =
      [setUpSeconds, assignmentSeconds]
      + phases.flatMap { [$0.entrySeconds, $0.epochSeconds, $0.stepSeconds] }
    let counts = phases.flatMap { [$0.firstEpoch, $0.stepsPerEpoch] }
    // A preparation that is told from a difference may be a little under nothing.
    return times.allSatisfy { (-1e9...1e12).contains($0) } && (0...1 << 50).contains(memoryBytes)
      && counts.allSatisfy { (0...1_000_000_000).contains($0) }
  }

  /// Seconds of a run.
  /// - Parameters:
  ///   - epochs: 0 for a method that does not train.
  ///   - assignments: how often all scored images are assigned.
  package func seconds(epochs: Int, assignments: Int) -> Double {
    let ends = phases.dropFirst().map(\.firstEpoch) + [epochs]
    let training = zip(phases, ends).reduce(0) { sum, pair in
      sum + pair.0.seconds(epochs: min(pair.1, epochs) - pair.0.firstEpoch)
    }
    return setUpSeconds + training + Double(assignments) * assignmentSeconds
  }
}

/// The growth of time or memory with the number of images, n: fixed + varying (n / n_last)^power.
///
///     let growth = Growth.ofTime([1, 2, 4])  // 500, 1,000 and 2,000 images
///     growth.power  // 1
///     growth.extrapolated(by: 30)  // 120 s for 60,000 images
///
/// The power is a whole number: fractions are noise, which extrapolation would multiply. Only clear
/// growth makes it more than 1.
package struct Growth: Equatable {
  /// The part that does not grow.
  package let fixed: Double
  /// What the rest was at the last number of images.
  package let varying: Double
  /// The exponent, 1 to 3.
  package let power: Double

  /// The value at `factor` times the last number of images.
  package func extrapolated(by factor: Double) -> Double {
    fixed + varying * pow(factor, power)
  }

  /// From times at numbers of images that double; all of it is taken to grow.
  package static func ofTime(_ times: [Double]) -> Growth {
    // Below a hundredth of a second there is nothing but noise to tell the power from.
    guard let first = times.first, let last = times.last, times.count > 1, last > 0.01 else {
      return Growth(fixed: 0, varying: times.last ?? 0, power: 1)
    }
    let doubling = log2(last / max(first, 1e-9)) / Double(times.count - 1)
    return Growth(fixed: 0, varying: last, power: whole(doubling, atMost: 3))
  }

  /// From peaks of memory in bytes at numbers of images that double. The program and its libraries
  /// are the part that does not grow.
  package static func ofMemory(_ peaks: [Double]) -> Growth {
    guard peaks.count > 1 else { return Growth(fixed: peaks.last ?? 0, varying: 0, power: 1) }
    let steps = zip(peaks.dropFirst(), peaks).map { $0 - $1 }
    let later = steps[steps.count - 1]
    var power = 1.0
    // A few MiB more or less are what an allocator keeps, and would be taken for a square.
    if steps.count > 1, steps[steps.count - 2] > 0x100_0000 {
      power = whole(log2(max(later, 1) / steps[steps.count - 2]), atMost: 2)
    }
    let varying = later / (1 - pow(2, -power))
    return Growth(fixed: peaks[peaks.count - 1] - varying, varying: varying, power: power)
  }

  /// The whole number below `power`, with a quarter of tolerance, in 1...`limit`.
  private static func whole(_ power: Double, atMost limit: Double) -> Double {
    min(max((power + 0.25).rounded(.down), 1), limit)
  }
}
