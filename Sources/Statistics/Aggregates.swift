import Foundation
import Metrics

/// Scores of one method: a list over seeds for each benchmark.
///
/// The aggregates are those of Agarwal et al., "Deep Reinforcement Learning at the Edge of the
/// Statistical Precipice", NeurIPS 2021 (rliable). A benchmark is what they call a task.
///
///     let scores = ScoresByBenchmark([[0.2, 0.3], [0.5, 0.7]])
///     scores.interquartileMean  // 0.4
package struct ScoresByBenchmark: Sendable {
  /// The scores of each benchmark, [benchmarks][seeds]; benchmarks without scores are left out.
  package let values: [[Double]]

  package init(_ values: [[Double]]) {
    self.values = values.filter { !$0.isEmpty }
  }

  /// The mean of the middle half of all scores: less exposed to a single benchmark than the mean, and
  /// less noisy than the median. A quarter of the scores, rounded down, is cut at either end, as in
  /// `scipy.stats.trim_mean`. Nil if there are no scores.
  package var interquartileMean: Double? {
    let all = values.flatMap { $0 }.sorted()
    guard !all.isEmpty else { return nil }
    let cut = all.count / 4
    return mean(Array(all[cut..<all.count - cut]))
  }

  /// The 95 % interval of `interquartileMean`, by the stratified bootstrap: seeds are resampled
  /// within each benchmark. Nil if no benchmark has two seeds.
  package var interquartileMeanInterval: Interval? {
    Interval.bootstrap(values) { ScoresByBenchmark($0).interquartileMean ?? .nan }
  }

  /// The performance profile: for each threshold, the fraction of runs above it (equation 3).
  /// Empty if there are no scores.
  package func profile(at thresholds: [Double]) -> [Double] {
    let all = values.flatMap { $0 }
    guard !all.isEmpty else { return [] }
    return thresholds.map { threshold in
      Double(all.count { $0 > threshold }) / Double(all.count)
    }
  }

  /// The probability that a random run of this method is better than one of the other on the same
  /// benchmark, averaged over benchmarks (equation 4). A tie counts half.
  /// - Parameter other: the same benchmarks in the same order.
  /// - Returns: nil if the benchmarks are not equally many, or there are none.
  package func probabilityOfImprovement(over other: ScoresByBenchmark) -> Double? {
    guard values.count == other.values.count, !values.isEmpty else { return nil }
    return mean(zip(values, other.values).map { Self.shareAbove($0, $1) })
  }

  /// The 95 % interval of `probabilityOfImprovement`, by the stratified bootstrap over the runs
  /// of both. Nil if no benchmark has two seeds.
  package func probabilityOfImprovementInterval(over other: ScoresByBenchmark) -> Interval? {
    guard values.count == other.values.count else { return nil }
    return Interval.bootstrap(values + other.values) { strata in
      mean(
        zip(strata[..<values.count], strata[values.count...]).map { Self.shareAbove($0, $1) })
    }
  }

  /// P(X > Y) + P(X = Y) / 2: the Mann-Whitney U divided by the number of pairs.
  private static func shareAbove(_ first: [Double], _ second: [Double]) -> Double {
    var above = 0.0
    for x in first {
      for y in second { above += x > y ? 1 : x == y ? 0.5 : 0 }
    }
    return above / Double(first.count * second.count)
  }
}
