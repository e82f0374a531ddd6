import Core
import Domain
import Foundation
import Metrics
import Records
import Reporting
import Testing

@Suite struct TableDiffTests {
  private static let paper = """
    | method | row | CIFAR-10 | STL-10 | source | protocol | note |
    |---|---|---|---|---|---|---|
    | kmeans | k-means | 8.7/22.9/4.9 | 12.5/19.2/6.1 | P | unknown | |
    | pica | PICA (mean) | 50.0+-3.0/60.0/40.0 | - | P | like-ours | |
    | pica | PICA (best) | 59.1/69.6/51.2 | - | P | best | |
    | scl | SCL | - | - | - | unknown | no figure was found |
    | dac | DAC | 39.6/52.2/30.6 | - | P | unknown | |

    | protocol | statistic | learns from | scored | image size | NMI | checkpoint | backbone |
    |---|---|---|---|---|---|---|---|
    | unknown | ? | ? | ? | ? | ? | ? | ? |
    | like-ours | mean | train+test | train+test | 32 | geometric | last | ResNet-34 |
    | best | best | train | test | 224 | geometric | best-by-labels | ? |

    | key | source |
    |---|---|
    | P | a `paper` |
    """

  private func diff(
    _ methods: [TableMethod], _ runs: [RunOutcome], within: Double? = nil,
    distance: [String] = []
  ) throws -> TableDiff {
    try TableDiff(
      SampleRuns.table(methods, runs, distance: distance),
      against: PaperTables.parse(Self.paper, file: "tables.md"), within: within)
  }

  private func pica(
    _ nmi: Double, _ acc: Double, _ ari: Double, seed: UInt64 = 0,
    protocol: RunProtocol = RunProtocol(imageSize: 32),
    file: BenchmarkProvenance = SampleRuns.complete
  ) -> RunOutcome {
    SampleRuns.finished(
      SampleRuns.record(
        SampleRuns.pica, on: "cifar10", seed: seed, 0, acc, ari, geometricNMI: nmi,
        protocol: `protocol`, file: file))
  }

  private func verdicts(_ diff: TableDiff, row: String) -> [Verdict] {
    diff.comparisons.filter { $0.reference?.title == row }.map(\.verdict)
  }

