import Metrics
import Statistics

/// What the figures of a table are, over the finished seeds of a cell.
package enum TableStatistic: String, CaseIterable, Sendable {
  /// The mean and the sample standard deviation: "13.9 ± 0.4".
  case deviation
  /// The mean and its 95 % confidence interval by Student's t: "13.9 [10.1, 17.7]".
  case interval
  /// The mean and its 95 % interval by bootstrap, which is too narrow for few seeds.
  case bootstrap
  /// The median, the smallest and the largest score: "13.9 [13.6, 14.2]".
  case median

  /// For captions: "mean ± sample standard deviation".
  var title: String {
    switch self {
    case .deviation: "mean ± sample standard deviation"
    case .interval: "mean and 95 % t interval"
    case .bootstrap: "mean and 95 % bootstrap interval"
    case .median: "median and range"
    }
  }

  /// The figure of these scores in per cent, in any order; for one score that alone.
  /// - Parameter scores: at least one.
  func figure(_ scores: [Double]) -> String {
    let middle = centre(of: scores).oneDecimal
    guard scores.count > 1 else { return middle }
    if self == .deviation { return "\(middle) ± \(variance(scores).squareRoot().oneDecimal)" }
    return range(of: scores).map { "\(middle) [\($0.low.oneDecimal), \($0.high.oneDecimal)]" }
      ?? middle
  }

  /// The mean, or the median.
  func centre(of scores: [Double]) -> Double {
    self == .median ? quantile(scores.sorted(), 0.5) : mean(scores)
  }

  private func range(of scores: [Double]) -> Interval? {
    switch self {
    case .deviation, .interval: Interval.ofMean(scores)
    case .bootstrap: Interval.bootstrap([scores.sorted()]) { mean($0[0]) }
    case .median: Interval(scores.min() ?? .nan, scores.max() ?? .nan)
    }
  }
}
