import Metrics
import Statistics
import Testing

/// Expected values from SciPy 1.17.1, and of Holm's method from statsmodels.
@Suite struct StatisticsTests {
  private let first = [26.2, 26.4, 25.1, 27.9, 24.8]
  private let second = [22.7, 25.3, 24.0, 24.9, 25.0]
  private let third = [20.1, 30.2, 24.4]

  private func expectEqual(
    _ value: Double?, _ expected: Double, within tolerance: Double = 1e-12,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let close = value.map { abs($0 - expected) <= tolerance * max(1, abs(expected)) }
    #expect(
      close == true, "\(String(describing: value)), not \(expected)", sourceLocation: sourceLocation
    )
  }

  @Test(
    arguments: [
      (1, 0.1, 0.936548965138893), (1, 60, 0.010609347265246543),
      (2, 2.5, 0.12961172022151082), (4, 2.5, 0.06676654481198814),
      (4, 60, 4.621068727635128e-07), (7.3, 1, 0.34929845645311447),
      (7.3, 12, 4.55578522957055e-06), (30, 12, 5.580185415199261e-13),
      (200, 0.1, 0.920444492504321), (200, 60, 7.71157858405657e-130),
    ] as [(Double, Double, Double)])
  func `Tails of Student's t are SciPy's`(freedom: Double, t: Double, tail: Double) {
    let value = StudentT(degreesOfFreedom: freedom).twoSidedTail(t)
    #expect(abs(value / tail - 1) < 1e-11)
    #expect(StudentT(degreesOfFreedom: freedom).twoSidedTail(-t) == value)
  }

  @Test(
    arguments: [
      (1, 0.025, -12.706204736174705), (1, 0.9995, 636.6192487687897),
      (2, 0.6, 0.2886751345948128), (4, 0.975, 2.7764451051977934),
      (7.3, 0.9995, 5.283211758939497), (200, 0.025, -1.9718962236339093),
    ] as [(Double, Double, Double)])
  func `Quantiles of Student's t are SciPy's`(
    freedom: Double, probability: Double, quantile: Double
  ) {
    expectEqual(
      StudentT(degreesOfFreedom: freedom).quantile(probability), quantile, within: 1e-11)
  }

  @Test func `The paired test is ttest_rel, and permutation_test of samples`()
    throws
  {
    let paired = try #require(MeanDifference(paired: first, second))
    expectEqual(paired.difference, 1.7)
    expectEqual(paired.tTest, 0.0668822763735687, within: 1e-11)
    expectEqual(paired.interval?.low, -0.1892071766928718, within: 1e-11)
    expectEqual(paired.interval?.high, 3.589207176692872, within: 1e-11)
    expectEqual(paired.permutation, 0.125)
  }

  @Test func `The independent test is Welch's, with SciPy's permutation_test`() throws {
    let same = try #require(MeanDifference(independent: first, second))
    expectEqual(same.tTest, 0.047602563217970045, within: 1e-11)
    expectEqual(same.interval?.low, 0.02301428568618391, within: 1e-10)
    expectEqual(same.interval?.high, 3.3769857143138147, within: 1e-11)
    expectEqual(same.permutation, 0.06349206349206349)
    let unequal = try #require(MeanDifference(independent: first, third))
    expectEqual(unequal.tTest, 0.7278930659696264, within: 1e-11)
    expectEqual(unequal.interval?.low, -10.850511363932263, within: 1e-11)
    expectEqual(unequal.permutation, 0.6071428571428571)
  }

  @Test func `With many values the permutation tests are sampled`() throws {
    let x = [
      1.251, 0.736, 2.281, 1.21, -0.071, 1.723, 3.608, 2.894, -0.407, -1.531, -0.247, 1.083, -3.65,
      0.562, -1.492, -0.465, -0.089, 0.367, 1.823, 3.085,
    ]
    let y = [
      -0.257, 2.733, -1.33, 0.703, 1.807, 0.188, -1.487, -1.843, -0.915, 0.44, -2.019, -0.418,
      -0.318,
      1.082, 0.429, 0.711, -1.308, -0.259, 1.568, 2.987,
    ]
    // SciPy's values, from 200,000 permutations, have a standard error of 0.001 as ours of 0.002.
    expectEqual(MeanDifference(paired: x, y)?.permutation, 0.3284483577582112, within: 0.01)
    expectEqual(MeanDifference(independent: x, y)?.permutation, 0.3197284013579932, within: 0.01)
    // scipy.stats.bootstrap, method 'percentile', 100,000 replicates.
    let interval = Interval.bootstrap([x]) { mean($0[0]) }
    expectEqual(interval?.low, -0.12905, within: 0.04)
    expectEqual(interval?.high, 1.36281, within: 0.04)
  }

  /// Twice 1 / 2^n and 1 / (n over k) of all permutations, twice 1 / 65,537 of random ones.
  @Test func `The least p-value of a permutation test is that of scores that are all better`()
    throws
  {
    let counts = [(1, 1.0), (3, 0.25), (16, 2 / 65_536.0), (17, 2 / 65_537.0), (60, 2 / 65_537.0)]
    for (count, least) in counts {
      let scores = (0..<count).map { 10 + Double($0) }
      let test = try #require(
        MeanDifference(paired: scores, [Double](repeating: 1, count: count)))
      expectEqual(test.leastPermutation / least, 1)
      // Among 65,536 random signs of 17 differences may be the observed ones again.
      if count != 17 { expectEqual(test.permutation / least, 1) }
    }
    for (count, least) in [(1, 1.0), (5, 2 / 252.0), (10, 2 / 65_537.0), (30, 2 / 65_537.0)] {
      let scores = (0..<count).map { 10 + Double($0) }
      let test = try #require(MeanDifference(independent: scores, scores.map { $0 - 100 }))
      expectEqual(test.leastPermutation / least, 1)
      if count != 10 { expectEqual(test.permutation / least, 1) }
    }
  }

  @Test func `Few values give what can be said, and no trap`() throws {
    let single = try #require(MeanDifference(paired: [2], [1]))
    #expect(single.difference == 1 && single.interval == nil && single.tTest == nil)
    #expect(single.permutation == 1)
    let alone = try #require(MeanDifference(independent: [2], [1, 3]))
    #expect(alone.interval == nil && alone.tTest == nil)
    #expect(MeanDifference(paired: [1], [1, 2]) == nil)
    #expect(MeanDifference(independent: [], [1]) == nil)
    let equal = try #require(MeanDifference(paired: [1, 1], [1, 1]))
    #expect(equal.tTest == 1 && equal.permutation == 1)
    let constant = try #require(MeanDifference(independent: [2, 2], [1, 1]))
    #expect(constant.tTest == 0 && constant.interval == Interval(1, 1))
    #expect(Interval.ofMean([1]) == nil)
    #expect(Interval.bootstrap([[1.0], [2.0]]) { mean($0[0]) } == nil)
  }

  /// The tenth of a sum of ten times 29.8 is not 29.8, but a number next to it.
  @Test(arguments: [(10, 2), (2, 10), (10, 10)])
  func `Identical scores are no significant difference`(count: Int, other: Int) throws {
    let (scores, others) = (
      [Double](repeating: 29.8, count: count), [Double](repeating: 29.8, count: other)
    )
    let independent = try #require(MeanDifference(independent: scores, others))
    #expect(independent.difference == 0 && independent.tTest == 1)
    #expect(independent.interval == Interval(0, 0) && independent.permutation == 1)
    let paired = try #require(MeanDifference(paired: scores, scores))
    #expect(paired.difference == 0 && paired.tTest == 1 && paired.interval == Interval(0, 0))
    let above = try #require(
      MeanDifference(paired: scores, [Double](repeating: 0, count: count)))
    #expect(above.difference == 29.8 && above.tTest == 0)
    #expect(above.interval == Interval(29.8, 29.8))
  }

  @Test func `The t interval of a mean is SciPy's`() throws {
    let interval = try #require(Interval.ofMean(first))
    expectEqual(interval.low, 24.555734165887042, within: 1e-11)
    expectEqual(interval.high, 27.60426583411296, within: 1e-11)
  }

  @Test func `Holm's adjustment is that of statsmodels`() {
    for (value, expected) in zip(
      holmAdjusted([0.01, 0.04, 0.03, 0.005, 0.5]), [0.04, 0.09, 0.09, 0.025, 0.5])
    {
      expectEqual(value, expected)
    }
    #expect(holmAdjusted([]).isEmpty)
  }

  @Test func `Kendall's tau is kendalltau's tau-b`() throws {
    expectEqual(RankCorrelation([1, 2, 3, 4, 5], [1, 3, 2, 5, 4])?.tau, 0.6)
    expectEqual(RankCorrelation([1, 2, 2, 4, 5], [3, 1, 2, 5, 5])?.tau, 0.4444444444444444)
    #expect(RankCorrelation([1, 1, 1], [1, 2, 3]) == nil)
    let published = [70.5, 59.1, 33.4, 25.7, 39.6, 52.2, 61.7, 79, 81.5, 83.5, 85.6, 88.3]
    let ours = [24.0, 26, 20, 21, 22, 28, 27, 24.5, 30, 29, 31, 27.5]
    let correlation = try #require(RankCorrelation(published, ours))
    expectEqual(correlation.tau, 0.5757575757575757)
    // tanh(atanh(tau) +- 1.96 sqrt(0.437 / 8)), computed with NumPy.
    expectEqual(correlation.interval?.low, 0.19546264687780418)
    expectEqual(correlation.interval?.high, 0.8055335260943738)
    #expect(RankCorrelation([1, 2, 3], [1, 3, 2])?.interval == nil)
  }
}

