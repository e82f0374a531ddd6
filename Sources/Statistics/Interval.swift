import Core
import Foundation
import Metrics

/// A confidence interval, with both ends included.
///
///     let interval = Interval.ofMean([0.2, 0.3, 0.4])
package struct Interval: Hashable, Sendable, Codable {
  package let low: Double
  package let high: Double

  package init(_ low: Double, _ high: Double) {
    self.low = low
    self.high = high
  }
}

extension Interval {
  /// The confidence of the intervals that this project prints.
  package static let level = 0.95

  /// The t interval of a mean: mean ± t s / sqrt(n), where t has n - 1 degrees of freedom.
  ///
  /// It assumes a normal distribution. If that holds it is right for few seeds, for which a
  /// bootstrap is too narrow. Nil for fewer than two values.
  /// - Parameter level: the confidence, between 0 and 1.
  package static func ofMean(_ values: [Double], level: Double = level) -> Interval? {
    guard values.count > 1 else { return nil }
    let mean = mean(values)
    let half =
      StudentT(degreesOfFreedom: Double(values.count - 1)).quantile((1 + level) / 2)
      * (variance(values) / Double(values.count)).squareRoot()
    return Interval(mean - half, mean + half)
  }

  /// The percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
  /// chapter 13).
  ///
  /// It is deterministic: each replicate draws from its own stream with a fixed seed.
  /// - Parameters:
  ///   - strata: values by stratum, resampled within each (stratified bootstrap; Agarwal et
  ///     al., "Deep Reinforcement Learning at the Edge of the Statistical Precipice", NeurIPS
  ///     2021). A single stratum is the ordinary bootstrap.
  ///   - replicates: the number of resampled sets.
  ///   - level: the confidence, between 0 and 1.
  ///   - statistic: computed from one resampled set of strata.
  /// - Returns: nil if no stratum has two values, since nothing can be resampled then.
  package static func bootstrap<Value>(
    _ strata: [[Value]], replicates: Int = 2_000, level: Double = level,
    of statistic: ([[Value]]) -> Double
  ) -> Interval? {
    guard strata.contains(where: { $0.count > 1 }) else { return nil }
    let draws = (0..<replicates).map { replicate in
      var stream = RandomStream(seed: 0, purpose: .statistics, epoch: replicate)
      return statistic(
        strata.map { values in
          values.indices.map { _ in values[stream.integer(below: values.count)] }
        })
    }.sorted()
    return Interval(quantile(draws, (1 - level) / 2), quantile(draws, (1 + level) / 2))
  }
}
