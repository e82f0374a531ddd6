import Foundation

/// A linear scale from values to pixels, with ticks at round numbers.
package struct Axis {
  /// The values at both ends; different from each other.
  let low: Double
  /// The value at `end`.
  let high: Double
  /// The pixels at both ends.
  let start: Double
  /// The pixel of `high`; smaller than `start` for an axis that rises, since SVG counts downwards.
  let end: Double

  /// - Parameters:
  ///   - values: what has to fit; those that are not finite are passed over.
  ///   - start: the pixel of the smallest value.
  ///   - end: the pixel of the largest value.
  package init(_ values: some Sequence<Double>, from start: Double, to end: Double) {
    let finite = values.filter(\.isFinite)
    let low = finite.min() ?? 0
    let high = finite.max() ?? 1
    // A single value stands in the middle.
    let margin = high > low ? 0 : max(abs(low) * 0.1, 1e-6)
    self.low = low - margin
    self.high = high + margin
    self.start = start
    self.end = end
  }

  /// The pixel of a value.
  package func place(_ value: Double) -> Double {
    start + (value - low) / (high - low) * (end - start)
  }

  /// Round values within the ends: multiples of 1, 2 or 5 times a power of ten (Heckbert, "Nice numbers for
  /// graph labels", Graphics Gems, 1990).
  /// - Parameter count: about how many are wanted, at least 1.
  package func ticks(_ count: Int) -> [Double] {
    let rough = (high - low) / Double(max(count, 1))
    guard rough.isFinite, rough > 0 else { return [] }
    let power = pow(10, floor(log10(rough)))
    let factor = [1.0, 2, 5, 10].first { $0 * power >= rough * 0.999_999 } ?? 10
    let step = factor * power
    let first = (low / step - 1e-9).rounded(.up)
    let last = (high / step + 1e-9).rounded(.down)
    guard last >= first, last - first < 100 else { return [] }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// A tick's value in as few digits as tell it from its neighbours: "12.5", "0.03", "1500".
  package static func label(_ value: Double) -> String {
    if abs(value) >= 1_000, abs(value) < 1e6 { return "\(Int(value.rounded()))" }
    let text = String(format: "%.3g", value)
    return text == "-0" ? "0" : text
  }
}