  @Test func `the whole diff as a terminal shows it`() throws {
    let expected = """
      Experiment table, against tables.md. Reproduced: within 2 standard errors of the difference, but at least 1.0 and at
      most 3.0 points.

      ### CIFAR-10

      | Method  | Compared with       | Score |  Reference |       Measured | Difference | Verdict                                 |
      | ------- | ------------------- | ----- | ---------: | -------------: | ---------: | --------------------------------------- |
      | k-means | k-means, from P     | NMI   |        8.7 |            8.6 |       -0.1 | agrees, protocol unknown, one seed (1)  |
      |         |                     | ACC   |       22.9 |           20.0 |       -2.9 | differs, protocol unknown, one seed (2) |
      |         |                     | ARI   |        4.9 |            4.9 |        0.0 | agrees, protocol unknown, one seed (2)  |
      | PICA    | PICA (mean), from P | NMI   | 50.0 ± 3.0 |              – |            | failed (3)                              |
      |         |                     | ACC   |       60.0 |              – |            | failed (3)                              |
      |         |                     | ARI   |       40.0 |              – |            | failed (3)                              |
      |         | PICA (best), from P | NMI   |       59.1 |              – |            | failed (3)                              |
      |         |                     | ACC   |       69.6 |              – |            | failed (3)                              |
      |         |                     | ARI   |       51.2 |              – |            | failed (3)                              |
      | SCL     | –                   | all   |          – | 30.0/40.0/20.0 |            | no published figure (4)                 |

      ### STL-10

      | Method  | Compared with   | Score | Reference | Measured | Difference | Verdict |
      | ------- | --------------- | ----- | --------: | -------: | ---------: | ------- |
      | k-means | k-means, from P | NMI   |      12.5 |        – |            | not run |
      |         |                 | ACC   |      19.2 |        – |            | not run |
      |         |                 | ARI   |       6.1 |        – |            | not run |

      1. not stated in the source: recipe, statistic, training images, scored images, image size, checkpoint, normaliser of
         NMI
      2. not stated in the source: recipe, statistic, training images, scored images, image size, checkpoint
      3. killed by signal 9
      4. SCL: no figure was found

      - Source P: a paper
      - Departs from the published experiments: 30 epochs instead of 200
      - Controls, without published counterparts: True labels
      - Published rows not measured here (--verbose lists them): CIFAR-10 1

      Summary: reproduced 0 of 0 comparable, 0 not comparable; 3 with an unknown protocol (2 agree); 1 without a published
      figure; 9 without a result.

      """
    let diff = try diff(
      [SampleRuns.kMeans, SampleRuns.pica, SampleRuns.scl, SampleRuns.truth],
      [
        SampleRuns.finished(SampleRuns.record(SampleRuns.kMeans, on: "cifar10", 8.6, 20, 4.9)),
        RunOutcome(
          benchmark: "cifar10", method: "pica", seed: 0,
          result: .failed(reason: "killed by signal 9")),
        SampleRuns.finished(SampleRuns.record(SampleRuns.scl, on: "cifar10", 30, 40, 20)),
        SampleRuns.finished(SampleRuns.record(SampleRuns.truth, on: "cifar10", 100, 100, 100)),
        RunOutcome(benchmark: "stl10", method: "kmeans", seed: 0, result: .missing),
      ], distance: ["30 epochs instead of 200"])
    #expect(diff.markdown() == expected)
    #expect(
      diff.markdown(verbose: true).contains("- Published but not measured here, CIFAR-10: DAC\n"))
    // What nobody knows the protocol of decides nothing.
    #expect(!diff.hasFailures && diff.hasComparisons)
  }

  @Test func `a variant is not compared with a row of its own name`() throws {
    let variant = TableMethod(
      name: "pica", title: "SCL as PICA", family: .semantic, variantOf: "scl")
    let record = SampleRuns.record(variant, on: "cifar10", 50, 60, 40)
    let diff = try diff([variant], [SampleRuns.finished(record)])
    #expect(
      diff.comparisons.map(\.verdict) == [
        .noReference("a variant of scl; no published row has its settings")
      ])
    #expect(diff.unmeasured.first?.rows == ["k-means", "PICA (mean)", "PICA (best)", "DAC"])
    #expect(!diff.hasComparisons)
    // The same without a plan, as another results folder has it.
    let results = ExperimentResults(experiment: "x", profile: "default", records: [record])
    #expect(results.methods == [variant])
  }

  @Test func `a score within the given points is reproduced, one beyond differs`() throws {
    // Against 50.0, 60.0 and 40.0: 2.0, 2.1 and -2.0 points.
    let diff = try diff([SampleRuns.pica], [pica(52, 62.1, 38)], within: 2)
    #expect(verdicts(diff, row: "PICA (mean)") == [.reproduced, .differs, .reproduced])
    #expect(diff.comparisons[1].difference.map { abs($0 - 2.1) < 1e-9 } == true)
    #expect(diff.hasFailures)
  }

  @Test func `NMI is compared under the published row's normaliser`() throws {
    let diff = try diff([SampleRuns.pica], [pica(50, 60, 40)])
    // The run's arithmetic NMI is 0 here, its geometric one 50.
    #expect(diff.comparisons[0].verdict == .reproduced)
    // The table has no column for recipes.
    #expect(diff.comparisons[0].unknown == ["recipe"])
  }

  @Test func `a row of another protocol is not comparable, and the diff says in what`() throws {
    let diff = try diff(
      [SampleRuns.pica], [pica(59.1, 69.6, 51.2), pica(59.1, 69.6, 51.2, seed: 1)])
    let expected = [
      "statistic: published best of an unknown number of trials, measured mean over seeds",
      "training images: published train, measured train+test",
      "scored images: published test, measured train+test",
      "image size: published 224 px, measured 32 px",
      "checkpoint: published best-by-labels, measured last",
    ]
    #expect(verdicts(diff, row: "PICA (best)").map(\.reasons) == [expected, expected, expected])
  }

  /// A finished run of PICA on CIFAR-10 with these settings.
  private func pica(settings: [String: SettingValue]) -> RunOutcome {
    var record = SampleRuns.record(SampleRuns.pica, on: "cifar10", 50, 60, 40)
    record.settings = settings
    return SampleRuns.finished(record)
  }

  @Test func `what the network sees is compared, not the size of the benchmark's images`() throws {
    let settings: [String: SettingValue] = ["view_size": 224]
    let diff = try diff([SampleRuns.pica], [pica(settings: settings)])
    #expect(
      verdicts(diff, row: "PICA (mean)").first?.reasons
        == (["image size: published 32 px, measured 224 px"]))
    let best = try #require(verdicts(diff, row: "PICA (best)").first?.reasons)
    #expect(!best.isEmpty && !best.contains { $0.hasPrefix("image size") })
    // 0 stands for the image's own size.
    let own = try self.diff([SampleRuns.pica], [pica(settings: ["view_size": 0])])
    #expect(verdicts(own, row: "PICA (mean)").first == .reproduced)
  }

  @Test(
    arguments: [
      (["depth": "34", "width": 64], nil),
      (["depth": "18", "width": 64], "ResNet-18"),
      (["depth": "34", "width": 32], "ResNet-34 of width 32"),
    ] as [([String: SettingValue], String?)])
  func `another backbone is another protocol`(
    _ settings: [String: SettingValue], _ measured: String?
  ) throws {
    let diff = try diff([SampleRuns.pica], [pica(settings: settings)])
    #expect(
      verdicts(diff, row: "PICA (mean)").first?.reasons
        == (measured.map { ["backbone: published ResNet-34, measured \($0)"] } ?? []))
  }

  @Test func `a backbone that nobody knows is said to be unknown`() throws {
    var record = SampleRuns.record(SampleRuns.kMeans, on: "cifar10", 8.7, 22.9, 4.9)
    record.settings = ["depth": "18", "width": 64]
    let diff = try diff([SampleRuns.kMeans], [SampleRuns.finished(record)])
    #expect(diff.comparisons[1].unknown.contains("backbone"))
  }

  @Test func `one seed has no spread, and its verdict says so`() throws {
    let one = try diff([SampleRuns.pica], [pica(50, 60, 40)])
    #expect(one.comparisons[0].verdict == .reproduced)
    #expect(one.comparisons[0].verdictText == "reproduced, one seed")
    #expect(one.markdown().contains("| reproduced, one seed"))
    #expect(one.markdown().contains("reproduced 3 of 3 comparable (marked: one seed 3)"))
    let two = try diff([SampleRuns.pica], [pica(50, 60, 40), pica(50, 60, 40, seed: 1)])
    #expect(two.comparisons[0].verdictText == "reproduced" && two.comparisons[0].marks.isEmpty)
  }

  @Test func `a row of another method of the same id is not comparable`() throws {
    let paper = Self.paper.replacing(
      "| P | like-ours | |", with: "| P | like-ours | another method: Ward |")
    let diff = try TableDiff(
      SampleRuns.table([SampleRuns.pica], [pica(50, 60, 40)]),
      against: PaperTables.parse(paper, file: "tables.md"))
    #expect(verdicts(diff, row: "PICA (mean)").first?.reasons == (["method: Ward"]))
  }

  @Test func `generated and incomplete data are not comparable`() throws {
    let incomplete = try diff([SampleRuns.pica], [pica(50, 60, 40, file: SampleRuns.incomplete)])
    #expect(
      incomplete.comparisons[0].verdict.reasons
        == (["data: 9,353 of the 60,000 images of CIFAR-10"]))
    let generated = try diff([SampleRuns.pica], [pica(50, 60, 40, file: SampleRuns.rehearsal)])
    #expect(
      generated.comparisons[0].verdict.reasons
        == (["data: generated images (rehearsal), not those of CIFAR-10"]))
    #expect(!incomplete.hasFailures && !generated.hasFailures)
  }

  @Test func `a checkpoint chosen by labels is never compared as if it were the last`() throws {
    let byLabels = RunProtocol(imageSize: 32, checkpoint: .bestByLabels)
    let diff = try diff([SampleRuns.pica], [pica(50, 60, 40, protocol: byLabels)])
    #expect(
      diff.comparisons[0].verdict.reasons
        == (["checkpoint: published last, measured best-by-labels"]))
    let record = SampleRuns.record(
      SampleRuns.kMeans, on: "cifar10", 8.7, 22.9, 4.9, protocol: byLabels)
    let unknown = try self.diff([SampleRuns.kMeans], [SampleRuns.finished(record)])
    #expect(
      unknown.comparisons[0].verdict.reasons
        == (["checkpoint: measured best-by-labels, published unknown"]))
  }

  @Test func `published and measured checkpoints chosen by labels are like and like`() throws {
    let byLabels = RunProtocol(imageSize: 32, checkpoint: .bestByLabels, evaluateEvery: 1)
    let paper = Self.paper.replacing("| geometric | last |", with: "| geometric | best-by-labels |")
    func diff(_ runProtocol: RunProtocol) throws -> [Verdict] {
      verdicts(
        try TableDiff(
          SampleRuns.table([SampleRuns.pica], [pica(50, 60, 40, protocol: runProtocol)]),
          against: PaperTables.parse(paper, file: "tables.md")), row: "PICA (mean)")
    }
    #expect(try diff(byLabels) == [.reproduced, .reproduced, .reproduced])
    #expect(
      try diff(RunProtocol(imageSize: 32)).first?.reasons
        == (["checkpoint: published best-by-labels, measured last"]))
  }

  @Test func `a diff names the cells whose checkpoint was chosen by labels`() throws {
    func table(every epochs: Int?) throws -> ResultTable {
      let runProtocol = RunProtocol(
        imageSize: 32, checkpoint: epochs == nil ? .last : .bestByLabels, evaluateEvery: epochs)
      return try SampleRuns.table(
        [SampleRuns.pica], [pica(50, 60, 40, protocol: runProtocol)])
    }
    let remark = "Checkpoint chosen by labels: PICA on CIFAR-10"
    let same = try TableDiff(table(every: 1), against: table(every: 1))
    #expect(same.comparisons.allSatisfy { $0.verdict == .reproduced })
    #expect(same.markdown().contains(remark) && same.remarks.contains(remark))
    #expect(
      try !TableDiff(table(every: nil), against: table(every: nil)).markdown().contains(remark))
    let other = try TableDiff(table(every: 5), against: table(every: 1))
    #expect(
      other.comparisons[0].verdict.reasons
        == ([
          "checkpoint: control best-by-labels (evaluate_every 1), "
            + "treatment best-by-labels (evaluate_every 5)"
        ]))
  }

  @Test func `a method without a row has no published figure`() throws {
    let diff = try diff(
      [SampleRuns.moco],
      [SampleRuns.finished(SampleRuns.record(SampleRuns.moco, on: "cifar10", 1, 2, 3))])
    #expect(diff.comparisons.map(\.verdict) == [.noReference("tables.md has no row for moco")])
  }

  @Test func `stale and inapplicable cells keep their own verdicts`() throws {
    let diff = try diff(
      [SampleRuns.kMeans],
      [
        RunOutcome(
          benchmark: "cifar10", method: "kmeans", seed: 0, result: .stale(reason: "new data")),
        RunOutcome(
          benchmark: "stl10", method: "kmeans", seed: 0,
          result: .notApplicable(reason: "too large")),
      ])
    #expect(diff.comparisons[0].verdict == .noResult(.stale, "new data"))
    #expect(diff.comparisons[3].verdict == .noResult(.notApplicable, "too large"))
    #expect(!diff.hasFailures)
  }

  @Test func `JSON lines carry verdict, difference and what is unknown, and sum up`() throws {
    let record = SampleRuns.record(SampleRuns.kMeans, on: "cifar10", 8.5, 20.9, 4.9)
    let lines = try diff([SampleRuns.kMeans], [SampleRuns.finished(record)]).jsonLines()
      .split(separator: "\n")
    let objects = try lines.map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    #expect(objects[1]["verdict"] as? String == "differs, protocol unknown, one seed")
    #expect(objects[1]["difference"] as? Double == -2)
    #expect(objects[1]["reference"] as? Double == 22.9)
    #expect((objects[0]["unknown"] as? [String])?.contains("normaliser of NMI") == true)
    #expect(objects.last?["hasFailures"] as? Bool == false)
    #expect(objects.last?["hasComparisons"] as? Bool == true)
    #expect(
      objects.last?["verdicts"] as? [String: Int]
        == [
          "agrees, protocol unknown, one seed": 2, "differs, protocol unknown, one seed": 1,
        ])
    let unmeasured = try #require(objects.first { $0["kind"] as? String == "unmeasured" })
    #expect(unmeasured["benchmark"] as? String == "cifar10")
    #expect((unmeasured["rows"] as? [String])?.contains("DAC") == true)
  }
}

