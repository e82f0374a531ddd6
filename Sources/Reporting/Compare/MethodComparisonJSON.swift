import Statistics

extension MethodComparison {
  /// The comparison as JSON lines: an object per difference, aggregate and order, told apart by the
  /// key `kind`. Scores are in per cent, differences in points; p-values and probabilities are
  /// fractions of 1. Some of the keys:
  ///
  ///     {"kind": "difference", "benchmark": "cifar10", "metric": "acc", "method": "kmeans",
  ///      "reference": "scl", "seeds": 3, "pairs": 3, "isPaired": true, "mean": 21.2,
  ///      "difference": -5.1, "interval": {"low": -6.0, "high": -4.2}, "tTest": 0.002, "holm": 0.004}
  package func jsonLines() -> String {
    let thresholds = (0...20).map { 5 * Double($0) }
    return differences.map { row in
      JSONLines.line(
        DifferenceObject(
          experiment: experiment, profile: profile, benchmark: row.benchmark, metric: metric.name,
          method: row.method.id, reference: reference.id, seeds: row.seeds, pairs: row.pairs,
          mean: row.mean.fourDecimals, difference: row.result?.difference.fourDecimals,
          interval: row.result?.interval, isPaired: row.result?.isPaired, tTest: row.result?.tTest,
          permutation: row.result?.permutation, holm: row.adjusted, reason: row.reason))
    }.joined()
      + aggregates.map { row in
        JSONLines.line(
          AggregateObject(
            experiment: experiment, profile: profile, metric: metric.name, method: row.method.id,
            reference: reference.id, benchmarks: aggregated,
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

  /// A row on one benchmark. Keys without a value are absent, as for the reference row.
  private struct DifferenceObject: Encodable {
    let kind = "difference"
    var experiment: String
    var profile: String
    var benchmark: String
    var metric: String
    /// The names of row and reference row.
    var method: String
    var reference: String
    /// See `MethodComparison.Difference`.
    var seeds: Int
    var pairs: Int
    var mean: Double
    var difference: Double?
    var interval: Interval?
    var isPaired: Bool?
    /// The two-sided p-values: of the t-test, of the permutation test, and of the t-test with
    /// Holm's adjustment.
    var tTest: Double?
    var permutation: Double?
    var holm: Double?
    /// Why the row is not compared.
    var reason: String?
  }

  /// A row over several benchmarks.
  private struct AggregateObject: Encodable {
    let kind = "aggregate"
    var experiment: String
    var profile: String
    var metric: String
    var method: String
    var reference: String
    /// Those with comparable scores of all rows.
    var benchmarks: [String]
    var interquartileMean: Double
    var interval: Interval?
    var probabilityOfImprovement: Double?
    var probabilityInterval: Interval?
    /// Scores in per cent from 0 to 100 in steps of 5, and the fraction of runs above each: the
    /// performance profile of Agarwal et al.
    var thresholds: [Double]
    var profileAboveThreshold: [Double]
  }

  /// The measured and the published order on one benchmark.
  private struct OrderObject: Encodable {
    let kind = "order"
    var experiment: String
    var profile: String
    var benchmark: String
    var metric: String
    var methods: [String]
    /// In -1...1; 1 is the same order.
    var kendallTau: Double
    var interval: Interval?
  }
}
