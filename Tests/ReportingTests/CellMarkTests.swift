import Domain
import Foundation
import Records
import Reporting
import Testing

/// What keeps a reader from taking a cell for more than it is, in every format.
@Suite struct CellMarkTests {
  /// A row for each state of a cell, all on CIFAR-10 with two planned seeds.
  static func table() throws -> ResultTable {
    func row(_ name: String) -> TableMethod {
      TableMethod(name: name, title: "Row \(name)", family: .contrastive)
    }
    func run(_ name: String, _ seed: UInt64, _ result: RunOutcome.Result) -> RunOutcome {
      RunOutcome(benchmark: "cifar10", method: name, seed: seed, result: result)
    }
    func finished(
      _ name: String, _ seed: UInt64, _ protocol: RunProtocol = RunProtocol(imageSize: 32),
      _ file: BenchmarkProvenance = SampleRuns.complete
    ) -> RunOutcome {
      SampleRuns.finished(
        SampleRuns.record(
          row(name), on: "cifar10", seed: seed, 10, 20, 5, protocol: `protocol`, file: file))
    }
    let large = RunProtocol(imageSize: 48)
    return try SampleRuns.table(
      ["plain", "failed", "stale", "damaged", "partial", "recoded", "foreign", "missing", "unable"]
        .map(row),
      [
        finished("plain", 0), finished("plain", 1),
        run("failed", 0, .failed(reason: "no memory")),
        run("failed", 1, .failed(reason: "no memory")),
        run("stale", 0, .stale(reason: "epochs 30")), run("stale", 1, .stale(reason: "epochs 30")),
        run("damaged", 0, .damaged(reason: "no JSON")),
        run("damaged", 1, .damaged(reason: "no JSON")),
        finished("partial", 0), run("partial", 1, .failed(reason: "signal 9")),
        finished("recoded", 0, RunProtocol(imageSize: 32), SampleRuns.reEncoded),
        finished("recoded", 1, RunProtocol(imageSize: 32), SampleRuns.reEncoded),
        finished("foreign", 0, large), finished("foreign", 1, large),
        run("missing", 0, .missing), run("missing", 1, .missing),
        run("unable", 0, .notApplicable(reason: "too few images")),
      ])
  }

  /// What readers see in the row, and the sentence that explains it.
  @Test(arguments: [
    ("failed", "failed", "Failed: Row failed on CIFAR-10, seed 0: no memory"),
    ("stale", "stale", "Stale, left out: Row stale on CIFAR-10, seeds 0, 1: epochs 30"),
    ("damaged", "damaged", "Damaged, left out: Row damaged on CIFAR-10, seed 0: no JSON"),
    ("partial", "1 of 2", "n = 1 of 2: Row partial on CIFAR-10."),
    ("missing", "–", "Not run, seeds 0, 1: Row missing on CIFAR-10."),
    ("unable", "n/a", "n/a: Row unable on CIFAR-10: too few images"),
    ("recoded", "†", "† CIFAR-10: re-encoded pixels, prepared from JPEG copies of the raw images"),
    ("foreign", "‡", "‡ other protocol: image size 48 px"),
  ])
  func `Markdown and LaTeX mark the cell and say why`(
    name: String, mark: String, sentence: String
  ) throws {
    let table = try Self.table()
    let markdown = table.rendered(as: .markdown)
    let row = try #require(markdown.split(separator: "\n").first { $0.contains("Row \(name) ") })
    #expect(row.contains(mark))
    let lines = markdown.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(lines.contains(sentence), "\(markdown)")
    for format in [TableFormat.latex, .latexSiunitx] {
      let latex = table.rendered(as: format)
      let signs = ["–": "--", "†": "\\dag{}", "‡": "\\ddag{}"]
      let row = try #require(latex.split(separator: "\n").first { $0.contains("Row \(name) &") })
      #expect(row.contains(signs[mark] ?? mark), "\(row)")
      let text = signs.reduce(sentence) {
        $0.replacing($1.key + " ", with: "\\textsuperscript{\($1.value)} ")
      }
      #expect(latex.contains(text), "\(latex)")
    }
  }

