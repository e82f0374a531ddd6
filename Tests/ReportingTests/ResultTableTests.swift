import Domain
import Foundation
import Records
import Reporting
import Testing

@Suite struct ResultTableTests {
  @Test func `the Markdown table shows means, gaps, marks and what was left out`() throws {
    let expected = """
      Experiment table: NMI, ACC and ARI in per cent, mean ± sample standard deviation over 1 to 2 seeds; best of each column
      in bold.

      Protocol: trained on train+test, scored on train+test, last checkpoint, arithmetic NMI, 32 px images.

      | Method                   |  CIFAR-10† NMI |            ACC |            ARI |      n |
      | ------------------------ | -------------: | -------------: | -------------: | -----: |
      | **Classical**            |                |                |                |        |
      | k-means                  |      8.6 ± 0.1 |     22.9 ± 0.1 |      4.9 ± 0.0 |      2 |
      | **Deep clustering**      |                |                |                |        |
      | PICA                     |          50.0‡ |          60.0‡ |          40.0‡ | 1 of 2 |
      | **Semantic contrastive** |                |                |                |        |
      | SCL                      | **31.0 ± 1.4** | **42.0 ± 2.8** | **20.5 ± 0.7** |      2 |
      | **Controls**             |                |                |                |        |
      | True labels              |    100.0 ± 0.0 |    100.0 ± 0.0 |    100.0 ± 0.0 |      2 |

      | Method                   | STL-10§ NMI |    ACC |    ARI |      n |
      | ------------------------ | ----------: | -----: | -----: | -----: |
      | **Classical**            |             |        |        |        |
      | k-means                  |        12.0 |   19.0 |    6.0 | 1 of 2 |
      | **Deep clustering**      |             |        |        |        |
      | PICA                     |      failed | failed | failed |      – |
      | **Semantic contrastive** |             |        |        |        |
      | SCL                      |       stale |  stale |  stale |      – |
      | **Controls**             |             |        |        |        |
      | True labels              |         n/a |    n/a |    n/a |      – |

      - † CIFAR-10: 9,353 of 60,000 images, CIFAR-10 binary version
      - ‡ checkpoint chosen by labels
      - § STL-10: 200 generated images (rehearsal), not those of STL-10

      - A figure without ± is from one seed.
      - n = 1 of 2: PICA on CIFAR-10; k-means on STL-10.
      - Failed: PICA on CIFAR-10, seed 1: the loss became nan in epoch 3
      - Failed: PICA on STL-10, seed 0: killed by signal 9
      - Failed: PICA on STL-10, seed 1: killed by signal 9
      - Stale, left out: SCL on STL-10, seed 0: epochs 30, now 40
      - Other profile (quick), left out: k-means on STL-10, seed 1
      - n/a: True labels on STL-10: no labels
      - Not run, seed 1: SCL on STL-10.
      - Departs from the published experiments: 30 epochs instead of 200

      """
    #expect(try SampleRuns.mixedTable().rendered(as: .markdown, width: 120) == expected)
  }

