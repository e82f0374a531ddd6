import Foundation

/// How something grows with the number of images: fixed + varying (n / n_last)^power.
///
/// The power is a whole number: what is between two of them is noise, which would be blown up a
/// hundredfold. It takes clear growth to make it more than 1.
package struct Growth: Equatable {
  /// The part that does not grow.
  package let fixed: Double
  /// What the rest was at the last number of images.
  package let varying: Double
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

  private static func whole(_ power: Double, atMost limit: Double) -> Double {
    min(max((power + 0.25).rounded(.down), 1), limit)
  }
}
