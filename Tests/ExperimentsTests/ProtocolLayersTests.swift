import Benchmarks
import Domain
import Experiments
import Foundation
import Records
import Testing

extension ExperimentsTests {
  private static let layered = """
    benchmarks: [rehearsal, stl10]
    methods: [simclr, iic, scan, plain-iic]
    variants:
      plain-iic: {method: iic}
    protocol:
      train: test
      nmi: geometric
      benchmarks:
        stl10: {train: train+test, image_size: 64}
      methods:
        iic: {score: test}
        scan: {train: train, score: test}
      combinations:
        stl10:
          iic: {train: train+test+unlabelled}
          plain-iic: {train: train}
    profiles:
      quick:
        protocol: {train: train+test}
    """

  private func runProtocol(
    _ row: String, on name: String, profile: String? = nil
  ) throws -> RunProtocol {
    let experiment = try read(Self.layered, profile: profile)
    let row = try #require(experiment.rows.first { $0.name == row })
    return experiment.runProtocol(of: row, on: try BenchmarkDefinition.named(name))
  }

  @Test func `Each layer of the protocol wins over the one before`() throws {
    let simclr = try runProtocol("simclr", on: "rehearsal")
    #expect(simclr.train == .test && simclr.score == .trainAndTest, "for all, and missing")
    #expect(simclr.imageSize == 32 && simclr.nmi == .geometric, "the benchmark's own size")
    let larger = try runProtocol("simclr", on: "stl10")
    #expect(larger.train == .trainAndTest && larger.imageSize == 64, "benchmark")
    #expect(larger.nmi == .geometric, "the same for the whole table")
    #expect(try runProtocol("iic", on: "rehearsal").score == .test, "method")
    #expect(try runProtocol("scan", on: "stl10").train == .train, "method over benchmark")
    let iic = try runProtocol("iic", on: "stl10")
    #expect(iic.train == .everything && iic.score == .test, "benchmark and method over method")
    let variant = try runProtocol("plain-iic", on: "stl10")
    #expect(variant.train == .train && variant.score == .test, "a variant over its method")
    #expect(try runProtocol("plain-iic", on: "rehearsal").score == .test, "as its method")
    let later = try runProtocol("iic", on: "stl10", profile: "quick")
    #expect(later.train == .trainAndTest && later.score == .test, "a later layer over all keys")
    #expect(later.nmi == .geometric)
  }

  @Test(arguments: [
    ("methods: {iicc: {train: train}}", "protocol.methods.iicc", "did you mean 'iic'?"),
    ("methods: {iic: {nmi: geometric}}", "protocol.methods.iic.nmi", "unknown key"),
    ("benchmarks: {stl: {train: train}}", "protocol.benchmarks.stl", "did you mean 'stl10'?"),
    (
      "combinations: {stl10: {iic: {train: all}}}", "protocol.combinations.stl10.iic.train",
      "unknown value"
    ),
  ])
  func `A mistake in a layer of the protocol is refused with its key`(
    _ layer: String, _ key: String, _ problem: String
  ) {
    expectMistake(
      in: "benchmarks: [stl10]\nmethods: [iic]\nprotocol:\n  \(layer)\n", line: 4, key: key, problem
    )
  }

  @Test func `A method's splits are checked before anybody fetches images`() throws {
    let text = """
      benchmarks: [imagenet10]
      methods: [kmeans, iic]
      protocol: {methods: {iic: {score: test}}}
      """
    let error = #expect(throws: ExperimentError.self) { try plan(read(text)) }
    #expect(error?.description.contains("imagenet10 has no images in 'test'") == true)
  }

