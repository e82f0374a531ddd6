import Foundation

/// How something grows with the number of images: fixed + varying (n / n_last)^power.
///
/// The power is a whole number: what is between two of them is noise, which would be blown up a
/// hundredfold.
struct Growth: Equatable {
  /// The part that does not grow.
  let fixed: Double
  /// What the rest was at the last number of images.
  let varying: Double
  let power: Double

  /// The value at `factor` times the last number of images.
  func extrapolated(by factor: Double) -> Double {
    fixed + varying * pow(factor, power)
  }

  /// From times at numbers of images that double; all of it is taken to grow.
  static func ofTime(_ times: [Double]) -> Growth {
    let last = times.last ?? 0
    // Below a hundredth of a second there is nothing but noise to tell the power from.
    guard times.count > 1, last > 0.01 else { return Growth(fixed: 0, varying: last, power: 1) }
    let power = log2(last / max(times[times.count - 2], 1e-9)).rounded()
    return Growth(fixed: 0, varying: last, power: min(max(power, 1), 3))
  }

  /// From peaks of memory in bytes at three numbers of images that double. The program and its
  /// libraries are the part that does not grow.
  static func ofMemory(_ peaks: [Double]) -> Growth {
    guard peaks.count == 3 else { return Growth(fixed: peaks.last ?? 0, varying: 0, power: 1) }
    let (earlier, later) = (peaks[1] - peaks[0], peaks[2] - peaks[1])
    let isClear = earlier > 0x10_0000 && later > earlier
    let power = isClear ? min(log2(later / earlier).rounded(), 2) : 1
    let varying = later / (1 - pow(2, -power))
    return Growth(fixed: peaks[2] - varying, varying: varying, power: power)
  }
}
