import Core
import Domain
import Foundation
import Metrics
import Records
import Reporting
import Testing

/// What the diff holds against what: a test for each rule of docs/diff.md.
@Suite struct LikeWithLikeTests {
  /// A row of PICA under a protocol; the columns after `backbone` are trials, candidates and recipe.
  private static func paper(
    _ values: String =
      "mean | train+test | train+test | 32 | geometric | last | ResNet-34 | 3 | - | -"
  ) throws -> PaperTables {
    try PaperTables.parse(
      """
      | method | row | CIFAR-10 | source | protocol | note |
      |---|---|---|---|---|---|
      | pica | PICA | 50.0+-3.0/60.0/40.0 | P | p | |

      | protocol | statistic | learns from | scored | image size | NMI | checkpoint | backbone | trials | candidates | recipe |
      |---|---|---|---|---|---|---|---|---|---|---|
      | p | \(values) |

      | key | source |
      |---|---|
      | P | a paper |
      """, file: "tables.md")
  }

  private static func run(
    _ acc: Double = 60, nmi: Double = 50, seed: UInt64 = 0, method: TableMethod = SampleRuns.pica,
    departures: [Departure]? = [], settings: [String: SettingValue] = ["depth": "34", "width": 64],
    protocol: RunProtocol = RunProtocol(imageSize: 32),
    file: BenchmarkProvenance = SampleRuns.complete, on benchmark: String = "cifar10"
  ) -> RunOutcome {
    var record = SampleRuns.record(
      method, on: benchmark, seed: seed, nmi, acc, 40, departures: departures,
      protocol: `protocol`, file: file)
    record.settings = settings
    return SampleRuns.finished(record)
  }

  private static func diff(
    _ runs: [RunOutcome], _ paper: PaperTables? = nil, methods: [TableMethod] = [SampleRuns.pica],
    within: Double? = nil
  ) throws -> TableDiff {
    try TableDiff(
      SampleRuns.table(methods, runs), against: paper ?? Self.paper(), within: within)
  }

  private static func reasons(_ diff: TableDiff) -> [String] {
    diff.comparisons.first?.verdict.reasons ?? []
  }

  // MARK: - Recipe

  private static let short = [
    Departure("batch_size", value: 64, standard: 256),
    Departure("blur", value: 0.5, standard: 0.0),
    Departure("epochs", value: 20, standard: 1000),
    Departure("learning_rate", value: 0.03, standard: 0.001),
    Departure("optimiser", value: "sgd", standard: "adam"),
    Departure("simclr.epochs", value: 20, standard: 500),
    Departure("width", value: 32, standard: 64),
  ]

