import Benchmarks
import Experiments
import Foundation
import Records
import Testing
import Torch

extension ExperimentsTests {
  /// Small enough for seconds: 500 test images in five steps an epoch.
  private static let tiny = """
    benchmarks: [rehearsal]
    methods: [kmeans, instdisc, scl]
    evaluate_every: 1
    protocol: {train: test, score: test}
    settings:
      defaults:
        {epochs: 3, batch_size: 100, width: 16, stem: imagenet, dimensions: 8, restarts: 2,
         warmup_epochs: 1}
    """

  /// Carries out one method's run; `report` sees its progress.
  @discardableResult
  private func carryOut(
    _ method: String, results: String, overrides: [String] = [],
    report: @escaping (RunProgress) -> Void = { _ in }
  ) throws -> PlannedRun {
    let experiment = try read(Self.tiny, overrides: overrides)
    let plan = try plan(experiment, results: results, only: "method=\(method)")
    try RunExecution(
      plan.runs[0], options: plan.options, experiment: experiment, report: report
    ).carryOut()
    return try self.plan(experiment, results: results, only: "method=\(method)").runs[0]
  }

  private func record(_ run: PlannedRun) throws -> RunRecord {
    try RunRecord.read(from: run.folder.record)
  }

  private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  @Test func `A run that trains leaves its record, history, assignments and encoder`() throws {
    let run = try carryOut("instdisc", results: "whole")
    let record = try record(run)
    #expect(run.state == .finished(record))
    #expect(record.identity == run.identity && record.settings == run.settings)
    #expect(record.metrics.images == 500 && record.metrics.clusters == 10)
    #expect(record.metrics.clusterSizes.reduce(0, +) == 500)
    #expect(record.provenance.threads == 1 && record.provenance.precision == "float32")
    #expect(record.provenance.benchmarkFile.complete)

    let history = try History.read(from: run.folder.history)
    #expect(history.rows.map(\.epoch) == [1, 2, 3])
    #expect(history.lossNames == ["instance"])
    #expect(history.rows.allSatisfy { $0.scores != nil })
    #expect(history.rows.last?.scores?.acc == record.metrics.acc)

    let assignments = try Assignments.read(from: run.folder.assignments)
    #expect(assignments.indices == (2500..<3000).map { Int64($0) })
    #expect(assignments.predicted.allSatisfy { (0..<10).contains($0) })

    let encoder = try SafeTensors.read(run.folder.encoder).tensors
    #expect(encoder["conv1.weight"]?.shape == [16, 3, 7, 7])
    #expect(encoder["layer4.1.bn2.running_var"]?.shape == [128])
    #expect(!exists(run.folder.checkpoint) && !exists(run.folder.failure))
  }

  @Test func `A run that does not train has no history and no encoder`() throws {
    let run = try carryOut("kmeans", results: "classical")
    #expect(try record(run).timing.imagesPerSecond == nil)
    #expect(exists(run.folder.assignments))
    #expect(!exists(run.folder.history) && !exists(run.folder.encoder))
  }

  /// What has to be the same, bit by bit, of two runs of the same settings.
  private func expectSameBits(_ first: PlannedRun, _ second: PlannedRun) throws {
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: first.folder.assignments))
        == Data(contentsOf: URL(fileURLWithPath: second.folder.assignments)))
    #expect(
      try History.read(from: first.folder.history).deterministicDigest
        == History.read(from: second.folder.history).deterministicDigest)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: first.folder.encoder))
        == Data(contentsOf: URL(fileURLWithPath: second.folder.encoder)))
    #expect(try record(first).metrics == record(second).metrics)
  }

  @Test(arguments: ["instdisc", "scl"])
  func `Two runs give the same bits, and so does one that was interrupted`(
    _ method: String
  ) throws {
    var keeps: [Int: Data] = [:]
    let straight = try carryOut(method, results: "straight")
    let checkpoint = folder + "/again/trial/rehearsal/\(method)/seed-0/checkpoint.safetensors"
    let again = try carryOut(method, results: "again") { progress in
      // Reports of an epoch come after the checkpoint of the epoch before was written.
      guard progress.phase == "training", progress.epoch > 0, keeps[progress.epoch] == nil else {
        return
      }
      keeps[progress.epoch] = FileManager.default.contents(atPath: checkpoint)
    }
    try expectSameBits(straight, again)

    #expect(keeps.keys.sorted() == [1, 2])
    for (epoch, data) in keeps {
      let interrupted = RunFolder(
        results: "\(folder)/after-\(epoch)", experiment: "trial", benchmark: "rehearsal",
        method: method, seed: 0)
      try FileManager.default.createDirectory(
        atPath: interrupted.path, withIntermediateDirectories: true)
      try data.write(to: URL(fileURLWithPath: interrupted.checkpoint))
      let resumed = try carryOut(method, results: "after-\(epoch)")
      try expectSameBits(straight, resumed)
      #expect(try record(resumed).timing.resumptions == 1)
    }
  }

  @Test func `A checkpoint of other settings is not taken up`() throws {
    let first = try carryOut("instdisc", results: "mine")
    let other = RunFolder(
      results: "\(folder)/other", experiment: "trial", benchmark: "rehearsal", method: "instdisc",
      seed: 0)
    var kept: Data?
    let checkpoint = other.checkpoint
    try carryOut("instdisc", results: "other", overrides: ["temperature=0.3"]) { progress in
      if progress.epoch == 1, kept == nil {
        kept = FileManager.default.contents(atPath: checkpoint)
      }
    }
    try FileManager.default.removeItem(atPath: other.path)
    try FileManager.default.createDirectory(
      atPath: other.path, withIntermediateDirectories: true)
    try #require(kept).write(to: URL(fileURLWithPath: other.checkpoint))
    let second = try carryOut("instdisc", results: "other")
    try expectSameBits(first, second)
    #expect(try record(second).timing.resumptions == 0)
  }

  @Test func `A finished run of other settings is stale, and says what changed`() throws {
    try carryOut("kmeans", results: "stale")
    let changed = try read(Self.tiny, overrides: ["restarts=3"])
    let run = try plan(changed, results: "stale", only: "method=kmeans").runs[0]
    #expect(run.state == .stale(["restarts 2, now 3"]))
  }

  @Test func `A damaged checkpoint fails the run with the file's name`() throws {
    let damaged = RunFolder(
      results: "\(folder)/damaged", experiment: "trial", benchmark: "rehearsal",
      method: "instdisc", seed: 0)
    try FileManager.default.createDirectory(
      atPath: damaged.path, withIntermediateDirectories: true)
    try Data("not whole".utf8).write(to: URL(fileURLWithPath: damaged.checkpoint))
    #expect(throws: SafeTensorsError.self) { try carryOut("instdisc", results: "damaged") }
    #expect(try RunFailure.read(from: damaged.failure).reason.contains(damaged.checkpoint))
    #expect(!exists(damaged.record))
  }
}
