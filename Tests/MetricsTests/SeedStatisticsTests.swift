import Metrics
import Testing

@Suite struct SeedStatisticsTests {
  @Test func `Mean and sample deviation of a hand-computed example`() throws {
    // Mean 5; squared deviations 9 1 1 1 0 0 4 16 = 32; 32 / 7.
    let statistics = try #require(SeedStatistics([2, 4, 4, 4, 5, 5, 7, 9]))
    #expect(statistics.count == 8)
    #expect(statistics.mean == 5)
    #expect(statistics.standardDeviation == (32.0 / 7).squareRoot())
    #expect(statistics.minimum == 2)
    #expect(statistics.maximum == 9)
  }

  @Test func `One seed has no deviation, no seed has no statistics`() throws {
    let one = try #require(SeedStatistics([0.62]))
    #expect(one.mean == 0.62 && one.standardDeviation == nil)
    #expect(SeedStatistics([]) == nil)
  }

  @Test func `Equal values have their value as mean and no deviation`() throws {
    for values in [[0.1, 0.1, 0.1], [Double](repeating: 0.3, count: 10)] {
      let statistics = try #require(SeedStatistics(values))
      #expect(statistics.mean == values[0])
      #expect(statistics.standardDeviation == 0)
      #expect(variance(values) == 0)
    }
  }

  @Test func `Quantiles are those of NumPy's quantile`() {
    let values = [1.0, 2, 4, 8]
    for (probability, expected) in [(0, 1), (0.1, 1.3), (0.5, 3), (0.9, 6.8), (1, 8)] {
      #expect(abs(quantile(values, probability) - expected) < 1e-12)
    }
    #expect(quantile([5], 0.9) == 5)
  }

  @Test func `The order of the seeds changes no bit`() {
    let values = [0.1, 0.7, 0.2, 1e-9, 0.30000001, 0.9]
    #expect(SeedStatistics(values) == SeedStatistics(values.reversed()))
  }
}
