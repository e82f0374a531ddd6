import Foundation
import Records
import Testing

extension CommandLineTests {
  private static let experiment = """
    benchmarks: [rehearsal]
    methods: [kmeans, instdisc]
    protocol: {train: test, score: test}
    settings:
      defaults:
        {epochs: 6, batch_size: 100, width: 16, stem: imagenet, dimensions: 8, restarts: 1}
    """

  private func arguments(_ command: String, _ file: String, results: String) throws -> [String] {
    [
      command, file, "--data", try Self.data.get(), "--results", "\(folder)/\(results)",
      "--precision", "float32",
    ]
  }

  private func runFolder(_ method: String, results: String) -> RunFolder {
    RunFolder(
      results: "\(folder)/\(results)", experiment: "sweep", benchmark: "rehearsal",
      method: method, seed: 0)
  }

  @Test func `A selection without any run is refused by every command`() throws {
    let text = Self.experiment + "\nexclude: [{benchmark: rehearsal}]\n"
    let file = try write(text, to: "nothing.yaml")
    for command in ["run", "reproduce", "plan", "status", "report", "compare", "diff"] {
      try expectRefusal(
        64, arguments(command, file, results: "none"), ["leaves no run of nothing"])
    }
  }

  @Test func `A sweep runs once, and its finished runs are not repeated`() throws {
    let file = try write(Self.experiment, to: "sweep.yaml")
    let first = try program.run(arguments("run", file, results: "once"))
    #expect(first.exitCode == 0, "\(first.errors)")
    let record = runFolder("instdisc", results: "once").record
    let before = try Data(contentsOf: URL(fileURLWithPath: record))

    let second = try program.run(arguments("run", file, results: "once"))
    #expect(second.exitCode == 0)
    #expect(second.errors == "2 of 2 runs are already finished\n")
    #expect(try Data(contentsOf: URL(fileURLWithPath: record)) == before)

    let status = try program.run(arguments("status", file, results: "once") + ["--json"])
    #expect(status.lines.count { $0.contains(#""state":"finished""#) } == 2)
    let table = try program.run(arguments("report", file, results: "once"))
    #expect(table.exitCode == 0 && table.output.contains("InstDisc + k-means"))
  }

  @Test func `A run of changed settings is stale, and is run again`() throws {
    let file = try write(Self.experiment, to: "sweep.yaml")
    let only = ["--only", "method=kmeans"]
    #expect(try program.run(arguments("run", file, results: "stale") + only).exitCode == 0)
    let changed = only + ["--set", "kmeans.restarts=2"]
    let status = try program.run(arguments("status", file, results: "stale") + changed)
    #expect(status.output.contains("restarts 1, now 2"), "\(status.output)")
    let again = try program.run(arguments("run", file, results: "stale") + changed)
    #expect(again.exitCode == 0 && again.errors.contains("stale"))
    let record = try RunRecord.read(from: runFolder("kmeans", results: "stale").record)
    #expect(record.settings["restarts"] == .integer(2))
  }

  @Test func `A run that cannot be done is no success, now or when it is skipped`() throws {
    let file = try write(
      """
      benchmarks: [rehearsal]
      methods: [kmeans, ae]
      protocol: {train: test, score: test, image_size: 20}
      settings:
        defaults: {restarts: 1}
        methods: {ae: {epochs: 2, architecture: convolutional}}
      """, to: "sweep.yaml")
    let only = try arguments("run", file, results: "undone") + ["--only", "method=ae"]
    #expect(try program.run(only).exitCode == 1)
    let again = try program.run(only)
    #expect(again.exitCode == 1 && again.errors.contains("skipped"), "\(again.errors)")
    // Beside finished runs it is a cell without figures.
    #expect(try program.run(arguments("run", file, results: "undone")).exitCode == 0)
  }

  @Test func `A sweep that is killed goes on, and ends as if it had not been`() throws {
    let file = try write(Self.experiment, to: "sweep.yaml")
    let only = ["--only", "method=instdisc"]
    let straight = try program.run(arguments("run", file, results: "straight") + only)
    try #require(straight.exitCode == 0, "\(straight.errors)")

    let killed = runFolder("instdisc", results: "killed")
    let process = try disturbed(killed, arguments("run", file, results: "killed") + only) {
      sweep, _ in kill(-sweep.processIdentifier, SIGKILL)
    }
    try #require(process.terminationReason == .uncaughtSignal)
    try #require(FileManager.default.fileExists(atPath: killed.checkpoint))
    #expect(!FileManager.default.fileExists(atPath: killed.record))

    let resumed = try program.run(arguments("run", file, results: "killed") + only)
    #expect(resumed.exitCode == 0, "\(resumed.errors)")
    let record = try RunRecord.read(from: killed.record)
    #expect(record.timing.resumptions == 1)
    let whole = runFolder("instdisc", results: "straight")
    #expect(try record.metrics == RunRecord.read(from: whole.record).metrics)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: killed.assignments))
        == Data(contentsOf: URL(fileURLWithPath: whole.assignments)))
    #expect(
      try History.read(from: killed.history).deterministicDigest
        == History.read(from: whole.history).deterministicDigest)
    #expect(!FileManager.default.fileExists(atPath: killed.checkpoint))
  }
}