/// Expected values from rliable (`aggregate_iqm`, `probability_of_improvement`,
/// `create_performance_profile`; intervals by `get_interval_estimates`).
@Suite struct AggregateTests {
  private let first = ScoresByBenchmark([
    [26.2, 26.4, 25.1, 27.9, 24.8], [13.9, 14.1, 13.0, 15.5, 12.1], [40, 44, 39, 41, 60],
  ])
  private let second = ScoresByBenchmark([
    [22.7, 25.3, 24.0, 24.9, 25.0], [14, 13.9, 11, 15, 13], [41, 38, 45, 39, 40],
  ])

  @Test func `The interquartile mean and its interval are rliable's`() throws {
    #expect(abs(try #require(first.interquartileMean) - 26.555555555555557) < 1e-12)
    #expect(abs(try #require(second.interquartileMean) - 25.32222222222222) < 1e-12)
    // 20,000 replicates there, 2,000 here.
    let interval = try #require(first.interquartileMeanInterval)
    #expect(abs(interval.low - 25.944) < 0.1 && abs(interval.high - 27.433) < 0.1)
  }

  @Test func `The probability of improvement and its interval are rliable's`() throws {
    #expect(
      abs(try #require(first.probabilityOfImprovement(over: second)) - 0.6866666666666666) < 1e-12)
    let interval = try #require(first.probabilityOfImprovementInterval(over: second))
    #expect(abs(interval.low - 0.4867) < 0.03 && abs(interval.high - 0.8667) < 0.03)
    #expect(first.probabilityOfImprovement(over: ScoresByBenchmark([[1]])) == nil)
  }

  @Test func `The performance profile is rliable's`() {
    let expected = [1, 0.8, 0.66666667, 0.6, 0.2, 0]
    for (value, share) in zip(first.profile(at: [0, 13.9, 20, 25, 40, 70]), expected) {
      #expect(abs(value - share) < 1e-8)
    }
  }

  @Test func `No scores give no aggregates`() {
    #expect(ScoresByBenchmark([]).interquartileMean == nil)
    #expect(ScoresByBenchmark([[]]).profile(at: [1]) == [])
    #expect(ScoresByBenchmark([[1]]).interquartileMeanInterval == nil)
  }
}
