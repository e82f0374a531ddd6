import Core
import Domain
import Records
import Reporting
import Testing

/// Which published rows a plan can be compared with, before anything is computed.
@Suite struct PlannedDiffTests {
  private static let paper = """
    | method | row | CIFAR-10 | STL-10 | source | protocol | note |
    |---|---|---|---|---|---|---|
    | kmeans | k-means | 8.7/22.9/4.9 | 12.5/19.2/6.1 | P | unknown | |
    | pica | PICA (mean) | 56.1/64.5/46.7 | - | P | mean | |
    | pica | PICA (best) | 59.1/69.6/51.2 | - | P | best | |
    | pica | PICA (short) | 40.1/50.6/31.2 | - | P | short | |
    | scl | SCL | - | - | - | unknown | no figure was found |
    | dac | DAC | 39.6/52.2/30.6 | - | P | unknown | |

    | protocol | statistic | trials | learns from | scored | image size | NMI | checkpoint | backbone | recipe |
    |---|---|---|---|---|---|---|---|---|---|
    | unknown | ? | ? | ? | ? | ? | ? | ? | ? | ? |
    | mean | mean | 3 | train+test | train+test | 32 | arithmetic | last | ResNet-34 | - |
    | best | best | 5 | train+test | train+test | 32 | arithmetic | last | ResNet-34 | - |
    | short | mean | 3 | train+test | train+test | 32 | arithmetic | last | ResNet-34 | epochs=20 |

    | key | source |
    |---|---|
    | P | a paper |
    """

  /// The planned runs of a row on CIFAR-10 or another benchmark, three seeds.
  private func planned(
    _ method: TableMethod, on benchmark: String = "cifar10",
    settings: [String: SettingValue] = [:], departures: [Departure]? = [],
    protocol: RunProtocol = RunProtocol(imageSize: 32), file: BenchmarkProvenance? = nil,
    result: RunOutcome.Result = .missing
  ) -> [RunOutcome] {
    (0..<3).map { seed in
      RunOutcome(
        benchmark: benchmark, method: method.name, seed: seed, result: result,
        recipe: RunRecipe(
          settings: settings, departures: departures, protocol: `protocol`, benchmarkFile: file))
    }
  }

  private func diff(_ methods: [TableMethod], _ runs: [RunOutcome]) throws -> PlannedDiff {
    try PlannedDiff(
      SampleRuns.table(methods, runs), against: PaperTables.parse(Self.paper, file: "tables.md"))
  }

  private static let network: [String: SettingValue] = [
    "depth": .integer(34), "width": .integer(64), "epochs": .integer(200),
  ]

  @Test func `The whole judgement as a terminal shows it`() throws {
    let expected = """
      Experiment table as planned, against tables.md. Data, recipe and protocol are judged, not scores.

      ### CIFAR-10

      | Method  | Compared with        | Reference      | Verdict                                      |
      | ------- | -------------------- | -------------- | -------------------------------------------- |
      | k-means | k-means, from P      | 8.7/22.9/4.9   | protocol unknown (1)                         |
      | PICA    | PICA (mean), from P  | 56.1/64.5/46.7 | comparable                                   |
      |         | PICA (best), from P  | 59.1/69.6/51.2 | not comparable: statistic (2)                |
      |         | PICA (short), from P | 40.1/50.6/31.2 | not comparable: epochs 200 instead of 20 (3) |
      | SCL     | –                    | –              | no published figure (4)                      |

      1. not stated in the source: recipe, statistic, training images, scored images, image size, checkpoint, normaliser of
         NMI
      2. statistic: published best of 5 trials, planned 3 seeds
      3. recipe: epochs 200 instead of 20
      4. SCL: no figure was found

      - Source P: a paper
      - Not prepared yet, and judged as if every published image were there: CIFAR-10
      - Published rows not planned here (--verbose lists them): CIFAR-10 1, STL-10 1

      Summary: comparable 1 of 4 published rows, 1 with an unknown protocol, 2 not comparable (recipe 1, statistic 1); 1
      planned without a published figure.

      """
    let diff = try diff(
      [SampleRuns.kMeans, SampleRuns.pica, SampleRuns.scl, SampleRuns.truth],
      planned(SampleRuns.kMeans) + planned(SampleRuns.pica, settings: Self.network)
        + planned(SampleRuns.scl) + planned(SampleRuns.truth))
    #expect(diff.markdown() == expected)
    #expect(diff.markdown(verbose: true).contains("Published but not planned here, CIFAR-10: DAC"))
  }

