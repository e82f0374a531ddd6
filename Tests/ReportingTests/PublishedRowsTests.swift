import Foundation
import Metrics
import Records
import Reporting
import Testing

/// Published rows in tables: below the measured ones and alone. Measured scores are 57 and 59 over two seeds.
@Suite struct PublishedRowsTests {
  private static let rows = [SampleRuns.pica, SampleRuns.moco, SampleRuns.scl]

  private static func paper() throws -> PaperTables {
    try PaperTables.parse(
      """
      | method | row | CIFAR-10 | STL-10 | source | protocol | note |
      |---|---|---|---|---|---|---|
      | pica | PICA (best) | -/60.0/- | - | P | best | |
      | pica | =PICA | 50.1/58.4+-0.5/- | 48.0/55.5/- | P, Q | mean | |
      | moco | MoCo | -/62.0/- | - | Q | small | |

      | protocol | statistic | trials | learns from | scored | image size | NMI | checkpoint | backbone |
      |---|---|---|---|---|---|---|---|---|
      | best | best | 2 | train+test | train+test | 32 | arithmetic | last | - |
      | mean | mean | 3 | train+test | train+test | 32 | arithmetic | last | - |
      | small | mean | ? | train+test | train+test | 16 | arithmetic | last | - |

      | key | source |
      |---|---|
      | P | a `paper` |
      | Q | another one |
      """, file: "tables.md")
  }

  private static func results(of methods: [TableMethod] = rows) -> ExperimentResults {
    ExperimentResults(
      experiment: "table", profile: "default", methods: methods,
      runs: methods.flatMap { row in
        [(0, 57.0), (1, 59.0)].map { seed, acc in
          SampleRuns.finished(SampleRuns.record(row, on: "cifar10", seed: seed, 10, acc, 5))
        }
      } + [
        RunOutcome(benchmark: "stl10", method: methods[0].name, seed: 0, result: .missing)
      ])
  }

  private static func interleaved() throws -> ResultTable {
    var table = try ResultTable(results())
    table.diff = TableDiff(table, against: try paper())
    return table
  }

  private static func objects(_ table: ResultTable) throws -> [[String: Any]] {
    try table.rendered(as: .json).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func `CSV has the published rows with their differences and verdicts`() throws {
    let lines = try Self.interleaved().rendered(as: .csv).split(separator: "\n").map(String.init)
    #expect(lines[0].hasSuffix(",state,flags,kind,sources,published_difference,verdict"))
    #expect(lines.filter { $0.hasSuffix(",measured,,,") }.count == 4 * 3)
    let prefix = "table,default,cifar10,"
    #expect(
      lines.filter { $0.contains(",published,") } == [
        prefix + "pica,PICA (best),deep clustering,acc,60.0,,2,,,,,"
          + "published figure of the best of 2 trials,published,P,-1.0,\"reproduced, best of 2 seeds\"",
        prefix + "pica,'=PICA,deep clustering,nmi,50.1,,3,,,,,,published,P; Q,-40.1,differs",
        prefix + "pica,'=PICA,deep clustering,acc,58.4,0.5,3,,,,,,published,P; Q,-0.4,reproduced",
        "table,default,stl10,pica,'=PICA,deep clustering,nmi,48.0,,3,,,,,,published,P; Q,,",
        "table,default,stl10,pica,'=PICA,deep clustering,acc,55.5,,3,,,,,,published,P; Q,,",
        prefix + "moco,MoCo,contrastive,acc,62.0,,,,,,,,published,Q,-4.0,"
          + "\"not comparable: image size: published 16 px, measured 32 px\"",
      ])
    // Without published rows the columns are those of every table.
    let plain = try ResultTable(Self.results()).rendered(as: .csv)
    #expect(plain.split(separator: "\n")[0].hasSuffix(",state,flags"))
  }

