/// What a score does over the seeds of an experiment.
///
/// The same to the last bit in whatever order the seeds come.
public struct SeedStatistics: Hashable, Sendable, Codable {
  /// The number of seeds.
  public let count: Int
  public let mean: Double
  /// The sample standard deviation (n - 1 in the denominator); nil for a single seed.
  public let standardDeviation: Double?
  public let minimum: Double
  public let maximum: Double

  /// Nil if there is no value.
  public init?(_ values: [Double]) {
    guard let minimum = values.min(), let maximum = values.max() else { return nil }
    // The rounded mean of equal values may otherwise fall beside them.
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