  /// What programs read: the state of the cell, and a flag.
  @Test(arguments: [
    ("failed", "failed", "seed 0 failed: no memory; seed 1 failed: no memory"),
    ("stale", "stale", "seed 0 stale: epochs 30"),
    ("damaged", "damaged", "seed 0 damaged: no JSON"),
    ("partial", "partial", "seed 1 failed: signal 9"),
    ("missing", "not run", "seed 0 not run; seed 1 not run"),
    ("unable", "n/a", "n/a: too few images"),
    ("recoded", "finished", "CIFAR-10: re-encoded pixels"),
    ("foreign", "finished", "other protocol: image size 48 px"),
  ])
  func `CSV and JSON have the state and a flag`(
    name: String, state: String, flag: String
  ) throws {
    let table = try Self.table()
    let csv = try #require(
      table.rendered(as: .csv).split(separator: "\n").first { $0.contains(",\(name),") })
    #expect(csv.contains(",\(state),") && csv.contains(flag), "\(csv)")
    let runs = table.rendered(as: .csvRuns).split(separator: "\n").filter {
      $0.contains(",\(name),") && $0.contains(",acc,")
    }
    #expect(runs.count == (name == "unable" ? 1 : 2))
    #expect(runs.allSatisfy { $0.contains(flag) }, "\(runs)")
    let json = try #require(
      table.rendered(as: .json).split(separator: "\n").first { $0.contains("\"\(name)\"") })
    let cell = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(cell["state"] as? String == state)
    let flags = try #require(cell["flags"] as? [String]).joined(separator: "; ")
    #expect(flags.contains(flag), "\(flags)")
  }

  @Test func `A published row of a best of trials is marked, and so is its difference`() throws {
    let paper = try PaperTables.parse(
      """
      | method | row | CIFAR-10 | source | protocol | note |
      |---|---|---|---|---|---|
      | pica | PICA | -/60.0/- | P | best | |
      | scl | SCL | -/61.0/- | P | mean | |
      | moco | MoCo | -/62.0/- | P | many | |

      | protocol | statistic | trials | learns from | scored | image size | NMI | checkpoint | backbone |
      |---|---|---|---|---|---|---|---|---|
      | best | best | 2 | train+test | train+test | 32 | arithmetic | last | - |
      | mean | mean | 2 | train+test | train+test | 32 | arithmetic | last | - |
      | many | best | ? | train+test | train+test | 32 | arithmetic | last | - |

      | key | source |
      |---|---|
      | P | a paper |
      """, file: "tables.md")
    let rows = [SampleRuns.pica, SampleRuns.moco, SampleRuns.scl]
    var table = try SampleRuns.table(
      rows,
      rows.flatMap { row in
        [(0, 57.0), (1, 59.0)].map { seed, acc in
          SampleRuns.finished(SampleRuns.record(row, on: "cifar10", seed: seed, 10, acc, 5))
        }
      })
    table.diff = TableDiff(table, against: paper)
    let lines = table.rendered(as: .markdown).split(separator: "\n").map {
      $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    func figure(_ title: String, after method: String) throws -> String {
      let start = try #require(lines.firstIndex { $0.first == method })
      return try #require(lines[start...].first { $0.first?.hasPrefix(title) == true })[2]
    }
    #expect(try figure("– published", after: "PICA") == "60.0†")
    #expect(try figure("– difference", after: "PICA") == "-1.0‡")
    #expect(try figure("– published", after: "MoCo + k-means") == "62.0§")
    #expect(try figure("– difference", after: "MoCo + k-means") == "(-4.0)")
    #expect(try figure("– published", after: "SCL") == "61.0")
    let text = table.rendered(as: .markdown)
    #expect(text.contains("† published figure of the best of 2 trials"))
    #expect(text.contains("‡ difference of the best of our first 2 seeds, by ACC, not of the mean"))
    #expect(text.contains("§ published figure of the best of an unknown number of trials"))
    for format in [TableFormat.latex, .latexSiunitx] {
      #expect(table.rendered(as: format).contains("60.0\\textsuperscript{\\dag{}}"))
    }
  }
}
