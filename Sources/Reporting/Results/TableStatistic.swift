import Metrics
import Statistics

/// The figure that a table shows for a cell, computed over its finished seeds (`--statistic`).
///
/// The intervals say how well the mean is known and shrink with more seeds. Deviation and range
/// describe single runs and do not.
package enum TableStatistic: String, CaseIterable, Sendable {
  /// The mean and the sample standard deviation: "13.9 ± 0.4".
  case deviation
  /// The mean with its 95 % confidence interval by Student's t: "13.9 [10.1, 17.7]". It assumes
  /// normally distributed scores and is wide for few seeds.
  case interval
  /// The mean with its 95 % interval by percentile bootstrap. It is too narrow for few seeds,
  /// because it knows no other values.
  case bootstrap
  /// The median with the smallest and the largest score: "13.9 [13.6, 14.2]".
  case median

  /// The statistic in captions: "mean ± sample standard deviation".
  var title: String {
    switch self {
    case .deviation: "mean ± sample standard deviation"
    case .interval: "mean and 95 % t interval"
    case .bootstrap: "mean and 95 % bootstrap interval"
    case .median: "median and range"
    }
  }

  /// The figure as text. A single score is printed alone.
  /// - Parameter scores: in per cent, at least one, in any order.
  func figure(_ scores: [Double]) -> String {
    let middle = centre(of: scores).oneDecimal
    guard scores.count > 1 else { return middle }
    let range: Interval?
    switch self {
    case .deviation: return SeedStatistics(scores)?.text ?? middle
    case .interval: range = Interval.ofMean(scores)
    case .bootstrap: range = Interval.bootstrap([scores.sorted()]) { mean($0[0]) }
    case .median: range = Interval(scores.min() ?? .nan, scores.max() ?? .nan)
    }
    return range.map { "\(middle) [\($0.low.oneDecimal), \($0.high.oneDecimal)]" } ?? middle
  }

  /// The mean, or the median: the number by which rows are ranked.
  /// - Parameter scores: at least one.
  package func centre(of scores: [Double]) -> Double {
    self == .median ? quantile(scores.sorted(), 0.5) : mean(scores)
  }
}