  @Test func `A stage has the protocol of what starts from it, unless the file names its method`()
    throws
  {
    func stages(_ methods: String, _ layers: String) throws -> [PlannedRun] {
      try plan(
        read(
          """
          benchmarks: [rehearsal]
          methods: \(methods)
          variants:
            split: {method: scan-cluster}
          settings: {defaults: {pretext: instdisc}}
          protocol:
            methods: {\(layers)}
          """)
      ).runs.filter { $0.method.description.name == "instdisc" }
    }
    let split = "split: {train: train, score: test}"
    let inherited = try stages("[split]", split)
    #expect(inherited.map(\.runProtocol.train) == [.train])
    let named = try stages("[split]", "\(split), instdisc: {train: train+test}")
    #expect(named.map(\.runProtocol.train) == [.trainAndTest])
    #expect(named[0].runProtocol.score == .test)
    // Two runs of the same settings in two folders, neither of which is the row's.
    let two = try stages("[instdisc, scan-cluster, split]", split)
    #expect(two.count == 2 && Set(two.map(\.folder)).count == 2)
    #expect(Set(two.map(\.runProtocol.train)) == [.train, .trainAndTest])
    #expect(two.count { $0.row.isStage } == 1)
  }

  @Test func `Each method of the paper's table learns from what its code does`() throws {
    let path = Self.root.appendingPathComponent("experiments/paper.yaml").path
    func plan(_ file: String, profile: String? = nil) throws -> [PlannedRun] {
      try Plan(
        withSlurm { try ExperimentFile(registry: .builtIn).read(file, profile: profile) },
        options: RunOptions(data: folder, results: folder), registry: .builtIn, needsData: false
      ).runs
    }
    let others = try plan(path).filter { $0.runProtocol.train != .trainAndTest && $0.seed == 0 }
    let names = others.map {
      "\($0.benchmark.name) \($0.row.name) \($0.runProtocol.train.rawValue)"
    }
    #expect(
      Set(names) == [
        "cifar10 idfd train", "stl10 iic train+test+unlabelled",
        "stl10 pica train+test+unlabelled", "stl10 cc train+test+unlabelled",
        "stl10 gcc train+test+unlabelled",
        // With PICA's set-up.
        "stl10 dcdc train+test+unlabelled", "stl10 drc train+test+unlabelled",
      ])
    let pica = try plan(path).filter { $0.row.name == "pica" && $0.runProtocol.imageSize == 112 }
    #expect(Set(pica.map(\.benchmark.name)) == ["imagenet10", "imagenet-dogs"])
    #expect(pica.allSatisfy { $0.viewSize == 96 }, "what the published rows have")
    #expect(try plan(path, profile: "cpu").allSatisfy { $0.runProtocol.train == .trainAndTest })
    let split = try plan(path.replacing("paper.yaml", with: "paper-split.yaml"))
    for run in split {
      let isPretext = run.method.description.name == "simclr"
      #expect(run.runProtocol.train == (isPretext ? .trainAndUnlabelled : .train), "\(run.label)")
      #expect(run.runProtocol.score == .test)
    }
  }

  @Test func `A run knows which of its images nobody has labels of`() throws {
    let data = folder + "/data"
    _ = try BenchmarkFolder(data).createRehearsal(.named("rehearsal-stl10"))
    let experiment = try read(
      """
      benchmarks: [rehearsal-stl10]
      methods: [cc, kmeans]
      protocol: {methods: {cc: {train: train+test+unlabelled}}}
      settings:
        defaults: {epochs: 1, batch_size: 100, width: 16, depth: "18", view_size: 16}
      """)
    let plan = try Plan(
      experiment,
      options: RunOptions(
        data: data, results: folder + "/results", precision: .float32, threads: 1),
      registry: .builtIn, filter: RunFilter())
    for run in plan.runs {
      let file = try BenchmarkFile.open(BenchmarkFolder(data).file(of: run.benchmark))
      let task = try RunTask(file, run: run)
      let learnt = task.learnt
      let unlabelled = (0..<learnt.count).filter { learnt.isUnlabelled[$0] }
      #expect(
        unlabelled.map { task.learntIndices[$0] }.sorted()
          == (run.row.name == "cc" ? Array(1200..<1500) : []))
      #expect(unlabelled.allSatisfy { file.splits[task.learntIndices[$0]] == .unlabelled })
      #expect(learnt.count == (run.row.name == "cc" ? 1500 : 1200))
    }
    let run = try #require(plan.runs.first { $0.row.name == "cc" })
    try RunExecution(run, options: plan.options, experiment: experiment, hooks: RunHooks())
      .run()
    let history = try History.read(from: run.folder.history)
    #expect(history.lossNames == ["instance", "cluster", "balance"])
  }
}
