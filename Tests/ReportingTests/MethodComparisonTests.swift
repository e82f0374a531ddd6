import Domain
import Foundation
import Metrics
import Records
import Reporting
import Statistics
import Testing

@Suite struct MethodComparisonTests {
  private static let paper = """
    | method | row | CIFAR-10 | source | protocol | note |
    |---|---|---|---|---|---|
    | kmeans | k-means | 8.7/22.9/4.9 | P | p | |
    | pica | PICA | 50.0/60.0/40.0 | P | p | |
    | scl | SCL | 60.0/70.0/50.0 | P | p | |
    | moco | MoCo | 90.0/90.0/90.0 | P | p | another method: it has a memory of its own |

    | protocol | statistic | learns from | scored | image size | NMI | checkpoint | backbone |
    |---|---|---|---|---|---|---|---|
    | p | ? | ? | ? | ? | ? | ? | ? |

    | key | source |
    |---|---|
    | P | a paper |
    """

  /// ACC in per cent by seed; the other scores do not matter here.
  private func runs(
    _ method: TableMethod, on benchmark: String = "cifar10", _ accuracies: [Double],
    firstSeed: UInt64 = 0, file: BenchmarkProvenance = SampleRuns.complete
  ) -> [RunOutcome] {
    accuracies.enumerated().map { index, accuracy in
      SampleRuns.finished(
        SampleRuns.record(
          method, on: benchmark, seed: firstSeed + UInt64(index), 10, accuracy, 5, file: file))
    }
  }

  private let first = [26.2, 26.4, 25.1, 27.9, 24.8]
  private let second = [22.7, 25.3, 24.0, 24.9, 25.0]

  /// Expected p-values and intervals from SciPy 1.17.1: see StatisticsTests.
  @Test func `Seeds that both rows have are paired`() throws {
    let table = try SampleRuns.table(
      [SampleRuns.scl, SampleRuns.pica],
      runs(SampleRuns.pica, first) + runs(SampleRuns.scl, second))
    let comparison = try MethodComparison(table, metric: .acc, paper: nil)
    #expect(comparison.reference == SampleRuns.scl)
    let row = try #require(comparison.differences.first { $0.method == SampleRuns.pica })
    #expect(row.pairs == 5 && abs(row.mean - 26.08) < 1e-9)
    #expect(abs(try #require(row.result?.tTest) - 0.0668822763735687) < 1e-10)
    #expect(row.adjusted == row.result?.tTest)
    #expect(
      comparison.markdown().contains(
        "| PICA   |   5 | 26.1 |       +1.7 | -0.2 to 3.6 | 0.067 | 0.125 | 0.067 |"))

