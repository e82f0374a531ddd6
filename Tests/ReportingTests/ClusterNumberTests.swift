import Domain
import Records
import Reporting
import Testing

/// What tables and diffs say of runs without labels, of fine labels and of another number of clusters.
@Suite struct ClusterNumberTests {
  private func unscored() -> RunRecord {
    var record = SampleRuns.record(
      SampleRuns.kMeans, on: "mine", 0, 0, 0, protocol: RunProtocol(imageSize: 32, clusters: 12))
    record.metrics.scores = nil
    return record
  }

  @Test(arguments: TableFormat.allCases)
  func `A run without labels has n/a for scores, with the reason, in every format`(
    _ format: TableFormat
  ) throws {
    let table = try SampleRuns.table(
      [SampleRuns.kMeans], [SampleRuns.finished(unscored())])
    let text = table.rendered(as: format)
    #expect(text.contains("n/a"))
    #expect(text.contains("no labels"), "\(text)")
    #expect(!text.contains("0.0"))
  }

  @Test func `Beside rows with scores it is not compared`() throws {
    let table = try SampleRuns.table([SampleRuns.kMeans], [SampleRuns.finished(unscored())])
    let cell = try #require(table.allCells.first)
    #expect(cell.state == .notApplicable && cell.records.count == 1)
    #expect(cell.statistics(of: .acc) == nil)
    let diff = TableDiff(table, against: table)
    #expect(!diff.hasComparisons)
    #expect(diff.comparisons.map(\.verdict.title) == ["n/a"])
    #expect(diff.comparisons.flatMap(\.verdict.reasons).joined().contains("no labels"))
  }

  @Test func `Fine labels and another number of clusters are marked and not comparable`() throws {
    let record = SampleRuns.record(
      SampleRuns.kMeans, on: "cifar100", 10, 10, 10,
      protocol: RunProtocol(imageSize: 32, labels: .fine, clusters: 150))
    let usual = SampleRuns.record(SampleRuns.kMeans, on: "cifar100", 10, 10, 10)
    let table = try SampleRuns.table([SampleRuns.kMeans], [SampleRuns.finished(record)])
    let text = table.rendered(as: .markdown)
    #expect(text.contains("scored against the fine classes"))
    #expect(text.contains("150 clusters, not one per class"))
    let control = try SampleRuns.table([SampleRuns.kMeans], [SampleRuns.finished(usual)])
    let diff = TableDiff(table, against: control)
    #expect(!diff.hasComparisons)
    let reasons = diff.comparisons.flatMap(\.verdict.reasons).joined(separator: "; ")
    #expect(reasons.contains("labels") && reasons.contains("clusters"), "\(reasons)")
  }
}