  @Test func `A prepared file is judged: missing images, and pixels that came as JPEG`() throws {
    func verdict(_ file: BenchmarkProvenance) throws -> [PlannedDiff.Line] {
      try diff(
        [SampleRuns.pica], planned(SampleRuns.pica, settings: Self.network, file: file)
      ).lines
    }
    let part = try verdict(SampleRuns.incomplete)[0]
    guard case .notComparable(let differences) = part.judgement else {
      Issue.record("\(part.judgement)")
      return
    }
    #expect(differences.map(\.description) == ["data: 9,353 of the 60,000 images of CIFAR-10"])
    let whole = try verdict(SampleRuns.complete)[0]
    #expect(whole.judgement == .comparable && !whole.isReEncoded)
    let copies = try verdict(SampleRuns.reEncoded)[0]
    #expect(copies.judgement == .comparable && copies.isReEncoded)
  }

  @Test func `A variant is judged against the row whose recipe it has`() throws {
    var short = SampleRuns.pica
    (short.name, short.variantOf) = ("pica-short", "pica")
    let lines = try diff(
      [short],
      planned(
        short, settings: Self.network.merging(["epochs": .integer(20)]) { $1 },
        departures: [Departure("epochs", value: .integer(20), standard: .integer(200))])
    ).lines
    #expect(lines.map(\.reference?.title) == ["PICA (short)"])
    #expect(lines.map(\.judgement) == [.comparable])
  }

  @Test func `Results change nothing: a failed, a stale and a finished run are judged as planned`()
    throws
  {
    let results: [RunOutcome.Result] = [
      .failed(reason: "out of memory"), .stale(reason: "epochs 20, now 200"),
      .damaged(reason: "no JSON"),
    ]
    for result in results {
      let diff = try diff(
        [SampleRuns.pica], planned(SampleRuns.pica, settings: Self.network, result: result))
      #expect(diff.counts.comparable == 1 && diff.counts.notComparable == 2, "\(result)")
    }
    // One of three seeds has finished: the best of five trials still needs five.
    var runs = planned(SampleRuns.kMeans)
    runs[0].result = .finished(SampleRuns.record(SampleRuns.kMeans, on: "cifar10", 8, 22, 4))
    #expect(try diff([SampleRuns.kMeans], runs).counts.unknownProtocol == 1)
  }

  @Test func `What cannot run, and a benchmark without figures, are said to be so`() throws {
    let diff = try diff(
      [SampleRuns.kMeans, SampleRuns.pica],
      planned(SampleRuns.kMeans, on: "rehearsal-stl10")
        + planned(SampleRuns.pica, result: .notApplicable(reason: "too few images")))
    #expect(diff.lines.map(\.judgement) == [.notApplicable("too few images")])
    #expect(diff.unpublished.map(\.benchmark) == ["rehearsal-stl10"])
    #expect(diff.markdown().contains("0 not comparable; 1 cannot run."))
  }

  @Test func `JSON has every reason and ends with the counts`() throws {
    let lines = try diff(
      [SampleRuns.pica], planned(SampleRuns.pica, settings: Self.network)
    ).jsonLines().split(separator: "\n")
    #expect(
      lines[0]
        == #"{"against":"tables.md","benchmark":"cifar10","caveats":[],"experiment":"table","kind":"planned","#
        + #""marks":[],"method":"pica","profile":"default","reasons":[],"#
        + #""reference":{"acc":64.5,"ari":46.7,"nmi":56.1},"row":"PICA (mean)","sources":["P"],"#
        + #""unit":"percent","unknown":[],"verdict":"comparable"}"#)
    #expect(
      lines[1].contains(#""reasons":["statistic: published best of 5 trials, planned 3 seeds"]"#))
    #expect(lines.last?.contains(#""comparable":1,"#) == true)
    #expect(lines.last?.contains(#""unprepared":["cifar10"]"#) == true)
  }
}