    let independent = try MethodComparison(table, metric: .acc, paper: nil, isPaired: false)
    let tTest = independent.differences.compactMap(\.result?.tTest)
    #expect(tTest.count == 1 && abs(tTest[0] - 0.047602563217970045) < 1e-10)
  }

  @Test func `Rows without two common seeds are independent`() throws {
    let table = try SampleRuns.table(
      [SampleRuns.scl, SampleRuns.pica],
      runs(SampleRuns.pica, first) + runs(SampleRuns.scl, second, firstSeed: 4))
    let comparison = try MethodComparison(table, metric: .acc, paper: nil)
    let row = try #require(comparison.differences.first { $0.method == SampleRuns.pica })
    #expect(row.pairs == 0 && row.result?.isPaired == false)
    #expect(comparison.remarks.contains { $0.contains("Welch") })
  }

  @Test func `A row with a single seed is compared with the run of that seed`() throws {
    let table = try SampleRuns.table(
      [SampleRuns.scl, SampleRuns.pica],
      runs(SampleRuns.pica, [first[2]], firstSeed: 2) + runs(SampleRuns.scl, second))
    let comparison = try MethodComparison(table, metric: .acc, reference: "scl", paper: nil)
    let row = try #require(comparison.differences.first { $0.method == SampleRuns.pica })
    #expect(row.pairs == 1 && row.result?.interval == nil)
    #expect(abs(try #require(row.result).difference - (first[2] - second[2])) < 1e-10)
    #expect(
      comparison.remarks[0].contains("that of the pairs, not that of the means of all seeds"))
  }

  @Test func `p-values are adjusted for the number of tests`() throws {
    let table = try SampleRuns.table(
      [SampleRuns.scl, SampleRuns.pica, SampleRuns.kMeans],
      runs(SampleRuns.pica, first) + runs(SampleRuns.scl, second)
        + runs(SampleRuns.kMeans, [20, 21, 20, 22, 21]))
    let comparison = try MethodComparison(table, metric: .acc, paper: nil)
    let rows = comparison.differences.filter { $0.result != nil }
    let expected = holmAdjusted(rows.compactMap { $0.result?.tTest })
    #expect(rows.compactMap(\.adjusted) == expected && expected.count == 2)
  }

  @Test func `Other data and other protocols are not compared, and the reason is given`() throws {
    let table = try SampleRuns.table(
      [SampleRuns.scl, SampleRuns.pica],
      runs(SampleRuns.pica, first, file: SampleRuns.incomplete) + runs(SampleRuns.scl, second))
    let comparison = try MethodComparison(table, metric: .acc, paper: nil)
    let row = try #require(comparison.differences.first { $0.method == SampleRuns.pica })
    #expect(row.result == nil)
    #expect(
      comparison.markdown().contains(
        "1. the reference row was computed on a different benchmark file"))
  }

  @Test func `Benchmarks that a row lacks are left out of the aggregates`() throws {
    let table = try SampleRuns.table(
      [SampleRuns.scl, SampleRuns.pica],
      runs(SampleRuns.pica, first) + runs(SampleRuns.scl, second)
        + runs(SampleRuns.pica, on: "stl10", [14, 13.9, 11, 15, 13])
        + runs(SampleRuns.scl, on: "stl10", [13.9, 14.1, 13.0, 15.5, 12.1])
        + runs(SampleRuns.pica, on: "imagenet10", [50, 60]))
    let comparison = try MethodComparison(table, metric: .acc, paper: nil)
    #expect(comparison.aggregated == ["cifar10", "stl10"])
    let pica = try #require(comparison.aggregates.first { $0.method == SampleRuns.pica })
    let scores = ScoresByBenchmark([first, [14, 13.9, 11, 15, 13]])
    #expect(pica.interquartileMean == scores.interquartileMean)
    let others = ScoresByBenchmark([second, [13.9, 14.1, 13.0, 15.5, 12.1]])
    #expect(pica.improvement == scores.probabilityOfImprovement(over: others))
    #expect(comparison.aggregates.first { $0.method == SampleRuns.scl }?.improvement == nil)
    // 3 differences, 2 aggregates, each an object of its own line.
    let lines = comparison.jsonLines().split(separator: "\n")
    #expect(lines.count { $0.contains("\"kind\":\"difference\"") } == 5)
    #expect(lines.count { $0.contains("\"kind\":\"aggregate\"") } == 2)
  }

  @Test func `Benchmarks with other data of a row are left out of the aggregates`() throws {
    func comparison(_ file: BenchmarkProvenance) throws -> MethodComparison {
      let outcomes =
        runs(SampleRuns.pica, first) + runs(SampleRuns.scl, second)
        + runs(SampleRuns.pica, on: "stl10", first, file: file)
        + runs(SampleRuns.scl, on: "stl10", second)
      return try MethodComparison(
        SampleRuns.table([SampleRuns.scl, SampleRuns.pica], outcomes), metric: .acc, paper: nil)
    }
    #expect(try comparison(SampleRuns.complete).aggregates.count == 2)
    let other = try comparison(SampleRuns.incomplete)
    #expect(other.aggregated == ["cifar10"] && other.aggregates.isEmpty)
  }

  @Test func `Single seeds are compared without a test`() throws {
    let table = try SampleRuns.table(
      [SampleRuns.scl, SampleRuns.pica], runs(SampleRuns.pica, [30]) + runs(SampleRuns.scl, [26]))
    let comparison = try MethodComparison(table, metric: .acc, paper: nil)
    #expect(comparison.markdown().contains("+4.0 |"))
    #expect(!comparison.remarks.contains { $0.contains("Holm") })
  }

  @Test func `The order of methods is compared with the published one`() throws {
    let table = try SampleRuns.table(
      [SampleRuns.scl, SampleRuns.pica, SampleRuns.kMeans, SampleRuns.moco, SampleRuns.truth],
      runs(SampleRuns.pica, [30]) + runs(SampleRuns.scl, [26]) + runs(SampleRuns.kMeans, [20])
        + runs(SampleRuns.moco, [10]) + runs(SampleRuns.truth, [100]))
    let comparison = try MethodComparison(
      table, metric: .acc, paper: PaperTables.parse(Self.paper, file: "tables.md"))
    // Three methods, of which one pair is the other way round; MoCo's row is another method's.
    let order = try #require(comparison.orders.first)
    #expect(order.methods.count == 3)
    #expect(abs(order.correlation.tau - 1.0 / 3) < 1e-12)
    #expect(!comparison.differences.contains { $0.method == SampleRuns.truth })
  }

  @Test func `An unknown reference row is an error that names the rows`() throws {
    let table = try SampleRuns.table([SampleRuns.scl], runs(SampleRuns.scl, second))
    #expect(throws: ReportError.noRow("sclx", experiment: "table", rows: ["scl"])) {
      try MethodComparison(table, metric: .acc, reference: "sclx", paper: nil)
    }
    #expect(throws: ReportError.noRow("scl", experiment: "table", rows: [])) {
      try MethodComparison(SampleRuns.table([SampleRuns.scl], []), metric: .acc, paper: nil)
    }
  }

  @Test(arguments: [
    (-0.013, "-0.01"), (0.04, "0.04"), (-0.049, "-0.05"), (-0.2, "-0.2"), (0, "0.0"),
    (-0.0, "0.0"), (-0.0051, "-0.01"), (-0.0049, "-0.005"), (0.0004, "0.0004"), (-2e-5, "-2e-05"),
  ])
  func `A limit of an interval tells on which side of 0 it lies`(limit: Double, text: String) {
    #expect(limit.limit == text)
  }

  @Test func `A table fits 80 columns`() throws {
    let long = TableMethod(
      name: "instdisc", title: "InstDisc + k-means, temperature 0.03", family: .contrastive)
    let table = try SampleRuns.table(
      [SampleRuns.scl, long], runs(long, first) + runs(SampleRuns.scl, second))
    let text = try MethodComparison(table, metric: .acc, paper: nil).markdown(width: 80)
    for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
  }
}