  @Test func `JSON has an object for each published row and benchmark`() throws {
    let published = try Self.objects(Self.interleaved()).filter {
      $0["kind"] as? String == "published"
    }
    #expect(published.map { $0["title"] as? String } == ["PICA (best)", "=PICA", "=PICA", "MoCo"])
    let mean = published[1]
    #expect(mean["sources"] as? [String] == ["P", "Q"] && mean["trials"] as? Int == 3)
    let acc = try #require(mean["acc"] as? [String: Any])
    #expect(acc["value"] as? Double == 58.4 && acc["standardDeviation"] as? Double == 0.5)
    #expect(acc["difference"] as? Double == -0.4 && acc["verdict"] as? String == "reproduced")
    #expect(mean["ari"] == nil)
    let other = try #require(published[3]["acc"] as? [String: Any])
    #expect(other["reasons"] as? [String] == ["image size: published 16 px, measured 32 px"])
    let missing = try #require(published[2]["acc"] as? [String: Any])
    #expect(published[2]["benchmark"] as? String == "stl10" && missing["verdict"] == nil)
  }

  @Test func `Keys of sources are explained below the table`() throws {
    let text = try Self.interleaved().rendered(as: .markdown)
    #expect(text.contains("- Source P: a paper\n- Source Q: another one\n"))
  }

  @Test func `Published rows alone need no run and have none in any format`() throws {
    var planned = Self.results()
    for index in planned.runs.indices { planned.runs[index].result = .missing }
    let table = try ResultTable.published(in: Self.paper(), for: [planned])
    // The same with results.
    #expect(
      try ResultTable.published(in: Self.paper(), for: [Self.results()]).rendered(as: .csv)
        == table.rendered(as: .csv))
    let text = table.rendered(as: .markdown)
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("|") }.map {
      $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    #expect(
      lines.dropFirst(2).map { $0 } == [
        ["**Deep clustering**", "", "", "", "", "", ""],
        ["PICA (best), from P", "–", "60.0†", "–", "–", "–", "–"],
        ["=PICA, from P, Q", "50.1", "58.4 ± 0.5", "–", "48.0", "55.5", "–"],
        ["**Contrastive**", "", "", "", "", "", ""],
        ["MoCo, from Q", "–", "62.0", "–", "–", "–", "–"],
      ])
    #expect(
      text.hasPrefix(
        "Published figures from tables.md of the methods of experiment table: NMI, ACC"))
    #expect(text.contains("† published figure of the best of 2 trials"))
    #expect(!text.contains("Not run") && !text.contains("measured"))
    for format in [TableFormat.latex, .latexSiunitx] {
      let latex = table.rendered(as: format)
      #expect(latex.contains("\\label{tab:table-published}") && latex.contains("MoCo, from Q"))
    }
    #expect(
      try Self.objects(table).map { $0["kind"] as? String }
        == Array(repeating: "published", count: 4) + Array(repeating: "remark", count: 3))
    #expect(table.rendered(as: .csv).split(separator: "\n").count == 1 + 6)
  }

  @Test func `A variant stands for its method, and two experiments have a row once`() throws {
    let variant = TableMethod(
      name: "pica-wide", title: "PICA, wide", family: .deepClustering, variantOf: "pica")
    var other = Self.results(of: [variant])
    other.experiment = "other"
    let one = try ResultTable.published(in: Self.paper(), for: [other])
    #expect(one.methods.map(\.name) == ["pica"])
    let both = try ResultTable.published(in: Self.paper(), for: [Self.results(), other])
    #expect(both.methods.map(\.name) == ["pica", "moco"])
    #expect(
      both.rendered(as: .markdown).contains("of the methods of experiments table and other: NMI"))
  }

  @Test func `Without a published figure there is no table`() throws {
    #expect(throws: ReportError.nothingPublished(experiment: "table", file: "tables.md")) {
      try ResultTable.published(in: Self.paper(), for: [Self.results(of: [SampleRuns.scl])])
    }
    #expect(throws: ReportError.self) {
      try ResultTable.published(in: Self.paper(), for: [Self.results()], metrics: [.ami])
    }
  }
}
