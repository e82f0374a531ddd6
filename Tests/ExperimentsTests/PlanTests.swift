import Experiments
import Foundation
import Records
import Testing

extension ExperimentsTests {
  private static let sweep = """
    benchmarks: [rehearsal]
    methods: [scl, kmeans]
    seeds: 2
    settings: {methods: {scl: {warmup_epochs: 0}}}
    """

  private func labels(_ plan: Plan) -> [String] {
    plan.runs.map { "\($0.row.name) \($0.seed)" }
  }

  @Test func `One seed of everything comes before the next, and what is quick comes first`() throws
  {
    #expect(
      labels(try plan(read(Self.sweep))) == ["kmeans 0", "scl 0", "kmeans 1", "scl 1"])
  }

  @Test func `Larger views take longer than the images' own size`() throws {
    func order(viewSize: Int) throws -> [String] {
      labels(
        try plan(
          read(
            """
            benchmarks: [rehearsal]
            methods: [cc, pica]
            seeds: 1
            settings:
              defaults: {epochs: 2}
              methods:
                cc: {view_size: \(viewSize)}
            """)))
    }
    #expect(try order(viewSize: 0) == ["cc 0", "pica 0"])
    #expect(try order(viewSize: 224) == ["pica 0", "cc 0"])
  }

  @Test(arguments: [
    ("method=scl", ["scl 0", "scl 1"]), ("seed=1,method=kmeans", ["kmeans 1"]),
    ("benchmark=rehearsal,seed=0", ["kmeans 0", "scl 0"]),
    ("method=scl,method=kmeans,seed=1", ["kmeans 1", "scl 1"]),
  ])
  func `A filter chooses by benchmark, method and seed`(
    _ filter: String, _ expected: [String]
  ) throws {
    #expect(labels(try plan(read(Self.sweep), only: filter)) == expected)
  }

  @Test func `A filter of an unknown name or another key is refused`() throws {
    let experiment = try read(Self.sweep)
    let error = #expect(throws: ExperimentError.self) {
      try plan(experiment, only: "method=kmean")
    }
    #expect(error?.description.contains("did you mean 'kmeans'?") == true)
    // A number is no slip of another.
    let seed = #expect(throws: ExperimentError.self) { try plan(experiment, only: "seed=9") }
    #expect(seed?.description.contains("no seed '9'; it has 0, 1") == true)
    for text in ["seeds=1", "method", "scl"] {
      #expect(throws: ExperimentError.self) { try RunFilter(parsing: text) }
    }
  }

  @Test(arguments: [
    ("benchmark=rehearsal,benchmark=nosuch@x", "the experiment has no benchmark 'nosuch@x'"),
    ("seed=0,seed=1@2", "the experiment has no seed '1@2'"),
  ])
  func `Only a method can be named like a run that others start from`(
    filter: String, problem: String
  ) throws {
    let experiment = try read(Self.sweep)
    let error = #expect(throws: ExperimentError.self) { try plan(experiment, only: filter) }
    #expect(error?.description.contains(problem) == true)
    let restricted = try #require(try RunFilter(parsing: filter).restricted(to: experiment))
    #expect(throws: Never.self) { try restricted.check([experiment]) }
  }

  @Test func `A run that nobody began is missing, one with a folder unfinished or failed`() throws {
    let experiment = try read(Self.sweep)
    let run = try plan(experiment, only: "method=scl,seed=0").runs[0]
    #expect(run.state == .missing)
    #expect(run.folder.path == folder + "/results/trial/rehearsal/scl/seed-0")
    try FileManager.default.createDirectory(
      atPath: run.folder.path, withIntermediateDirectories: true)
    #expect(try plan(experiment, only: "method=scl,seed=0").runs[0].state == .unfinished)
    let failure = RunFailure(
      identity: run.identity, kind: .outOfMemory, reason: "out of memory", lastLogLines: [])
    try failure.write(to: run.folder.failure)
    #expect(try plan(experiment, only: "method=scl,seed=0").runs[0].state == .failed(failure))
  }

  @Test func `Progress of other settings, or without a checkpoint, is no beginning`() throws {
    func run(_ overrides: [String] = []) throws -> PlannedRun {
      try plan(read(Self.sweep, overrides: overrides), only: "method=scl,seed=0").runs[0]
    }
    let begun = try run()
    try FileManager.default.createDirectory(
      atPath: begun.folder.path, withIntermediateDirectories: true)
    try RunActivity(
      identity: begun.identity,
      progress: RunProgress(phase: "training", epoch: 100, epochs: 200, fraction: 0.5, loss: 1),
      updatedAt: Date()
    ).write(to: begun.folder.progress)
    #expect(try run().doneFraction == 0)
    try Data().write(to: URL(fileURLWithPath: begun.folder.checkpoint))
    #expect(try run().doneFraction == 0.5)
    #expect(try run(["scl.temperature=0.2"]).doneFraction == 0)
  }

  @Test func `A failure is known without the benchmark's file`() throws {
    let experiment = try read(Self.sweep)
    let run = try plan(experiment, only: "method=scl,seed=0").runs[0]
    try FileManager.default.createDirectory(
      atPath: run.folder.path, withIntermediateDirectories: true)
    let failure = RunFailure(
      identity: run.identity, kind: .unsupported, reason: "it needs more images", lastLogLines: [],
      benchmarkContentHash: run.identityInputs.benchmarkContentHash)
    try failure.write(to: run.folder.failure)
    let reader = try Plan(
      experiment, options: RunOptions(data: folder + "/none", results: folder + "/results"),
      registry: .builtIn, filter: RunFilter(parsing: "method=scl,seed=0"), needsData: false)
    #expect(reader.runs[0].state == .failed(failure))
    #expect(!reader.runs[0].isToRun)
  }

  @Test func `Settings and seeds make another identity, threads do not`() throws {
    let experiment = try read(Self.sweep)
    func identity(_ overrides: [String] = [], seed: Int = 0) throws -> String {
      try plan(read(Self.sweep, overrides: overrides), only: "method=scl,seed=\(seed)")
        .runs[0].identity
    }
    let first = try identity()
    #expect(try identity() == first)
    #expect(try identity(["temperature=0.2"]) != first)
    #expect(try identity(seed: 1) != first)
    let double = try Plan(
      experiment,
      options: RunOptions(
        data: Self.data.get(), results: folder, precision: .float32, threads: 2),
      registry: .builtIn, filter: RunFilter(parsing: "method=scl,seed=0"))
    #expect(double.runs[0].identity == first)
  }

  @Test func `A benchmark file that is not there is named with its remedy`() throws {
    let error = #expect(throws: ExperimentError.self) {
      try Plan(
        read(Self.sweep), options: RunOptions(data: folder + "/empty"), registry: .builtIn)
    }
    #expect(error?.description.contains("'\(folder)/empty/rehearsal.h5'") == true)
    #expect(error?.description.contains("scl data prepare rehearsal") == true)
  }

  @Test func `Benchmarks of one's own that a file names are known before they are prepared`() throws
  {
    let text = "own_benchmarks: [lamps]\nbenchmarks: [rehearsal, lamps]\nmethods: [kmeans]\n"
    let experiment = try read(text)
    let error = #expect(throws: ExperimentError.self) { try plan(experiment) }
    #expect(
      error?.description.contains("lamps.h5': run 'scl data prepare lamps --as folders") == true)
    #expect(try plan(experiment, only: "benchmark=rehearsal").runs.count == 1)
    // Results can be read.
    let options = RunOptions(data: folder, results: folder + "/none")
    let runs = try Plan(experiment, options: options, registry: .builtIn, needsData: false).runs
    #expect(runs.map(\.benchmark.name) == ["rehearsal", "lamps"])
    // A file that extends this one knows them too.
    _ = try write(text, to: "lamps.yaml")
    #expect(
      try read("extends: lamps.yaml\nclusters: {lamps: 5}\n").benchmarks == ["rehearsal", "lamps"])
    for name in ["cifar10", "My lamps"] {
      #expect(throws: ExperimentError.self) {
        try read(text.replacing("[lamps]", with: "[\(name)]"))
      }
    }
  }

  @Test func `All benchmark files that are not there are named at once`() throws {
    let experiment = try read("benchmarks: [cifar10, rehearsal, stl10]\nmethods: [kmeans]\n")
    let error = #expect(throws: ExperimentError.self) { try plan(experiment) }
    guard case .missingBenchmarks(let missing) = error else {
      Issue.record("\(error.map { "\($0)" } ?? "no error")")
      return
    }
    #expect(missing.map(\.name) == ["cifar10", "stl10"])
  }

  @Test(arguments: [
    ("imagenet10", "score: test", ExperimentError.noImages(benchmark: "imagenet10", split: "test")),
    ("imagenet-dogs", "train: test", .noImages(benchmark: "imagenet-dogs", split: "test")),
    (
      "stl10", "score: train+test+unlabelled",
      .labelsInScoring(benchmark: "stl10", split: "train+test+unlabelled")
    ),
    (
      "stl10", "score: train+unlabelled",
      .labelsInScoring(benchmark: "stl10", split: "train+unlabelled")
    ),
  ])
  func `Splits that a benchmark lacks are refused before its file is there`(
    _ benchmark: String, _ choice: String, _ expected: ExperimentError
  ) throws {
    let text = "benchmarks: [\(benchmark)]\nmethods: [kmeans]\nprotocol: {\(choice)}\n"
    #expect(throws: expected) {
      try Plan(
        read(text), options: RunOptions(data: folder, results: folder), registry: .builtIn,
        needsData: false)
    }
  }

  @Test(arguments: [
    ("tiny-imagenet", "score: test"), ("imagenet10", "train: train+test"),
    ("stl10", "train: train+unlabelled"), ("cifar10", "train: train+unlabelled"),
  ])
  func `Splits that a benchmark has are planned`(_ benchmark: String, _ choice: String) throws {
    let text = "benchmarks: [\(benchmark)]\nmethods: [instdisc]\nprotocol: {\(choice)}\n"
    let plan = try Plan(
      read(text), options: RunOptions(data: folder, results: folder), registry: .builtIn,
      needsData: false)
    #expect(plan.runs.count == 1)
  }

  @Test func `Another image size than the file's is refused`() throws {
    let experiment = try read(Self.sweep + "\nprotocol: {image_size: 64}")
    let error = #expect(throws: ExperimentError.self) { try plan(experiment) }
    #expect(error?.description.contains("have 32 pixels a side") == true)
  }
}
