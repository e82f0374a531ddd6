import Core
import Experiments
import Foundation
import Slurm
import Testing

/// One file laid over another.
extension ExperimentsTests {
  private static let base = """
    title: The base
    notes: [one]
    benchmarks: [rehearsal, cifar10]
    methods: [kmeans, scl]
    seeds: 3
    threads: 2
    protocol: {train: train, nmi: geometric}
    settings:
      defaults: {epochs: 20, width: 32}
      methods:
        scl: {warmup_epochs: 5, batch_size: 64}
    running: {retries: 5, memory: 8}
    slurm:
      defaults: {partition: long, time: 60}
      benchmarks:
        cifar10: {time: 120}
    profiles:
      quick:
        seeds: 1
        settings:
          defaults: {epochs: 2}
          methods:
            scl: {warmup_epochs: 1}
      wide:
        settings:
          defaults: {width: 128}
    """

  private func settings(
    _ experiment: Experiment, _ method: String = "scl"
  ) throws -> [String: SettingValue] {
    try plan(experiment, only: "benchmark=rehearsal,method=\(method),seed=0").runs.last?.settings
      ?? [:]
  }

  @Test func `A file that extends another has all of it but what it says itself`() throws {
    try write(Self.base, to: "shared/base.yaml")
    let experiment = try read(
      """
      extends: shared/base.yaml
      benchmarks: [rehearsal]
      protocol: {nmi: arithmetic}
      settings:
        defaults: {epochs: 30}
      running: {memory: 16}
      slurm:
        defaults: {time: 90}
      """)
    #expect(experiment.name == "trial" && experiment.title == "The base")
    #expect(experiment.notes == ["one"] && experiment.threads == 2)
    #expect(experiment.benchmarks == ["rehearsal"] && experiment.methods == ["kmeans", "scl"])
    #expect(experiment.seeds == [0, 1, 2])
    let runProtocol = experiment.runProtocol(of: experiment.rows[0], on: .rehearsal)
    #expect(runProtocol.train == .train && runProtocol.nmi == .arithmetic)
    let scl = try settings(experiment)
    #expect(scl["epochs"] == 30, "the later file")
    #expect(scl["width"] == 32 && scl["warmup_epochs"] == 5 && scl["batch_size"] == 64)
    #expect(experiment.running == RunningOptions(retries: 5, memoryGiB: 16))
    #expect(
      slurm(of: experiment).options(benchmark: "rehearsal", method: "scl", usesCards: true) == [
        "partition": "long", "time": "90",
      ])
    #expect(
      slurm(of: experiment).options(benchmark: "cifar10", method: "scl", usesCards: true) == [
        "partition": "long", "time": "120",
      ])
  }

  @Test func `Profiles are inherited, and those of one name are laid over each other`() throws {
    try write(Self.base, to: "base.yaml")
    let text = """
      extends: base.yaml
      settings:
        defaults: {epochs: 30, batch_size: 16}
      profiles:
        quick:
          threads: 1
          settings:
            defaults: {width: 16}
      """
    let quick = try read(text, profile: "quick")
    #expect(quick.name == "trial@quick" && quick.seeds == [0] && quick.threads == 1)
    let scl = try settings(quick)
    #expect(scl["epochs"] == 2, "a profile of the extended file over both files' settings")
    #expect(scl["width"] == 16 && scl["warmup_epochs"] == 1)
    #expect(scl["batch_size"] == 16, "a later file's defaults over an earlier one's methods")
    #expect(try settings(read(text, profile: "wide"))["width"] == 128)
  }

  @Test func `A file can extend a profile of another, and a chain of files`() throws {
    try write(Self.base, to: "base.yaml")
    try write("extends: {file: base.yaml, profile: quick}\ntitle: Middle", to: "middle.yaml")
    let experiment = try read("extends: middle.yaml\nthreads: 3")
    #expect(experiment.title == "Middle" && experiment.seeds == [0] && experiment.threads == 3)
    #expect(experiment.profile == "default")
    #expect(try settings(experiment)["epochs"] == 2)
  }

  @Test func `Files that extend each other in a circle are refused with the chain`() throws {
    try write("extends: trial.yaml", to: "b.yaml")
    let error = #expect(throws: ExperimentError.self) { try read("title: A\nextends: b.yaml") }
    #expect(
      error?.description
        == "\(folder)/b.yaml:1: extends: files extend each other in a circle: "
        + "\(folder)/trial.yaml extends \(folder)/b.yaml extends \(folder)/trial.yaml")
    expectMistake(in: "extends: ./trial.yaml", line: 1, key: "extends", "in a circle")
  }

  @Test func `A mistake in an extended file is told with that file and its line`() throws {
    try write(Self.base + "\nevaluate_every: -1", to: "base.yaml")
    expectMistake(
      in: "extends: base.yaml", line: 27, key: "evaluate_every", "'-1' is not", file: "base.yaml")
    try write(Self.base, to: "base.yaml")
    expectMistake(
      in: "threads: 1\nextends: bas.yaml", line: 2, key: "extends", "no readable file")
    expectMistake(
      in: "extends: {file: base.yaml, profile: quik}", line: 1, key: "extends.profile",
      "did you mean 'quick'?")
    expectMistake(
      in: "extends: {profile: quick}", line: 1, key: "extends", "'file' is missing")
  }
}