@Suite struct ResultsAgainstResultsTests {
  private func run(
    _ method: TableMethod, _ acc: Double, file: BenchmarkProvenance = SampleRuns.complete,
    profile: String = "default", on benchmark: String = "cifar10"
  ) -> RunOutcome {
    SampleRuns.finished(
      SampleRuns.record(method, on: benchmark, 10, acc, 20, profile: profile, file: file))
  }

  @Test func `shared cells are compared, the others listed by side`() throws {
    let control = try SampleRuns.table(
      [SampleRuns.kMeans, SampleRuns.pica], [run(SampleRuns.kMeans, 30), run(SampleRuns.pica, 40)])
    let treatment = try SampleRuns.table(
      [SampleRuns.kMeans, SampleRuns.scl], [run(SampleRuns.kMeans, 32), run(SampleRuns.scl, 50)])
    let diff = TableDiff(treatment, against: control)
    #expect(diff.comparisons.map(\.verdict) == [.reproduced, .differs, .reproduced])
    #expect(diff.comparisons[1].difference.map { abs($0 - 2) < 1e-9 } == true)
    #expect(
      diff.remarks == [
        "Without a result in the control: SCL on CIFAR-10",
        "Only in the control: PICA on CIFAR-10",
      ])
    #expect(diff.hasFailures)
    #expect(!TableDiff(treatment, against: control, within: 2.5).hasFailures)
    #expect(!TableDiff(control, against: control, within: 0).hasFailures)
  }

  @Test func `other data or another profile is not comparable`() throws {
    let control = try SampleRuns.table([SampleRuns.scl], [run(SampleRuns.scl, 30)])
    let treatment = try SampleRuns.table(
      [SampleRuns.scl],
      [run(SampleRuns.scl, 30, file: SampleRuns.incomplete, profile: "quick")], profile: "quick")
    #expect(
      TableDiff(treatment, against: control).comparisons[0].verdict.reasons
        == ([
          "profile: control default, treatment quick",
          "benchmark file: control aaaaaaaaaaaa, treatment bbbbbbbbbbbb",
        ]))
  }

  @Test func `another version of the method is told, and compared`() throws {
    let control = try SampleRuns.table([SampleRuns.scl], [run(SampleRuns.scl, 30)])
    var later = SampleRuns.record(SampleRuns.scl, on: "cifar10", 10, 30, 20)
    later.methodVersion = 2
    let treatment = try SampleRuns.table([SampleRuns.scl], [SampleRuns.finished(later)])
    let comparison = TableDiff(treatment, against: control).comparisons[0]
    #expect(comparison.verdict == .reproduced)
    #expect(
      comparison.caveats
        == ["the control is of version 1 of the method, the treatment of 2"])
  }

  @Test func `a cell that the treatment failed to give is a failed comparison, not a gap`() throws {
    let control = try SampleRuns.table([SampleRuns.scl], [run(SampleRuns.scl, 30)])
    let treatment = try SampleRuns.table(
      [SampleRuns.scl],
      [
        RunOutcome(
          benchmark: "cifar10", method: "scl", seed: 0, result: .failed(reason: "out of memory"))
      ])
    #expect(
      TableDiff(treatment, against: control).comparisons.map(\.verdict)
        == Array(repeating: .noResult(.failed, "out of memory"), count: 3))
  }
}