  @Test func `a setting that is not the method's default is another recipe, most telling first`()
    throws
  {
    let settings: [String: SettingValue] = ["depth": "34", "width": 32, "epochs": 20]
    let diff = try Self.diff([Self.run(departures: Self.short, settings: settings)])
    #expect(
      Self.reasons(diff) == [
        "recipe: epochs 20 of 1000, simclr.epochs 20 of 500, width 32 of 64, batch_size 64 of 256, "
          + "optimiser sgd instead of adam, learning_rate 0.03 instead of 0.001, blur 0.5 instead of 0.0",
        "backbone: published ResNet-34, measured ResNet-34 of width 32",
      ])
    #expect(!diff.hasFailures && !diff.hasComparisons)
  }

  @Test func `a terminal gets the first settings and the number of the others, JSON all of them`()
    throws
  {
    let settings: [String: SettingValue] = ["depth": "34", "width": 32, "epochs": 20]
    let diff = try Self.diff([Self.run(departures: Self.short, settings: settings)])
    let text = diff.markdown().replacing("\n   ", with: " ")
    #expect(text.contains("not comparable: epochs 20 of 1000, ... (1, 2)"))
    #expect(
      text.contains(
        "width 32 of 64, batch_size 64 of 256, optimiser sgd instead of adam, and 2 more"))
    #expect(!text.contains("blur"))
    let line = try #require(diff.jsonLines().split(separator: "\n").first)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect((object["reasons"] as? [String])?.first?.contains("blur 0.5 instead of 0.0") == true)
    let departures = try #require(object["departures"] as? [[String: Any]])
    #expect(departures.count == 7 && departures[0]["name"] as? String == "epochs")
    #expect(departures[0]["value"] as? Int == 20 && departures[0]["default"] as? Int == 1000)
  }

  @Test func `one departure stands alone in its verdict`() throws {
    let epochs = [Departure("epochs", value: 20, standard: 1000)]
    let diff = try Self.diff([Self.run(departures: epochs)])
    #expect(diff.markdown().contains("not comparable: epochs 20 of 1000 (1)"))
    #expect(Self.reasons(diff) == ["recipe: epochs 20 of 1000"])
  }

  @Test func `a record that does not say what it departs from is not compared`() throws {
    #expect(Self.reasons(try Self.diff([Self.run(departures: nil)])) == ["recipe: not recorded"])
  }

  @Test func `a row's own recipe is what its protocol lists, and has to be met exactly`() throws {
    let paper = try Self.paper(
      "mean | train+test | train+test | 32 | geometric | last | ? | 3 | - | depth=34, epochs=1000")
    let own = [
      Departure("depth", value: "34", standard: "18"),
      Departure("epochs", value: 1000, standard: 200),
    ]
    let settings: [String: SettingValue] = ["depth": "34", "width": 64, "epochs": 1000]
    #expect(
      Self.reasons(try Self.diff([Self.run(departures: own, settings: settings)], paper)) == [])
    // The method's defaults are then another recipe.
    let defaults: [String: SettingValue] = ["depth": "18", "width": 64, "epochs": 200]
    #expect(
      Self.reasons(try Self.diff([Self.run(settings: defaults)], paper)) == [
        "recipe: epochs 200 of 1000, depth 18 instead of 34"
      ])
    // One more is too much.
    let more = own + [Departure("width", value: 32, standard: 64)]
    let wide = settings.merging(["width": 32]) { $1 }
    #expect(
      Self.reasons(try Self.diff([Self.run(departures: more, settings: wide)], paper)) == [
        "recipe: width 32 of 64"
      ])
  }

  @Test func `the network is judged by the published backbone where that is known`() throws {
    let deeper = [Departure("depth", value: "34", standard: "18")]
    #expect(Self.reasons(try Self.diff([Self.run(departures: deeper)])) == [])
    let unknown = try Self.paper(
      "mean | train+test | train+test | 32 | geometric | last | ? | 3 | - | -")
    #expect(
      Self.reasons(try Self.diff([Self.run(departures: deeper)], unknown)) == [
        "recipe: depth 34 instead of 18"
      ])
    // So is the size of what it sees.
    let size = [Departure("view_size", value: 0, standard: 224)]
    #expect(Self.reasons(try Self.diff([Self.run(departures: size)])) == [])
  }

  @Test func `a variant is compared with the rows whose recipe it has, and with no others`() throws
  {
    let variant = TableMethod(
      name: "pica-34", title: "PICA, ResNet-34", family: .deepClustering, variantOf: "pica")
    let deeper = [Departure("depth", value: "34", standard: "18")]
    let like = try Self.diff([Self.run(method: variant, departures: deeper)], methods: [variant])
    #expect(like.comparisons.map(\.verdict) == [.reproduced, .reproduced, .reproduced])
    #expect(like.comparisons[0].reference?.title == "PICA" && like.unmeasured.isEmpty)
    let other = deeper + [Departure("epochs", value: 20, standard: 200)]
    let unlike = try Self.diff([Self.run(method: variant, departures: other)], methods: [variant])
    #expect(
      unlike.comparisons.map(\.verdict) == [
        .noReference("a variant of pica; no published row has its settings")
      ])
    // Another checkpoint is no other recipe: it is compared, and the difference is said.
    let chosen = Self.run(
      method: variant, departures: deeper,
      protocol: RunProtocol(imageSize: 32, checkpoint: .bestByLabels, evaluateEvery: 1))
    #expect(
      Self.reasons(try Self.diff([chosen], methods: [variant])) == [
        "checkpoint: published last, measured best-by-labels"
      ])
  }

  // MARK: - Protocol

  @Test(
    arguments: [
      ("32", "train+test", true), ("?", "train+test", false), ("32", "?", false), ("?", "?", false),
    ])
  func `a protocol is known where scored images and image size are`(
    size: String, score: String, isKnown: Bool
  ) throws {
    let paper = try Self.paper(
      "mean | train+test | \(score) | \(size) | geometric | last | ResNet-34 | 3 | - | -")
    let diff = try Self.diff([Self.run(61), Self.run(61, seed: 1)], paper)
    #expect(
      diff.comparisons[1].verdictText
        == (isKnown ? "reproduced" : "agrees, protocol unknown"))
    // What differs is known to differ all the same.
    let test = Self.run(protocol: RunProtocol(score: .test, imageSize: 28))
    #expect(!Self.reasons(try Self.diff([test], paper)).isEmpty == (size != "?" || score != "?"))
  }

  @Test(arguments: [CheckpointRule.bestByLabels, .lowestLoss])
  func `a choice among every epoch is not one among every fiftieth`(rule: CheckpointRule) throws {
    func reasons(_ candidates: String, every: Int) throws -> [String] {
      let paper = try Self.paper(
        "mean | train+test | train+test | 32 | geometric | \(rule.rawValue) | ResNet-34 | 3 "
          + "| \(candidates) | -")
      let chosen = RunProtocol(imageSize: 32, checkpoint: rule, evaluateEvery: every)
      let diff = try Self.diff([Self.run(protocol: chosen)], paper)
      #expect(
        diff.comparisons[0].unknown.contains("checkpoint candidates") == (candidates == "?"))
      return Self.reasons(diff)
    }
    #expect(try reasons("1", every: 1) == [])
    #expect(
      try reasons("1", every: 50) == [
        "checkpoint candidates: published every epoch, measured every 50 epochs"
      ])
    #expect(try reasons("?", every: 50) == [])
  }

  // MARK: - Tolerance

  @Test func `the tolerance is twice the standard error of the difference, within 1 to 3 points`() {
    typealias Spread = Tolerance.Spread
    let tolerance = Tolerance.standardErrors
    #expect(tolerance.limit([]) == 1)
    // 2 sqrt(2^2 / 4 + 3^2 / 9)
    let both = [Spread(deviation: 2, count: 4), Spread(deviation: 3, count: 9)]
    #expect(abs(tolerance.limit(both) - 2 * 2.0.squareRoot()) < 1e-12)
    #expect(tolerance.limit([Spread(deviation: 0.1, count: 3)]) == 1)
    #expect(tolerance.limit([Spread(deviation: 9, count: 2)]) == 3)
    #expect(Tolerance.points(2).limit(both) == 2)
  }

  @Test func `both sides' trials count, and what the cap takes away is said`() throws {
    // ACC 59 and 61: s = sqrt 2, n = 2; nothing is published of the spread of ACC.
    let diff = try Self.diff([Self.run(59), Self.run(61, seed: 1)])
    #expect(diff.comparisons.map { $0.tolerance.map { ($0 * 1e6).rounded() / 1e6 } } == [3, 2, 1])
    // NMI: t = 3 over 3 trials allows 2 sqrt 3 = 3.46.
    #expect(
      diff.comparisons[0].caveats == [
        "the spread would allow 3.5 points, but the cap is 3.0; more seeds would settle it"
      ])
    #expect(diff.comparisons[0].reference?.trials == 3)
    // A deviation of 9 reproduces nothing within 18 points.
    let wild = try Self.diff([Self.run(60), Self.run(78, seed: 1)])
    #expect(wild.comparisons[1].verdict == .differs && wild.comparisons[1].tolerance == 3)
  }

  @Test func `an unknown number of trials is taken as five, and said`() throws {
    let paper = try Self.paper(
      "mean | train+test | train+test | 32 | geometric | last | ResNet-34 | ? | - | -")
    let diff = try Self.diff([Self.run(), Self.run(seed: 1)], paper)
    let tolerance = try #require(diff.comparisons[0].tolerance)
    #expect(abs(tolerance - 2 * (9.0 / 5).squareRoot()) < 1e-9)
    #expect(
      diff.comparisons[0].caveats == [
        "the number of published trials is unknown; 5 are assumed"
      ])
    #expect(diff.comparisons[1].caveats.isEmpty)
  }

  // MARK: - Statistics

  @Test func `the best of trials is compared with our best of as many seeds, and marked`() throws {
    func paper(_ trials: String) throws -> PaperTables {
      try Self.paper(
        "best | train+test | train+test | 32 | geometric | last | ResNet-34 | \(trials) | - | -")
    }
    let runs = [(58, 48), (60.5, 50), (55, 45), (70, 60)].enumerated().map {
      Self.run($1.0, nmi: $1.1, seed: UInt64($0))
    }
    let diff = try Self.diff(runs, try paper("3"))
    // The fourth seed is not among the first three, and the best one's NMI goes with its accuracy.
    #expect(diff.comparisons.map { $0.measured.values.first?.mean } == [50, 60.5, 40])
    #expect(diff.comparisons[1].verdictText == "reproduced, best of 3 seeds")
    #expect(diff.comparisons[1].tolerance == 1)
    #expect(
      Self.reasons(try Self.diff(runs, try paper("5"))) == [
        "statistic: published best of 5 trials, measured 4 seeds"
      ])
    #expect(
      Self.reasons(try Self.diff(runs, try paper("?"))) == [
        "statistic: published best of an unknown number of trials, measured mean over seeds"
      ])
  }

  @Test func `a mean over the heads of one run is another quantity`() throws {
    let paper = try Self.paper(
      "mean-of-heads | train+test | train+test | 32 | geometric | last | ResNet-34 | 1 | - | -")
    #expect(
      Self.reasons(try Self.diff([Self.run()], paper)) == [
        "statistic: published mean over the heads of one run, measured one seed"
      ])
  }

  // MARK: - Pixels

  @Test func `nothing is reproduced from re-encoded pixels without saying so`() throws {
    let runs = [
      Self.run(file: SampleRuns.reEncoded), Self.run(seed: 1, file: SampleRuns.reEncoded),
    ]
    let diff = try Self.diff(runs)
    #expect(diff.comparisons[1].verdictText == "reproduced, re-encoded pixels")
    let text = diff.markdown()
    #expect(text.contains("- Re-encoded pixels: PICA on CIFAR-10"))
    #expect(text.contains("reproduced 3 of 3 comparable (marked: re-encoded pixels 3)"))
    #expect(!text.contains("| reproduced |") && !diff.jsonLines().contains("\"reproduced\"}"))
    #expect(diff.jsonLines().contains("\"verdict\":\"reproduced, re-encoded pixels\""))
    let table = try SampleRuns.table([SampleRuns.pica], runs)
    for format in TableFormat.allCases {
      #expect(table.rendered(as: format).contains("re-encoded pixels"), "\(format)")
    }
    #expect(try !Self.diff([Self.run()]).markdown().lowercased().contains("re-encoded"))
  }

  // MARK: - Checkpoints

  @Test func `the lowest loss is marked in tables, and named by the diff`() throws {
    let lowest = RunProtocol(imageSize: 32, checkpoint: .lowestLoss, evaluateEvery: 1)
    let runs = [Self.run(protocol: lowest)]
    let table = try SampleRuns.table([SampleRuns.pica], runs)
    for format in TableFormat.allCases {
      #expect(table.rendered(as: format).contains("lowest-loss checkpoint"), "\(format)")
    }
    let diff = try Self.diff(runs)
    #expect(diff.markdown().contains("- Lowest-loss checkpoint: PICA on CIFAR-10"))
    #expect(Self.reasons(diff) == ["checkpoint: published last, measured lowest-loss"])
  }

  // MARK: - The end

  @Test func `the end counts each score once, under its first reason`() throws {
    let epochs = [Departure("epochs", value: 20, standard: 1000)]
    let chosen = RunProtocol(imageSize: 32, checkpoint: .bestByLabels, evaluateEvery: 1)
    let both = Self.run(departures: epochs, protocol: chosen)
    #expect(
      try Self.diff([both]).summary.text
        == "reproduced 0 of 0 comparable, 3 not comparable (recipe 3)")
    let one = try Self.diff([Self.run(70)]).summary
    #expect(
      one.text
        == "reproduced 2 of 3 comparable (marked: one seed 2), 0 not comparable")
    let last = try #require(try Self.diff([both]).jsonLines().split(separator: "\n").last)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any])
    #expect(object["notComparable"] as? Int == 3 && object["comparable"] as? Int == 0)
    #expect(object["reasons"] as? [String: Int] == ["recipe": 3])
  }

  @Test func `benchmarks of which nothing is published take one line together`() throws {
    let runs = ["lamps", "rehearsal-stl10"].flatMap { benchmark in
      [SampleRuns.pica, SampleRuns.kMeans].map { Self.run(method: $0, on: benchmark) }
    }
    let diff = try Self.diff(runs, methods: [SampleRuns.pica, SampleRuns.kMeans])
    #expect(diff.comparisons.isEmpty && !diff.hasComparisons)
    #expect(
      diff.markdown().contains(
        "- Without any published figure: STL-10 (rehearsal), lamps (4 cells)\n"))
    #expect(diff.markdown().contains("Nothing to compare."))
    #expect(diff.unpublished.map(\.methods) == [["k-means", "PICA"], ["k-means", "PICA"]])
    #expect(diff.jsonLines().contains("\"kind\":\"unpublished\""))
  }

  // MARK: - Against other results

  @Test func `other settings than the control's are said, and the scores compared all the same`()
    throws
  {
    let control = try SampleRuns.table([SampleRuns.pica], [Self.run(settings: ["epochs": 30])])
    let treatment = try SampleRuns.table([SampleRuns.pica], [Self.run(settings: ["epochs": 20])])
    let diff = TableDiff(treatment, against: control)
    #expect(diff.comparisons[0].verdictText == "reproduced, one seed")
    #expect(
      diff.markdown().contains("settings that differ from the other results: epochs 20 of 30"))
    #expect(!TableDiff(control, against: control).markdown().contains("compared with the other"))
  }
}