  @Test func `A reason that stale runs share is given once`() throws {
    func stale(_ method: TableMethod, _ seed: UInt64, _ reason: String) -> RunOutcome {
      RunOutcome(
        benchmark: "stl10", method: method.name, seed: seed, result: .stale(reason: reason))
    }
    let images = "prepared from 200 images, now 13,000"
    let table = try SampleRuns.table(
      [SampleRuns.scl, SampleRuns.pica],
      [
        stale(SampleRuns.scl, 0, images), stale(SampleRuns.scl, 1, images),
        stale(SampleRuns.pica, 0, "epochs 30, now 40"), stale(SampleRuns.pica, 1, images),
      ], distance: [])
    let text = table.rendered(as: .markdown, width: 200)
    let lines = text.split(separator: "\n").filter { $0.contains("Stale") }
    #expect(
      lines.sorted() == [
        "- Stale, left out: PICA on STL-10, seed 0: epochs 30, now 40",
        "- Stale, left out: PICA on STL-10, seed 1; SCL on STL-10, seeds 0, 1: \(images)",
      ])
  }

  @Test func `a Markdown table is whole unless a terminal is too narrow for it`() throws {
    func headings(width: Int?) throws -> [String] {
      try SampleRuns.mixedTable().rendered(as: .markdown, width: width).split(separator: "\n")
        .map(String.init).filter { $0.hasPrefix("| Method") || $0.hasPrefix("|Method") }
    }
    let whole = try headings(width: nil)
    #expect(whole.count == 1)
    #expect(whole[0].contains("CIFAR-10† NMI") && whole[0].contains("STL-10§ NMI"))
    #expect(try headings(width: whole[0].count) == whole)
    #expect(try headings(width: whole[0].count - 1).count == 2)
    // A benchmark is never broken up.
    #expect(try headings(width: 20).count == 2)
  }

  @Test func `a terminal of 80 columns holds every line of a table, broken between words`() throws {
    let whole = try SampleRuns.mixedTable().rendered(as: .markdown)
    let narrow = try SampleRuns.mixedTable().rendered(as: .markdown, width: 80)
    #expect(whole.split(separator: "\n").contains { $0.count > 80 })
    for line in narrow.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    // The name of a benchmark that is too wide stands above its block.
    #expect(narrow.contains("**CIFAR-10**†\n\n|Method"))
    #expect(narrow.contains("|**31.0 ± 1.4**|**42.0 ± 2.8**|**20.5 ± 0.7**|"))
    let words = Set(whole.split { $0.isWhitespace || $0 == "|" })
    for word in narrow.split(whereSeparator: { $0.isWhitespace || $0 == "|" })
    where !word.hasPrefix("-") && !word.hasPrefix("**CIFAR") { #expect(words.contains(word)) }
  }

  @Test func `six rehearsals stand under their originals' names, in the papers' order`() throws {
    let names = [
      "rehearsal-tiny-imagenet", "rehearsal-stl10", "rehearsal-imagenet-dogs",
      "rehearsal-imagenet10", "rehearsal-cifar100", "rehearsal-cifar10",
    ]
    let text = try SampleRuns.table(
      [SampleRuns.scl],
      names.map { SampleRuns.finished(SampleRuns.record(SampleRuns.scl, on: $0, 1, 2, 3)) }
    ).rendered(as: .markdown)
    let heading = try #require(text.split(separator: "\n").first { $0.hasPrefix("| Method") })
    let titles = heading.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { $0.hasSuffix("NMI") }
    #expect(
      titles == [
        "CIFAR-10 (rehearsal) NMI", "CIFAR-100 (rehearsal) NMI", "STL-10 (rehearsal) NMI",
        "ImageNet-10 (rehearsal) NMI", "ImageNet-Dogs (rehearsal) NMI",
        "Tiny-ImageNet (rehearsal) NMI",
      ])
  }

  @Test func `a row that a benchmark does not plan has dashes there, in every format`() throws {
    let hot = TableMethod(name: "hot", title: "SCL, hot", family: .semantic, variantOf: "scl")
    let table = try SampleRuns.table(
      [hot, SampleRuns.scl],
      [
        SampleRuns.finished(SampleRuns.record(hot, on: "cifar10", 31, 41, 21)),
        SampleRuns.finished(SampleRuns.record(SampleRuns.scl, on: "cifar10", 30, 40, 20)),
        SampleRuns.finished(SampleRuns.record(SampleRuns.scl, on: "stl10", 30, 40, 20)),
      ])
    let lines = table.rendered(as: .markdown).split(separator: "\n").map(String.init)
    let rows = lines.filter { $0.hasPrefix("| SCL") }.map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    #expect(rows.count { $0.first == "SCL, hot" && $0.suffix(3) == ["–", "–", "–"] } == 1)
    #expect(!lines.contains { $0.contains("Not run") })
    for format in TableFormat.allCases {
      #expect(table.rendered(as: format).contains("SCL, hot"), "\(format)")
    }
  }

  @Test func `no line of six benchmarks is wider than the terminal`() throws {
    let runs = ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"]
      .flatMap { benchmark in
        [UInt64(0), 1].map { seed in
          SampleRuns.finished(
            SampleRuns.record(SampleRuns.moco, on: benchmark, seed: seed, 50 + Double(seed), 60, 40)
          )
        }
      }
    let text = try SampleRuns.table([SampleRuns.moco], runs)
      .rendered(as: .markdown, width: 120)
    let longest = text.split(separator: "\n").map(\.count).max() ?? 0
    #expect(longest <= 120)
    #expect(text.contains("Tiny-ImageNet NMI"))
  }

  @Test func `a mean has the sample standard deviation, not the best seed`() throws {
    let runs = [10.0, 20.0, 60.0].enumerated().map { seed, score in
      SampleRuns.finished(
        SampleRuns.record(SampleRuns.scl, on: "cifar10", seed: UInt64(seed), score, score, score))
    }
    let cell = try #require(
      try SampleRuns.table([SampleRuns.scl], runs).cell(benchmark: "cifar10", method: "scl"))
    let statistics = try #require(cell.statistics(of: .acc))
    // Mean 30; ((-20)^2 + (-10)^2 + 30^2) / 2 = 700.
    #expect(abs(statistics.mean - 30) < 1e-9)
    #expect(abs((statistics.standardDeviation ?? 0) - 700.squareRoot()) < 1e-9)
  }

  @Test func `A score that a finished run lacks is a dash`() throws {
    var trained = SampleRuns.record(SampleRuns.scl, on: "cifar10", 4, 5, 6)
    trained.metrics.scores?[.silhouette] = 0.125
    let pixels = SampleRuns.record(SampleRuns.kMeans, on: "cifar10", 1, 2, 3)
    let table = try ResultTable(
      ExperimentResults(experiment: "sample", profile: "default", records: [trained, pixels]),
      metrics: [.acc, .silhouette])
    let rows = TableLayout(table).groups.flatMap(\.rows)
    let figures = rows.map { $0.cells.flatMap(\.figures).map(\.text) }
    #expect(figures.contains(["5.0", "12.5"]) && figures.contains(["2.0", "–"]), "\(figures)")
  }

  @Test func `A figure that prints as less than the best is not bold`() throws {
    // 6.25 is printed as 6.2.
    let table = try SampleRuns.table(
      [SampleRuns.scl, SampleRuns.pica],
      [(SampleRuns.scl, 6.25), (SampleRuns.pica, 6.3)].map { method, score in
        SampleRuns.finished(SampleRuns.record(method, on: "cifar10", score, score, score))
      })
    let text = table.rendered(as: .markdown)
    #expect(text.contains("**6.3**") && text.contains(" 6.2 ") && !text.contains("**6.2**"))
  }

  @Test func `equal printed figures are equally bold, and a sole row is not`() throws {
    let tied = try SampleRuns.table(
      [SampleRuns.scl, SampleRuns.pica],
      [
        SampleRuns.finished(SampleRuns.record(SampleRuns.scl, on: "cifar10", 50.01, 60, 40)),
        SampleRuns.finished(SampleRuns.record(SampleRuns.pica, on: "cifar10", 50.04, 59, 41)),
      ]
    ).rendered(as: .markdown)
    #expect(tied.contains("| PICA                     |     **50.0** |     59.0 | **41.0** |"))
    #expect(tied.contains("| SCL                      |     **50.0** | **60.0** |     40.0 |"))
    let sole = try SampleRuns.table(
      [SampleRuns.scl],
      [SampleRuns.finished(SampleRuns.record(SampleRuns.scl, on: "cifar10", 50, 60, 40))])
    #expect(!sole.rendered(as: .markdown).contains("**50.0**"))
  }

  @Test func `a table of one seed says so`() throws {
    let table = try SampleRuns.table(
      [SampleRuns.scl],
      [SampleRuns.finished(SampleRuns.record(SampleRuns.scl, on: "cifar10", 50, 60, 40))])
    let text = table.rendered(as: .markdown)
    #expect(text.contains("in per cent, one seed;"))
    #expect(text.contains("One seed only: the figures have no spread over seeds."))
  }

  @Test func `a cell of another protocol than its column's is marked and not best`() throws {
    let wide = RunProtocol(train: .train, score: .test, imageSize: 224, nmi: .geometric)
    let text = try SampleRuns.table(
      [SampleRuns.kMeans, SampleRuns.scl, SampleRuns.pica],
      [
        SampleRuns.finished(SampleRuns.record(SampleRuns.kMeans, on: "cifar10", 1, 2, 3)),
        SampleRuns.finished(SampleRuns.record(SampleRuns.scl, on: "cifar10", 4, 5, 6)),
        SampleRuns.finished(
          SampleRuns.record(SampleRuns.pica, on: "cifar10", 7, 8, 9, protocol: wide)),
      ]
    ).rendered(as: .markdown)
    #expect(
      text.contains(
        "- † other protocol: trained on train, scored on test, image size 224 px, geometric NMI"))
    #expect(text.contains("7.0† |") && !text.contains("**7.0**") && text.contains("**4.0**"))
  }

  @Test func `an experiment that chooses by labels throughout is marked at its columns`() throws {
    let byLabels = RunProtocol(imageSize: 32, checkpoint: .bestByLabels)
    let text = try SampleRuns.table(
      [SampleRuns.scl],
      [
        SampleRuns.finished(
          SampleRuns.record(SampleRuns.scl, on: "cifar10", 4, 5, 6, protocol: byLabels))
      ]
    ).rendered(as: .markdown)
    #expect(text.contains("| CIFAR-10† NMI |"))
    #expect(text.contains("scored on train+test, checkpoint chosen by labels, arithmetic NMI"))
  }

  /// Runs of k-means, which does not train, and of methods that do, each with its checkpoint rule.
  private func table(_ checkpoints: [(TableMethod, CheckpointRule)]) throws -> ResultTable {
    try SampleRuns.table(
      checkpoints.map(\.0),
      checkpoints.map { method, rule in
        let runProtocol = RunProtocol(
          imageSize: 32, checkpoint: rule, evaluateEvery: rule == .bestByLabels ? 1 : nil)
        var record = SampleRuns.record(method, on: "cifar10", 4, 5, 6, protocol: runProtocol)
        record.timing.imagesPerSecond = method == SampleRuns.kMeans ? nil : 100
        return SampleRuns.finished(record)
      })
  }

  @Test func `where nothing trains nothing is chosen, and no mark says otherwise`() throws {
    let table = try table([
      (SampleRuns.kMeans, .last), (SampleRuns.pica, .bestByLabels),
      (SampleRuns.scl, .bestByLabels),
    ])
    let text = table.rendered(as: .markdown)
    #expect(text.contains("| CIFAR-10 NMI |"))
    #expect(text.contains("- † checkpoint chosen by labels") && !text.contains("‡"))
    let rows = text.split(separator: "\n")
    #expect(rows.contains { $0.hasPrefix("| k-means ") && !$0.contains("†") })
    for title in ["PICA", "SCL"] {
      #expect(rows.contains { $0.hasPrefix("| \(title) ") && $0.count { $0 == "†" } == 3 })
    }
    // What was chosen by labels is not the best beside what was not.
    #expect(!text.contains("**4.0**"))
  }

  @Test func `the last checkpoint among those chosen by labels is said where a method trains`()
    throws
  {
    let text = try table([
      (SampleRuns.moco, .last), (SampleRuns.pica, .bestByLabels),
      (SampleRuns.scl, .bestByLabels),
    ]).rendered(as: .markdown)
    #expect(text.contains("checkpoint chosen by labels"))
    #expect(text.contains("other protocol: last checkpoint"))
  }

  @Test func `a checkpoint chosen by labels is marked in every format`() throws {
    let table = try table([(SampleRuns.kMeans, .last), (SampleRuns.scl, .bestByLabels)])
    let marked: [TableFormat: String] = [
      .markdown: "4.0†", .latex: "4.0\\textsuperscript{\\dag{}}",
      .csv: "semantic,nmi,4.0,,1,1,4.0,4.0,finished,checkpoint chosen by labels;",
      .csvRuns: "semantic,0,nmi,4.0,identity,checkpoint chosen by labels;",
      .latexSiunitx: "4.0\\textsuperscript{\\dag{}}",
      .json: #""flags":["checkpoint chosen by labels","#,
    ]
    for format in TableFormat.allCases {
      let text = table.rendered(as: format)
      #expect(try text.contains(#require(marked[format])), "\(text)")
      #expect(text.contains("checkpoint chosen by labels"), "\(format)")
    }
  }

  @Test func `seeds of different data, settings or protocol have no common mean`() throws {
    let first = SampleRuns.finished(SampleRuns.record(SampleRuns.scl, on: "cifar10", 1, 2, 3))
    let onOtherData = SampleRuns.finished(
      SampleRuns.record(
        SampleRuns.scl, on: "cifar10", seed: 1, 1, 2, 3, file: SampleRuns.incomplete))
    #expect(
      throws: ReportError.mixedSeeds(
        benchmark: "cifar10", method: "scl", what: "benchmark file")
    ) { try SampleRuns.table([SampleRuns.scl], [first, onOtherData]) }
    let larger = SampleRuns.finished(
      SampleRuns.record(
        SampleRuns.scl, on: "cifar10", seed: 1, 1, 2, 3, protocol: RunProtocol(imageSize: 64)))
    #expect(
      throws: ReportError.mixedSeeds(benchmark: "cifar10", method: "scl", what: "protocol")
    ) { try SampleRuns.table([SampleRuns.scl], [first, larger]) }
    var record = SampleRuns.record(SampleRuns.scl, on: "cifar10", seed: 1, 1, 2, 3)
    record.settings = ["epochs": .integer(40)]
    #expect(
      throws: ReportError.mixedSeeds(benchmark: "cifar10", method: "scl", what: "settings")
    ) { try SampleRuns.table([SampleRuns.scl], [first, SampleRuns.finished(record)]) }
  }

  @Test func `repeated, misfiled and unknown runs are errors`() throws {
    let record = SampleRuns.record(SampleRuns.scl, on: "cifar10", 1, 2, 3)
    let run = SampleRuns.finished(record)
    #expect(throws: ReportError.repeatedRun(benchmark: "cifar10", method: "scl", seed: 0)) {
      try SampleRuns.table([SampleRuns.scl], [run, run])
    }
    #expect(throws: ReportError.misfiledRecord(benchmark: "stl10", method: "scl", seed: 0)) {
      try SampleRuns.table(
        [SampleRuns.scl],
        [RunOutcome(benchmark: "stl10", method: "scl", seed: 0, result: .finished(record))])
    }
    #expect(throws: ReportError.unknownMethod("scl", experiment: "table")) {
      try SampleRuns.table([SampleRuns.pica], [run])
    }
  }

  @Test func `the order of the runs changes nothing`() throws {
    let runs = (0..<4).map { seed in
      SampleRuns.finished(
        SampleRuns.record(
          SampleRuns.scl, on: "cifar10", seed: UInt64(seed), 10.1 + Double(seed) / 3, 20, 30))
    }
    let forwards = try SampleRuns.table([SampleRuns.scl], runs)
    let backwards = try SampleRuns.table([SampleRuns.scl], runs.reversed())
    for format in TableFormat.allCases {
      #expect(forwards.rendered(as: format) == backwards.rendered(as: format))
    }
  }

  @Test func `A mean outside the controls' scores is suspect, one within them is not`() throws {
    let chance = TableMethod(name: "random-labels", title: "Random labels", family: .control)
    func remarks(_ nmi: Double, _ acc: Double, _ ari: Double) throws -> [String] {
      let runs = [
        SampleRuns.record(SampleRuns.kMeans, on: "cifar10", nmi, acc, ari),
        SampleRuns.record(SampleRuns.truth, on: "cifar10", 100, 100, 100),
        SampleRuns.record(chance, on: "cifar10", 0, 10.5, 0),
      ].map(SampleRuns.finished)
      return try SampleRuns.table([SampleRuns.kMeans, SampleRuns.truth, chance], runs)
        .rendered(as: .markdown)
        .split(separator: "\n").map(String.init).filter { $0.contains("Suspect") }
    }
    #expect(try remarks(8.5, 22.8, 4.9).isEmpty)
    #expect(try remarks(100, 100, 100).isEmpty)
    // By chance a little below.
    #expect(try remarks(0, 10.2, -0.3).isEmpty)
    #expect(
      try remarks(8.5, 5, 101) == [
        "- Suspect: k-means on CIFAR-10: ACC 5.0 is outside the controls' range, 10.5 to 100.0",
        "- Suspect: k-means on CIFAR-10: ARI 101.0 is outside the controls' range, 0.0 to 100.0",
      ])
  }
}
