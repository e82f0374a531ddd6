import Experiments
import Foundation
import Testing

/// Which combinations of benchmark, method and seed are run.
extension ExperimentsTests {
  private static let head = """
    benchmarks: [rehearsal, cifar10]
    methods: [kmeans, scl]
    seeds: 2

    """

  /// "cifar10 scl 0"
  private func combinations(_ text: String, profile: String? = nil) throws -> [String] {
    try read(text, profile: profile).combinations.map { "\($0.benchmark) \($0.row) \($0.seed)" }
  }

  @Test(arguments: [
    (
      "[{benchmark: cifar10}]",
      ["rehearsal kmeans 0", "rehearsal scl 0", "rehearsal kmeans 1", "rehearsal scl 1"]
    ),
    (
      "[{method: scl, benchmark: rehearsal}, {seed: [1, 7], method: [scl, kmeans]}]",
      ["rehearsal kmeans 0", "cifar10 kmeans 0", "cifar10 scl 0"]
    ),
  ])
  func `What is excluded is left out of the product`(
    _ exclusions: String, _ left: [String]
  ) throws {
    #expect(try combinations(Self.head + "exclude: \(exclusions)") == left)
  }

  @Test func `What is included is added once, with names that the lists do not have`() throws {
    let text = """
      benchmarks: [rehearsal]
      methods: [kmeans]
      exclude: [{seed: 0}]
      include:
        - {benchmark: [rehearsal, stl10], method: instdisc}
        - {benchmark: rehearsal, method: kmeans, seeds: 2}
        - {benchmark: rehearsal, method: kmeans, seed: 1}
      """
    #expect(
      try combinations(text) == [
        "rehearsal instdisc 0", "stl10 instdisc 0", "rehearsal kmeans 0", "rehearsal kmeans 1",
      ])
    let experiment = try read(text)
    #expect(experiment.benchmarks == ["rehearsal", "stl10"])
    #expect(experiment.methods == ["kmeans", "instdisc"] && experiment.seeds == [0, 1])
  }

  @Test(arguments: [
    ("exclude: [{benchmark: stl10}]", "exclude[0]", "this excludes nothing"),
    ("exclude: [{method: kmean}]", "exclude[0].method", "did you mean 'kmeans'?"),
    ("exclude: [{method: []}]", "exclude[0].method", "name at least one"),
    ("exclude: [{}]", "exclude[0]", "exclude everything"),
    ("exclude: [{sed: 1}]", "exclude[0].sed", "did you mean 'seed'?"),
    ("include: [{benchmark: cifar10}]", "include[0]", "'method' is missing"),
    ("include: [{method: scl}]", "include[0]", "'benchmark' is missing"),
    ("include: [{benchmark: cifar, method: scl}]", "include[0].benchmark", "'cifar10'?"),
    (
      "include: [{benchmark: cifar10, method: scl, seed: 1, seeds: 2}]", "include[0].seeds",
      "'seed' or 'seeds'"
    ),
  ])
  func `A combination that cannot be meant is refused`(
    _ text: String, _ key: String, _ problem: String
  ) {
    expectMistake(in: Self.head + text, line: 4, key: key, problem)
  }

  @Test func `An exclusion that a profile or a later file leaves nothing to is no mistake`() throws
  {
    let text =
      Self.head + "exclude: [{benchmark: cifar10}]\nprofiles: {one: {benchmarks: [rehearsal]}}"
    #expect(try combinations(text, profile: "one").count == 4)
    try write(text, to: "base.yaml")
    #expect(try combinations("extends: base.yaml\nbenchmarks: [rehearsal]").count == 4)
    let own = Self.head + "profiles: {one: {exclude: [{seed: 5}]}}"
    expectMistake(in: own, line: 4, key: "profiles.one.exclude[0]", "excludes nothing")
  }

  @Test func `A plan has the chosen combinations and needs no file of the others`() throws {
    let text = Self.head + "exclude: [{benchmark: cifar10}, {method: scl, seed: 1}]"
    let runs = try plan(read(text)).runs
    // SCL starts from its warm-up.
    #expect(
      runs.map { "\($0.method.description.name) \($0.seed)" }
        == ["kmeans 0", "scl-warmup 0", "scl 0", "kmeans 1"])
  }
}
