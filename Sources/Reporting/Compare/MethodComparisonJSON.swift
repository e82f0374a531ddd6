import Statistics

extension MethodComparison {
  /// An object for each difference, each aggregate, each order and each remark, on lines of their own.
  /// Scores are in per cent, differences in points, p-values and probabilities as fractions of 1.
  package func jsonLines() -> String {
    let thresholds = (0...20).map { 5 * Double($0) }
    return differences.map { row in
      JSONLines.line(
        DifferenceObject(
          experiment: experiment, profile: profile, benchmark: row.benchmark, metric: metric.name,
          method: row.method.name, reference: reference.name, seeds: row.seeds, pairs: row.pairs,
          mean: row.mean.fourDecimals, difference: row.result?.difference.fourDecimals,
          interval: row.result?.interval, isPaired: row.result?.isPaired, tTest: row.result?.tTest,
          permutation: row.result?.permutation, holm: row.adjusted, reason: row.reason))
    }.joined()
      + aggregates.map { row in
        JSONLines.line(
          AggregateObject(
            experiment: experiment, profile: profile, metric: metric.name, method: row.method.name,
            reference: reference.name, benchmarks: aggregated,
            interquartileMean: row.interquartileMean.fourDecimals, interval: row.interval,
            probabilityOfImprovement: row.improvement,
            probabilityInterval: row.improvementInterval, thresholds: thresholds,
            profileAboveThreshold: row.scores.profile(at: thresholds)))
      }.joined()
      + orders.map { order in
        JSONLines.line(
          OrderObject(
            experiment: experiment, profile: profile, benchmark: order.benchmark,
            metric: metric.name, methods: order.methods, kendallTau: order.correlation.tau,
            interval: order.correlation.interval))
      }.joined()
  }

  private struct DifferenceObject: Encodable {
    let kind = "difference"
    var experiment: String
    var profile: String
    var benchmark: String
    var metric: String
    var method: String
    var reference: String
    var seeds: Int
    var pairs: Int
    var mean: Double
    var difference: Double?
    var interval: Interval?
    var isPaired: Bool?
    var tTest: Double?
    var permutation: Double?
    var holm: Double?
    var reason: String?
  }

  private struct AggregateObject: Encodable {
    let kind = "aggregate"
    var experiment: String
    var profile: String
    var metric: String
    var method: String
    var reference: String
    var benchmarks: [String]
    var interquartileMean: Double
    var interval: Interval?
    var probabilityOfImprovement: Double?
    var probabilityInterval: Interval?
    /// Scores in per cent, and the fraction of runs above each: the performance profile.
    var thresholds: [Double]
    var profileAboveThreshold: [Double]
  }

  private struct OrderObject: Encodable {
    let kind = "order"
    var experiment: String
    var profile: String
    var benchmark: String
    var metric: String
    var methods: [String]
    var kendallTau: Double
    var interval: Interval?
  }
}
