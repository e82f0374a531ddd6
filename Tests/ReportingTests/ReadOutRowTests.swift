import Core
import Foundation
import Metrics
import Records
import Reporting
import Testing

/// `scl report --read-outs`.
@Suite struct ReadOutRowTests {
  /// A run of SCL with the accuracy of the result and those of its read-outs, in per cent.
  private static func run(
    seed: UInt64, _ acc: Double, _ readOuts: [(String, Double)], on benchmark: String = "cifar10"
  ) throws -> RunOutcome {
    var record = SampleRuns.record(SampleRuns.scl, on: benchmark, seed: seed, 10, acc, 5)
    guard !readOuts.isEmpty else { return SampleRuns.finished(record) }
    record.readOuts = try ReadOutRecord(
      predictions: readOuts.map { name, acc in
        let other = SampleRuns.record(SampleRuns.scl, on: benchmark, 8, acc, 4)
        return ReadOutRecord.Prediction(name: name, metrics: other.metrics)
      }, measures: [RecordedMeasure("agreement", 0.5)])
    return SampleRuns.finished(record)
  }

  /// SCL with two seeds on CIFAR-10, and one run of STL-10 from before it had read-outs.
  private static func table() throws -> ResultTable {
    try SampleRuns.table(
      [SampleRuns.scl, SampleRuns.kMeans],
      [
        run(seed: 0, 40, [("boundary", 38), ("similarity", 42)]),
        run(seed: 1, 44, [("boundary", 40), ("similarity", 48)]),
        RunOutcome(
          benchmark: "cifar10", method: "scl", seed: 2, result: .failed(reason: "it diverged")),
        run(seed: 0, 30, [], on: "stl10"),
        SampleRuns.finished(SampleRuns.record(SampleRuns.kMeans, on: "cifar10", 8, 22, 4)),
      ])
  }

  private static func withReadOuts() throws -> ResultTable {
    var table = try table()
    table.addReadOuts()
    return table
  }

  /// The fields of a row's line in Markdown.
  private func fields(_ title: String, in text: String) -> [String] {
    text.split(separator: "\n").map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }.first { $0.first == title } ?? []
  }

  @Test func `Each read-out has a row below its method, with its own mean, deviation and marks`()
    throws
  {
    let text = try Self.withReadOuts().rendered(as: .markdown)
    // ACC of CIFAR-10: 38 and 40, 42 and 48 in samples of two.
    #expect(fields("SCL, by boundary", in: text).contains("39.0 ± 1.4"))
    #expect(fields("SCL, by similarity", in: text).contains("**45.0 ± 4.2**"))
    #expect(fields("SCL", in: text).contains { $0.contains("42.0 ± 2.8") })
    let titles = text.split(separator: "\n").filter { $0.hasPrefix("| SCL") }.map {
      $0.split(separator: "|")[0].trimmingCharacters(in: .whitespaces)
    }
    #expect(titles == ["SCL", "SCL, by boundary", "SCL, by similarity"])
    // What failed is said once.
    #expect(text.components(separatedBy: "it diverged").count == 2)
    #expect(text.contains("Rows 'by NAME' (read-outs): another prediction"))
  }

  @Test func `Without the option, and without read-outs, the table is as it was`() throws {
    #expect(!(try Self.table().rendered(as: .markdown)).contains("by similarity"))
    #expect(!(try Self.table().rendered(as: .csv)).contains("read_out"))
    var plain = try SampleRuns.table(
      [SampleRuns.kMeans],
      [SampleRuns.finished(SampleRuns.record(SampleRuns.kMeans, on: "cifar10", 8, 22, 4))])
    plain.addReadOuts()
    #expect(plain.allCells.count == 1)
    #expect(plain.rendered(as: .markdown).contains("No run of these methods has read-outs."))
  }

  @Test func `CSV, JSON and LaTeX have the rows, under the method's name and the read-out's`()
    throws
  {
    let table = try Self.withReadOuts()
    let lines = table.rendered(as: .csv).split(separator: "\n")
    #expect(lines[0].hasSuffix(",read_out"))
    let similarity = try #require(
      lines.first { $0.hasSuffix(",similarity") && $0.contains(",acc,") })
    #expect(
      similarity.contains(
        #"cifar10,scl,"SCL, by similarity",semantic,acc,45.0,4.2426,2,3,42.0,48.0"#))
    let runs = table.rendered(as: .csvRuns).split(separator: "\n")
    #expect(runs.filter { $0.hasSuffix(",boundary") && $0.contains(",acc,") }.count == 2)
    let objects = try table.rendered(as: .json).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let cell = try #require(objects.first { $0["readOut"] as? String == "similarity" })
    #expect(cell["method"] as? String == "scl")
    #expect((cell["acc"] as? [String: Any])?["values"] as? [Double] == [42, 48])
    #expect(table.rendered(as: .latex).contains("SCL, by similarity"))
  }

  @Test func `A read-out can be the reference row, paired by seed`() throws {
    var table = try Self.withReadOuts()
    try table.compare(with: "scl")
    #expect(table.references["scl:similarity"] == "scl")
    let lines = table.rendered(as: .csv).split(separator: "\n")
    // 42 - 40 and 48 - 44: 3 points on average, two pairs.
    let similarity = try #require(
      lines.first { $0.hasSuffix(",similarity") && $0.contains(",acc,") })
    #expect(similarity.contains(",scl,3.0,"))
    #expect(similarity.hasSuffix(",2,similarity"))
    try table.compare(with: "scl:similarity")
    #expect(table.references["scl"] == "scl:similarity")
  }

  @Test func `A read-out is never compared with published figures`() throws {
    let table = try Self.withReadOuts()
    let paper = try PaperTables.parse(
      """
      | method | row | CIFAR-10 | STL-10 | source | protocol | note |
      |---|---|---|---|---|---|---|
      | scl | SCL | 8.7/22.9/4.9 | - | P | unknown | |

      | protocol | statistic | learns from | scored | image size | NMI | checkpoint | backbone |
      |---|---|---|---|---|---|---|---|
      | unknown | ? | ? | ? | ? | ? | ? | ? |

      | key | source |
      |---|---|
      | P | a `paper` |
      """, file: "tables.md")
    #expect(TableDiff(table, against: paper) == TableDiff(try Self.table(), against: paper))
  }

  @Test func `In a table of a setting's values read-outs follow their value`() throws {
    func row(_ name: String, _ value: Double, _ acc: Double) throws -> (TableMethod, RunOutcome) {
      let method = TableMethod(
        name: name, title: name, family: .semantic, variantOf: name == "scl" ? nil : "scl")
      var record = SampleRuns.record(method, on: "cifar10", 10, acc, 5)
      record.settings["temperature"] = .number(value)
      if value != 0.1 {
        record.departures = [Departure("temperature", value: .number(value), standard: 0.1)]
      }
      record.readOuts = try ReadOutRecord(
        predictions: [.init(name: "boundary", metrics: record.metrics)], measures: [])
      return (method, SampleRuns.finished(record))
    }
    let rows = try [row("scl", 0.1, 20), row("hot", 1, 30)]
    var table = try SampleRuns.table(rows.map(\.0), rows.map(\.1))
      .sensitivity(to: "temperature")
    table.addReadOuts()
    let titles = table.rendered(as: .markdown).split(separator: "\n").filter { $0.hasPrefix("|") }
      .map { $0.split(separator: "|")[0].trimmingCharacters(in: .whitespaces) }
    #expect(titles.contains("0.1 (default), by boundary"))
    #expect(titles.contains("1, by boundary"))
  }
}
