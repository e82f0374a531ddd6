import Benchmarks
import Experiments
import Foundation
import Methods
import Records
import Testing
import Torch

extension ExperimentsTests {
  /// Small enough for seconds: 500 test images in five steps an epoch.
  static let tiny = """
    benchmarks: [rehearsal]
    methods: [kmeans, spectral, dac, instdisc, scl, true-labels, random-labels]
    evaluate_every: 1
    protocol: {train: test, score: test}
    settings:
      defaults:
        {epochs: 3, batch_size: 100, width: 16, stem: imagenet, dimensions: 8, restarts: 2,
         warmup_epochs: 1}
    """

  /// Carries out one method's run; `report` sees its progress.
  @discardableResult
  func carryOut(
    _ method: String, results: String, overrides: [String] = [],
    stop: StopRequest = StopRequest(), report: @escaping (RunProgress) -> Void = { _ in },
    note: @escaping (String) -> Void = { _ in }
  ) throws -> PlannedRun {
    let experiment = try read(Self.tiny, overrides: overrides)
    let plan = try plan(experiment, results: results, only: "method=\(method)")
    // What it starts from comes first, once.
    for run in plan.runs where !run.row.isStage || run.state.status != .finished {
      try RunExecution(
        run, options: plan.options, experiment: experiment,
        hooks: RunHooks(report: run.row.isStage ? { _ in } : report, note: note, stop: stop)
      ).run()
    }
    return try #require(
      try self.plan(experiment, results: results, only: "method=\(method)").runs.last)
  }

  func record(_ run: PlannedRun) throws -> RunRecord {
    try RunRecord.read(from: run.folder.record)
  }

  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

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
    #expect(history.rows.last?.scores?[.acc] == record.metrics.scores?[.acc])

    let assignments = try Assignments.read(from: run.folder.assignments)
    #expect(assignments.indices == (2500..<3000).map { Int64($0) })
    #expect(assignments.predicted.allSatisfy { (0..<10).contains($0) })

    let encoder = try SafeTensors.read(run.folder.encoder).tensors
    #expect(encoder["conv1.weight"]?.shape == [16, 3, 7, 7])
    #expect(encoder["layer4.1.bn2.running_var"]?.shape == [128])
    #expect(!exists(run.folder.checkpoint) && !exists(run.folder.failure))
  }

  @Test func `A record names the revision that was read before the run began`() throws {
    let experiment = try read(Self.tiny)
    let plan = try plan(experiment, results: "revision", only: "method=kmeans")
    let execution = RunExecution(
      plan.runs[0], options: plan.options, experiment: experiment, sourceRevision: "as it began")
    try execution.run()
    #expect(try record(plan.runs[0]).provenance.sourceRevision == "as it began")
  }

  @Test func `A run that does not train has no history and no encoder`() throws {
    let run = try carryOut("kmeans", results: "classical")
    #expect(try record(run).timing.imagesPerSecond == nil)
    #expect(exists(run.folder.assignments))
    #expect(!exists(run.folder.history) && !exists(run.folder.encoder))
  }

  @Test func `Controls are runs like others: all scores 1, and about 0`() throws {
    let truth = try carryOut("true-labels", results: "controls")
    let ceiling = try record(truth)
    let best = try #require(ceiling.metrics.scores)
    #expect(best[.nmi] == 1 && best[.acc] == 1 && best[.ari] == 1)
    #expect(ceiling.metrics.images == 500 && ceiling.methodFamily == .control)
    let assignments = try Assignments.read(from: truth.folder.assignments)
    #expect(assignments.predicted == assignments.truth)
    #expect(!exists(truth.folder.history) && !exists(truth.folder.encoder))

    let metrics = try record(carryOut("random-labels", results: "controls")).metrics
    let floor = try #require(metrics.scores)
    // Of 500 images in 10 classes: chance is an accuracy of 0.1 and a little, as the best naming counts.
    let acc = try #require(floor[.acc])
    #expect(try #require(floor[.nmi]) < 0.06 && abs(try #require(floor[.ari])) < 0.01)
    #expect((0.1...0.2).contains(acc))
    #expect(metrics.clusterSizes.allSatisfy { (25...80).contains($0) })
  }

  @Test func `A method that does not train tells how far its assignment is`() throws {
    var heard: [RunProgress] = []
    try carryOut("spectral", results: "spectral", report: { heard.append($0) })
    #expect(heard.allSatisfy { $0.phase == "assigning" && $0.epochs == 0 })
    let fractions = heard.map(\.fraction)
    #expect(fractions.first == 0 && fractions == fractions.sorted() && fractions.last == 1)
  }

  @Test func `A run that trains says when it prepares, scores and assigns`() throws {
    var heard: [RunProgress] = []
    try carryOut("instdisc", results: "phases", report: { heard.append($0) })
    let phases = heard.map(\.phase).reduce(into: [String]()) { phases, next in
      if phases.last != next { phases.append(next) }
    }
    let epoch = ["preparing", "training", "evaluating"]
    #expect(phases == epoch + epoch + epoch + ["assigning"])
    #expect(heard.map(\.fraction) == heard.map(\.fraction).sorted())
  }

  /// 500 images, shown by each method this often in an epoch.
  @Test(arguments: [("instdisc", 1), ("dac", 6)])
  func `The time left counts an image as often as an epoch shows it`(
    _ method: String, _ showings: Int
  ) throws {
    var heard: [RunProgress] = []
    try carryOut(
      method, results: "left",
      overrides: ["dac.block_passes=3", "dac.batch_repeats=2", "dac.channels=8"],
      report: { if $0.secondsLeft != nil { heard.append($0) } })
    #expect(heard.contains { $0.phase == "training" } && heard.contains { $0.phase == "preparing" })
    for progress in heard {
      let speed = try #require(progress.imagesPerSecond)
      let images = Double(3 * 500 * showings) * (1 - progress.fraction)
      #expect(abs(try #require(progress.secondsLeft) - images / speed) < 1e-6)
    }
  }

  /// What has to be the same, bit by bit, of two runs of the same settings.
  func expectSameBits(_ first: PlannedRun, _ second: PlannedRun) throws {
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
    let history = try History.read(from: straight.folder.history)
    #expect(history.rows.map(\.epoch) == (method == "scl" ? [2, 3] : [1, 2, 3]))

    // The first epoch of SCL's three is its warm-up's, a run before it.
    #expect(keeps.keys.sorted() == (method == "scl" ? [2] : [1, 2]))
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

  @Test(arguments: ["instdisc", "scl"])
  func `Stopped after every single step, a run ends with the same bits`(_ method: String) throws {
    let straight = try carryOut(method, results: "straight")
    let (run, stops) = try stepwise { try carryOut(method, results: "stepwise", stop: $0) }
    // Five steps in each of three epochs, of which SCL's warm-up is one.
    #expect(stops == 15)
    try expectSameBits(straight, run)
    #expect(try record(run).timing.resumptions == (method == "scl" ? 10 : 15))
  }

  /// Stops a run after its first two steps; its folder then has two checkpoints.
  func stopTwice(_ method: String, results: String) throws -> RunFolder {
    for _ in 0..<2 {
      let stop = StopRequest()
      stop.request(SIGINT)
      #expect(throws: RunInterrupted(signal: SIGINT)) {
        try carryOut(method, results: results, stop: stop)
      }
    }
    return RunFolder(
      results: "\(folder)/\(results)", experiment: "trial", benchmark: "rehearsal",
      method: method, seed: 0)
  }

  @Test(arguments: [0.02, 0.5, 0.98])
  func `Of a damaged checkpoint the previous one is used`(_ place: Double) throws {
    let straight = try carryOut("instdisc", results: "straight")
    let damaged = try stopTwice("instdisc", results: "damaged")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: damaged.checkpoint))
    bytes[Int(place * Double(bytes.count))] ^= 1
    try bytes.write(to: URL(fileURLWithPath: damaged.checkpoint))
    var notes: [String] = []
    let resumed = try carryOut("instdisc", results: "damaged", note: { notes.append($0) })
    #expect(notes.count == 1 && notes[0].contains(damaged.checkpoint), "\(notes)")
    // The previous checkpoint was of the first session.
    #expect(try record(resumed).timing.resumptions == 1)
    try expectSameBits(straight, resumed)
  }

  @Test func `Without any whole checkpoint a run starts again`() throws {
    let straight = try carryOut("instdisc", results: "straight")
    let damaged = try stopTwice("instdisc", results: "damaged")
    for path in [damaged.checkpoint, damaged.previousCheckpoint] {
      try Data("not whole".utf8).write(to: URL(fileURLWithPath: path))
    }
    var notes: [String] = []
    let again = try carryOut("instdisc", results: "damaged", note: { notes.append($0) })
    #expect(notes.count == 2)
    #expect(try record(again).timing.resumptions == 0)
    try expectSameBits(straight, again)
    #expect(!exists(damaged.checkpoint) && !exists(damaged.previousCheckpoint))
  }

  @Test func `A run whose folder another has taken over writes nothing more`() throws {
    let experiment = try read(Self.tiny)
    let plan = try plan(experiment, results: "lost", only: "method=instdisc")
    var isMine = true
    let execution = RunExecution(
      plan.runs[0], options: plan.options, experiment: experiment,
      hooks: RunHooks(
        report: { _ in isMine = false },
        checkLock: { if !isMine { throw RecordError.lockLost(file: "lock") } }))
    #expect(throws: RecordError.lockLost(file: "lock")) { try execution.run() }
    #expect(!exists(plan.runs[0].folder.record) && !exists(plan.runs[0].folder.failure))
  }

  @Test func `Settings that cannot work together are refused when planning`() throws {
    let experiment = try read(Self.tiny, overrides: ["scl.warmup_epochs=3"])
    let problem = "warmup_epochs 3 leaves none of the 3 epochs for its own terms"
    #expect(
      throws: ExperimentError.contradiction(
        benchmark: "rehearsal", method: "scl", problem: problem)
    ) { try plan(experiment) }
    #expect(try plan(experiment, only: "method=kmeans").runs.count == 1)
  }

  @Test func `What was found unsupported before its settings were refused is still shown`() throws {
    let possible = try plan(
      read(Self.tiny, overrides: ["scl.warmup_epochs=0"]), only: "method=scl"
    ).runs[0]
    var inputs = possible.identityInputs
    inputs.settings["warmup_epochs"] = .integer(3)
    let failure = RunFailure(
      identity: try inputs.identity(), kind: .unsupported, reason: "no epochs are left",
      lastLogLines: [])
    try FileManager.default.createDirectory(
      atPath: possible.folder.path, withIntermediateDirectories: true)
    try failure.write(to: possible.folder.failure)
    let experiment = try read(Self.tiny, overrides: ["scl.warmup_epochs=3"])
    #expect(try plan(experiment, only: "method=scl").runs[0].state == .failed(failure))
    // One that would be tried again is refused.
    try RunFailure(
      identity: failure.identity, kind: .killed, reason: "killed", lastLogLines: []
    ).write(to: possible.folder.failure)
    #expect(throws: ExperimentError.self) { try plan(experiment, only: "method=scl") }
  }

  @Test func `What cannot run on its settings is recorded as such`() throws {
    // Of images of 20 pixels, halved three times, nothing whole is left.
    let experiment = try read(
      """
      benchmarks: [rehearsal]
      methods: [ae]
      protocol: {train: test, score: test, image_size: 20}
      settings: {methods: {ae: {epochs: 2, architecture: convolutional}}}
      """)
    let plan = try plan(experiment, results: "unsupported")
    #expect(throws: MethodError.self) {
      try RunExecution(plan.runs[0], options: plan.options, experiment: experiment).run()
    }
    let run = try self.plan(experiment, results: "unsupported").runs[0]
    guard case .failed(let failure) = run.state else {
      Issue.record("\(run.state)")
      return
    }
    #expect(failure.kind == .unsupported && failure.attempts == 1)
    #expect(!failure.kind.canPass)
  }
}
