import Core
import Experiments
import Foundation
import Testing

/// Ablations: rows that are a method with some settings changed.
extension ExperimentsTests {
  private static let ablation = """
    benchmarks: [rehearsal]
    methods: [without, scl, instdisc, short]
    variants:
      without:
        method: scl
        title: SCL without semantics
        settings: {semantic: false, warmup_epochs: 0}
      short: {method: instdisc, settings: {epochs: 3}}
      unlisted: {method: kmeans}
    settings:
      defaults: {epochs: 9}
      methods:
        scl: {warmup_epochs: 4, temperature: 0.2}
      combinations:
        rehearsal:
          scl: {batch_size: 32}
          short: {batch_size: 64}
    profiles:
      quick:
        settings:
          defaults: {epochs: 2}
          methods:
            scl: {warmup_epochs: 1}
      more:
        methods: [without]
        variants:
          without: {settings: {temperature: 0.5}}
          hot: {method: scl, settings: {temperature: 5}}
    """

  private func settings(
    _ row: String, profile: String? = nil, overrides: [String] = []
  ) throws -> [String: SettingValue] {
    let experiment = try read(Self.ablation, profile: profile, overrides: overrides)
    return try plan(experiment, only: "method=\(row)").runs.last?.settings ?? [:]
  }

  @Test func `A variant is a row of its own, with a title and its method`() throws {
    let rows = try read(Self.ablation).rows
    #expect(rows.map(\.name) == ["without", "scl", "instdisc", "short"])
    #expect(rows.map(\.variantOf) == ["scl", nil, nil, "instdisc"])
    #expect(rows[0].title == "SCL without semantics")
    #expect(rows[3].title == "InstDisc + k-means: short")
  }

  @Test func `A variant has its method's settings but those that it changes`() throws {
    let without = try settings("without")
    #expect(without["semantic"] == .boolean(false) && without["warmup_epochs"] == 0)
    #expect(without["epochs"] == 9 && without["temperature"] == 0.2, "its method's layers")
    #expect(without["batch_size"] == 32, "its method's layer on the benchmark")
    #expect(try settings("scl")["semantic"] == .boolean(true))
    let short = try settings("short")
    #expect(short["epochs"] == 3 && short["batch_size"] == 64)
    #expect(try settings("instdisc")["batch_size"] == 128)
  }

  @Test func `A variant stays one whatever is said of its method`() throws {
    let quick = try settings("without", profile: "quick", overrides: ["scl.warmup_epochs=2"])
    #expect(quick["warmup_epochs"] == 0 && quick["epochs"] == 2)
    #expect(try settings("scl", overrides: ["scl.warmup_epochs=2"])["warmup_epochs"] == 2)
    let named = try settings("without", overrides: ["without.warmup_epochs=3"])
    #expect(named["warmup_epochs"] == 3)
    #expect(try settings("scl", overrides: ["without.warmup_epochs=3"])["warmup_epochs"] == 4)
  }

  @Test func `Variants of one name are laid over each other`() throws {
    let without = try settings("without", profile: "more")
    #expect(without["temperature"] == 0.5 && without["semantic"] == .boolean(false))
    #expect(try read(Self.ablation, profile: "more").rows[0].title == "SCL without semantics")
  }

  @Test func `A variant has a folder of its own, and the identity of what it computes`() throws {
    let plan = try plan(read(Self.ablation))
    let run = try #require(plan.runs.first { $0.row.name == "without" })
    #expect(run.folder.path.hasSuffix("/trial/rehearsal/without/seed-0"))
    #expect(run.label == "rehearsal / without / seed 0")
    #expect(run.selector == "benchmark=rehearsal,method=without,seed=0")
    #expect(run.identityInputs.method == "scl")
    let overrides = ["semantic=false", "warmup_epochs=0"]
    let same = try self.plan(read(Self.ablation, overrides: overrides), only: "method=scl").runs
    #expect(same[0].identity == run.identity)
  }

  private static let head =
    "benchmarks: [rehearsal]\nmethods: [scl]\nvariants:\n  plain: {method: scl}\n"

  @Test(arguments: [
    (head + "  scl: {method: scl}", 5, "variants.scl", "give the variant a name of its own"),
    (head + "  Own: {method: scl}", 5, "variants.Own", "lower-case letters"),
    (head + "  other: {method: plain}", 5, "variants.other.method", "unknown method 'plain'"),
    (head + "  other: {title: x}", 5, "variants.other", "'method' is missing"),
    (head + "  other: {metod: scl}", 5, "variants.other.metod", "did you mean 'method'?"),
    (
      head + "  other: {method: kmeans, settings: {epochs: 3}}", 5,
      "variants.other.settings.epochs",
      "unknown key"
    ),
    (
      head + "settings: {methods: {plain: {epochs: 3}}}", 5, "settings.methods.plain",
      "its settings belong in variants.plain.settings"
    ),
    (
      head + "settings: {combinations: {rehearsal: {plain: {queue: 3}}}}", 5,
      "settings.combinations.rehearsal.plain.queue", "unknown key"
    ),
    (
      head + "profiles: {p: {variants: {plain: {method: instdisc}}}}", 5,
      "profiles.p.variants.plain.method", "a variant of scl already"
    ),
    (
      head + "profiles: {p: {variants: {own: {method: scl}}}}\ninclude:\n"
        + "  - {benchmark: rehearsal, method: own}", 7, "include[0].method", "unknown method 'own'"
    ),
    (
      "benchmarks: [rehearsal]\nmethods: [plan]\nvariants: {plain: {method: scl}}", 2, "methods[0]",
      "did you mean 'plain'?"
    ),
  ])
  func `A mistake in a variant is refused`(
    _ text: String, _ line: Int, _ key: String, _ problem: String
  ) {
    expectMistake(in: text, line: line, key: key, problem)
  }

  @Test func `A run of a variant is recorded under its name and read as finished`() throws {
    let text = """
      benchmarks: [rehearsal]
      methods: [one-start]
      variants:
        one-start: {method: kmeans, title: "k-means, one start", settings: {restarts: 1}}
      """
    let experiment = try read(text)
    let planned = try plan(experiment)
    try FileManager.default.createDirectory(
      atPath: planned.runs[0].folder.path, withIntermediateDirectories: true)
    try RunExecution(
      planned.runs[0], options: planned.options, experiment: experiment
    ).run()
    guard case .finished(let record) = try plan(experiment).runs[0].state else {
      Issue.record("not finished")
      return
    }
    #expect(record.method == "one-start" && record.variantOf == "kmeans")
    #expect(record.methodTitle == "k-means, one start" && record.methodFamily == .classical)
  }
}
