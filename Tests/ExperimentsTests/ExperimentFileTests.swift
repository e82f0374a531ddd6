import Core
import Experiments
import Foundation
import Testing

extension ExperimentsTests {
  private static let head = "benchmarks: [rehearsal]\nmethods: [kmeans, instdisc, scl]\n"

  @Test(arguments: [
    ("benchmarks: [rehearsal]\nmethds: [scl]", 2, "methds", "did you mean 'methods'?"),
    ("benchmarks: [rehersal]\nmethods: [scl]", 1, "benchmarks[0]", "did you mean 'rehearsal'?"),
    ("benchmarks: [rehearsal]\nmethods:\n  - slc", 3, "methods[0]", "did you mean 'scl'?"),
    (head + "settings:\n  defaults:\n    epoch: 3", 5, "settings.defaults.epoch", "'epochs'?"),
    (
      head + "settings:\n  methods:\n    scl:\n      temperature: 50", 6,
      "settings.methods.scl.temperature", "it takes 0.01 to 10.0"
    ),
    (
      head + "settings:\n  methods:\n    kmeans:\n      epochs: 3", 6,
      "settings.methods.kmeans.epochs", "unknown key"
    ),
    (head + "settings:\n  defaults:\n    epochs: many", 5, "settings.defaults.epochs", "many"),
    (head + "seeds: 0", 3, "seeds", "'0' is not a whole number from 1"),
    (head + "seeds: [1, 1]", 3, "seeds", "different whole numbers"),
    (head + "methods: [scl]", 2, "methods", "more than once"),
    (head + "protocol:\n  train: tain", 4, "protocol.train", "did you mean 'train'?"),
    (head + "protocol:\n  checkpoint: best", 4, "protocol.checkpoint", "'best'"),
    (head + "profiles:\n  quick:\n    sede: 1", 5, "profiles.quick.sede", "unknown key"),
    (head + "threads: [1]", 3, "threads", "expected one value, found a list"),
    ("benchmarks: [rehearsal\nmethods: [scl]", 2, "", "this is not YAML"),
    ("benchmarks: [rehearsal]", 1, "", "'methods' is missing"),
  ])
  func `A mistake is refused with its file, line, key and the nearest valid name`(
    _ text: String, _ line: Int, _ key: String, _ problem: String
  ) throws {
    expectMistake(in: text, line: line, key: key, problem)
  }

  @Test func `An empty or missing file is refused by name`() throws {
    #expect(throws: ExperimentError.self) { try read("") }
    #expect(throws: ExperimentError.unreadable(file: "/nowhere/x.yaml")) {
      try ExperimentFile(registry: .builtIn).read("/nowhere/x.yaml")
    }
  }

  @Test func `Sections that are not there have defaults`() throws {
    let experiment = try read(Self.head)
    #expect(experiment.name == "trial" && experiment.title == "trial")
    #expect(experiment.seeds == [0] && experiment.threads == 1)
    #expect(experiment.profile == "default" && experiment.evaluateEvery == 0)
    let runProtocol = experiment.runProtocol(of: experiment.rows[0], on: .rehearsal)
    #expect(runProtocol.train == .trainAndTest && runProtocol.imageSize == 32)
  }

  @Test func `A count of seeds stands for 0 and up, a list for itself`() throws {
    #expect(try read(Self.head + "seeds: 3").seeds == [0, 1, 2])
    #expect(try read(Self.head + "seeds: [7, 3]").seeds == [7, 3])
  }

  private static let layered =
    head + """
      settings:
        defaults: {epochs: 10, learning_rate: 0.1, width: 20, restarts: 5, batch_size: 64}
        benchmarks:
          rehearsal: {learning_rate: 0.2, width: 24, batch_size: 32}
          cifar10: {epochs: 99}
        methods:
          scl: {width: 32, batch_size: 16}
        combinations:
          rehearsal:
            scl: {batch_size: 8}
      profiles:
        quick:
          seeds: [4]
          protocol: {train: train}
          settings:
            defaults: {epochs: 2}
      """

  /// A method's settings as planned.
  private func settings(
    _ method: String, profile: String? = nil, overrides: [String] = []
  ) throws -> [String: SettingValue] {
    let experiment = try read(Self.layered, profile: profile, overrides: overrides)
    return try plan(experiment, only: "method=\(method)").runs.last?.settings ?? [:]
  }

  @Test func `Each layer of settings wins over the one before`() throws {
    let scl = try settings("scl")
    #expect(scl["epochs"] == 10, "defaults")
    #expect(scl["learning_rate"] == 0.2, "benchmark over defaults")
    #expect(scl["width"] == 32, "method over benchmark")
    #expect(scl["batch_size"] == 8, "benchmark and method over method")
    #expect(scl["temperature"] == 0.1, "what no layer names keeps the method's default")
    #expect(try settings("instdisc")["width"] == 24, "another method's layer is not its own")
    let kmeans = try settings("kmeans")
    #expect(kmeans["restarts"] == 5 && kmeans["epochs"] == nil, "only settings that the method has")
  }

  @Test func `A profile is laid over the file, and the command line over both`() throws {
    #expect(try settings("scl", profile: "quick")["epochs"] == 2)
    let overridden = try settings(
      "scl", profile: "quick", overrides: ["epochs=5", "scl.width=16", "instdisc.epochs=6"])
    #expect(overridden["epochs"] == 5 && overridden["width"] == 16)
    let experiment = try read(Self.layered, profile: "quick")
    #expect(experiment.name == "trial@quick" && experiment.profile == "quick")
    #expect(experiment.seeds == [4])
    #expect(experiment.runProtocol(of: experiment.rows[0], on: .rehearsal).train == .train)
    let error = #expect(throws: ExperimentError.self) { try read(Self.layered, profile: "quik") }
    #expect(error?.description.contains("did you mean 'quick'?") == true)
  }

  @Test func `An override may set the stage that another override chooses`() throws {
    for overrides in [["pretext=moco", "moco.epochs=3"], ["moco.epochs=3", "pretext=moco"]] {
      let text = "benchmarks: [rehearsal]\nmethods: [scan-cluster]"
      let plan = try plan(read(text, overrides: overrides))
      let stage = try #require(plan.runs.first { $0.row.isStage })
      #expect(stage.method.description.name == "moco" && stage.settings["epochs"] == 3)
    }
    #expect(throws: ExperimentError.self) {
      try read(Self.layered, overrides: ["moco.epochs=3"])
    }
  }

  @Test(arguments: [
    ("epochs", "write KEY=VALUE"), ("epocs=3", "did you mean 'epochs'?"),
    ("epochs=0", "it takes 1 to 100000"), ("kmeans.epochs=3", "unknown setting 'epochs'"),
  ])
  func `A wrong override is refused with its text`(_ override: String, _ problem: String) {
    let error = #expect(throws: ExperimentError.self) {
      try read(Self.layered, overrides: [override])
    }
    #expect(error?.description.hasPrefix("--set \(override): ") == true)
    #expect(error?.description.contains(problem) == true, "\(error.map { "\($0)" } ?? "")")
  }
}
