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
    // Rounding could otherwise put the mean of equal values outside them.
    let mean = min(max(sumInOrderOfSize(values) / Double(values.count), minimum), maximum)
    count = values.count
    self.mean = mean
    self.minimum = minimum
    self.maximum = maximum
    guard values.count > 1 else {
      standardDeviation = nil
      return
    }
    let squares = sumInOrderOfSize(values.map { ($0 - mean) * ($0 - mean) })
    standardDeviation = (squares / Double(values.count - 1)).squareRoot()
  }
}
