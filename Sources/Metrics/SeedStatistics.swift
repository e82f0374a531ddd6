/// Statistics of one score over the seeds of an experiment, as the mean ± deviation of a table.
///
/// The result is the same to the last bit for any order of the seeds.
///
///     let accuracy = SeedStatistics([0.5, 0.75])
///     accuracy?.mean                // 0.625
///     accuracy?.standardDeviation   // 0.17678, denominator n - 1
public struct SeedStatistics: Hashable, Sendable, Codable {
  /// The number of seeds.
  public let count: Int
  public let mean: Double
  /// The sample standard deviation (denominator n - 1); nil for a single seed.
  public let standardDeviation: Double?
  public let minimum: Double
  public let maximum: Double

  /// Nil if `values` is empty.
  public init?(_ values: [Double]) {
    guard let minimum = values.min(), let maximum = values.max() else { return nil }
    count = values.count
    mean = Metrics.mean(values)
    standardDeviation = values.count > 1 ? variance(values).squareRoot() : nil
    self.minimum = minimum
    self.maximum = maximum
  }
}
