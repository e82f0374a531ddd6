import Domain
import Foundation
import Metrics
import Records
import Reporting
import Testing

extension ContingencyTable {
  /// The fraction of clusters with more than one point, which no metric of the package is.
  fileprivate var shared: Double {
    Double(clusterSizes.count { $0 > 1 }) / Double(clusters.count)
  }
}

extension Metric {
  /// The first place of a metric: its declaration.
  fileprivate static let shared = Metric("shared", title: "Shared") { table, _ in table.shared }
}

extension BenchmarkDefinition {
  /// The first place of a benchmark: its definition. Its form has an adapter already.
  fileprivate static let flowers = BenchmarkDefinition(
    "flowers17", title: "Flowers", heading: "Flowers-17", classCount: 17, imageSize: 96,
    cutsImages: true, counts: SplitCounts(train: 1_360), sourceForms: [.classFolders])
}

extension TableFormat {
  /// The first place of a format: its declaration.
  fileprivate static let titles = TableFormat("titles", summary: "rows and scores") { table, _ in
    let layout = TableLayout(table)
    let rows = layout.groups.flatMap(\.rows).map { row in
      "\(row.title): \(row.cells.flatMap(\.figures).map(\.text).joined(separator: " "))\n"
    }
    return layout.columns.map(\.title).joined() + "\n" + rows.joined()
  }
}

/// What another package registers, in the places that the documentation names.
@Suite struct ExtensionTests {
  /// The second place of each: a line of its registry, as `SCLProgram.main` adds it.
  private func withExtensions(_ body: () throws -> Void) throws {
    try BenchmarkRegistry.$current.withValue(.builtIn.adding([.flowers])) {
      try MetricRegistry.$current.withValue(.builtIn.adding([.shared])) {
        try TableFormatRegistry.$current.withValue(.builtIn.adding([.titles]), operation: body)
      }
    }
  }

  private func record(shared: Double) -> RunRecord {
    var record = SampleRuns.record(SampleRuns.scl, on: "flowers17", seed: 0, 40, 50, 30)
    record.metrics.scores?[.shared] = shared
    return record
  }

  @Test func `A metric is computed, recorded, read, and put into histories and tables`() throws {
    let (truth, predicted): ([Int32], [Int32]) = ([0, 0, 1, 1, 1], [0, 0, 0, 0, 1])
    #expect(try ClusteringScores(truth: truth, predicted: predicted)[.shared] == nil)
    try withExtensions {
      let scores = try ClusteringScores(truth: truth, predicted: predicted)
      #expect(scores[.shared] == 0.5)

      let path = NSTemporaryDirectory() + "extension-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: path) }
      try record(shared: 0.75).write(to: path)
      #expect(try RunRecord.read(from: path).metrics.scores?[.shared] == 0.75)
      try record(shared: 1.5).write(to: path)
      #expect(throws: RecordError.self) { try RunRecord.read(from: path) }

      var history = History()
      try history.append(
        HistoryRow(epoch: 1, loss: 1, learningRate: 0.5, scores: scores.scores.columns))
      #expect(
        history.csv.hasPrefix(
          "epoch,loss,learning_rate,images_per_second,nmi,acc,ari,ami,purity,homogeneity,"
            + "completeness,shared\n"))
      try history.write(to: path)
      #expect(try History.read(from: path) == history)
    }
  }

  @Test func `A record that was written before a metric was added is read`() throws {
    let path = NSTemporaryDirectory() + "extension-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var earlier = record(shared: 0)
    let required = Set(MetricRegistry.required.map(\.name))
    earlier.metrics.scores = earlier.metrics.scores.map {
      Scores(byName: $0.byName.filter { required.contains($0.key) })
    }
    try earlier.write(to: path)
    try withExtensions {
      let read = try RunRecord.read(from: path)
      #expect(read == earlier)
      #expect(read.metrics.scores?[.shared] == nil && read.metrics.scores?[.ami] == nil)
    }
    let file = try String(contentsOfFile: path, encoding: .utf8)
    try file.replacing("\"ari\"", with: "\"are\"").write(
      toFile: path, atomically: true, encoding: .utf8)
    #expect(throws: RecordError.self) { try RunRecord.read(from: path) }
  }

  @Test func `A record of a program with more metrics is read, and its scores are kept`() throws {
    let path = NSTemporaryDirectory() + "extension-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try record(shared: 0.75).write(to: path)
    let read = try RunRecord.read(from: path)
    #expect(read.metrics.scores?.byName["shared"] == 0.75)
    try read.write(to: path + "2")
    defer { try? FileManager.default.removeItem(atPath: path + "2") }
    #expect(
      FileManager.default.contentsEqual(atPath: path, andPath: path + "2"))
  }

  @Test func `A benchmark, a metric and a format meet in a table`() throws {
    try withExtensions {
      let results = ExperimentResults(
        experiment: "own", profile: "default", records: [record(shared: 0.75)])
      let table = try ResultTable(results, metrics: [.acc, .shared])
      let format = try #require(TableFormatRegistry.current["titles"])
      #expect(table.rendered(as: format) == "Flowers-17\nSCL: 50.0 75.0\n")
      #expect(TableFormat.allCases.last == .titles)
      let csv = table.rendered(as: .csv)
      #expect(csv.contains(",shared,75.0,") && !csv.contains(",nmi,"))
      #expect(table.rendered(as: .markdown).contains("| Flowers-17 ACC | Shared |"))
    }
  }

  @Test func `A seventh benchmark leaves the published protocols as they are`() throws {
    let file =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path + "/paper-tables.md"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let before = try PaperTables.parse(text, file: "paper-tables.md")
    try withExtensions {
      let own = """

        | method | row | Flowers-17 | source | protocol | note |
        | --- | --- | --- | --- | --- | --- |
        | own-method | Own | 40.0/50.0/30.0 | SCL | own | |

        | protocol | statistic | learns from | scored | image size | NMI | checkpoint | backbone |
        | --- | --- | --- | --- | --- | --- | --- | --- |
        | own | mean | ?; flowers17: train | train | ?; flowers17: 96 | ? | last | ? |

        """
      let after = try PaperTables.parse(text + own, file: "paper-tables.md")
      for (row, earlier) in zip(after.rows, before.rows) {
        #expect(row.cells == earlier.cells)
        #expect(row.protocols.filter { $0.key != "flowers17" } == earlier.protocols)
      }
      let row = try #require(after.rows(of: "own-method").first)
      #expect(row.cells["flowers17"]?[.acc]?.value == 50)
      #expect(row.protocols["flowers17"]?.imageSize == 96)
      #expect(row.protocols["cifar10"]?.imageSize == nil)
    }
  }

  @Test func `A name that is taken is refused`() throws {
    #expect(throws: DuplicateName.self) { try BenchmarkRegistry.builtIn.adding([.cifar10]) }
    #expect(throws: MetricsError.repeatedName("acc")) { try MetricRegistry.builtIn.adding([.acc]) }
    #expect(throws: DuplicateName.self) { try TableFormatRegistry.builtIn.adding([.csv]) }
  }
}
