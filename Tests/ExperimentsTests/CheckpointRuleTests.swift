import Core
import Experiments
import Foundation
import Methods
import Metrics
import Records
import Testing

/// `protocol: {checkpoint: best-by-labels}` and `lowest-loss`.
extension ExperimentsTests {
  private static let registry = MethodRegistry.builtIn.adding([BrightnessBands.self])

  /// 500 images in two steps an epoch.
  private static func experiment(
    _ checkpoint: String, evaluateEvery: Int = 1, methods: String = "bands"
  ) -> String {
    """
    benchmarks: [rehearsal]
    methods: [\(methods)]
    evaluate_every: \(evaluateEvery)
    protocol: {train: test, score: test, checkpoint: \(checkpoint)}
    settings: {defaults: {epochs: 4, batch_size: 250, restarts: 1}}
    """
  }

  private func choicePlan(_ text: String, results: String = "results") throws -> Plan {
    try Plan(
      ExperimentFile(registry: Self.registry).read(write(text, to: "trial.yaml")),
      options: RunOptions(
        data: Self.data.get(), results: "\(folder)/\(results)", precision: .float32, threads: 1),
      registry: Self.registry)
  }

  /// Carries out the first run of an experiment.
  private func finish(
    _ text: String, results: String, stop: StopRequest = StopRequest(),
    report: @escaping (RunProgress) -> Void = { _ in }
  ) throws -> PlannedRun {
    let plan = try choicePlan(text, results: results)
    try RunExecution(
      plan.runs[0], options: plan.options, experiment: plan.experiment,
      hooks: RunHooks(report: report, stop: stop)
    ).run()
    return try choicePlan(text, results: results).runs[0]
  }

  private func record(of run: PlannedRun) throws -> RunRecord {
    try RunRecord.read(from: run.folder.record)
  }

  private func bytes(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }

  private func expectSameResult(_ first: PlannedRun, _ second: PlannedRun) throws {
    let (one, other) = (try record(of: first), try record(of: second))
    #expect(one.metrics == other.metrics && one.checkpointEpoch == other.checkpointEpoch)
    #expect(try bytes(first.folder.assignments) == bytes(second.folder.assignments))
    #expect(try bytes(first.folder.encoder) == bytes(second.folder.encoder))
    #expect(
      try History.read(from: first.folder.history).deterministicDigest
        == History.read(from: second.folder.history).deterministicDigest)
  }

  @Test func `The first epoch of the best accuracy is the result, and the record names it`() throws
  {
    let run = try finish(Self.experiment("best-by-labels"), results: "best")
    let record = try record(of: run)
    #expect(run.state == .finished(record))
    let scores = try History.read(from: run.folder.history).rows.compactMap(\.scores)
    try #require(scores.count == 4)
    // The peak is flat, and the end below it.
    let accuracies = scores.compactMap { $0[.acc] }
    #expect(accuracies[1] > accuracies[0] && accuracies[1] > accuracies[3])
    #expect(accuracies[1] == accuracies[2])
    #expect(record.checkpointEpoch == 2)
    #expect(record.protocol.checkpoint == .bestByLabels && record.protocol.evaluateEvery == 1)
    #expect(
      record.metrics.scores?[.acc] == scores[1][.acc]
        && record.metrics.scores?[.nmi] == scores[1][.nmi])
    #expect(record.metrics.clusterSizes == Array(repeating: 50, count: 10))
    let assignments = try Assignments.read(from: run.folder.assignments)
    let scored = try ClusteringScores(
      truth: assignments.truth, predicted: assignments.predicted, clusters: 10)
    #expect(scored[.acc] == record.metrics.scores?[.acc])
    // The third epoch's would have the same sizes under other names.
    #expect(assignments.predicted == (try clusters(epoch: 2)))
    #expect(assignments.predicted != (try clusters(epoch: 3)))
  }

  /// What `BrightnessBands` assigns at the end of a run of so many epochs.
  private func clusters(epoch: Int) throws -> [Int32] {
    let text = Self.experiment("last").replacing("epochs: 4", with: "epochs: \(epoch)")
    let run = try finish(text, results: "until-\(epoch)")
    return try Assignments.read(from: run.folder.assignments).predicted
  }

  @Test func `The choice changes nothing of the training, and the network is the last epoch's`()
    throws
  {
    let best = try finish(Self.experiment("best-by-labels"), results: "best")
    let last = try finish(Self.experiment("last"), results: "last")
    #expect(try bytes(best.folder.encoder) == bytes(last.folder.encoder))
    #expect(
      try History.read(from: best.folder.history).deterministicDigest
        == History.read(from: last.folder.history).deterministicDigest)
    let record = try record(of: last)
    #expect(record.checkpointEpoch == nil && record.protocol.evaluateEvery == nil)
    #expect(record.metrics.clusterSizes.prefix(3) == [250, 250, 0])
  }

  @Test func `The choice is among the epochs that are scored, of which the last is one`() throws {
    for (every, scored, chosen) in [(2, [2, 4], 2), (3, [3, 4], 3), (9, [4], 4)] {
      let text = Self.experiment("best-by-labels", evaluateEvery: every)
      let run = try finish(text, results: "every-\(every)")
      let rows = try History.read(from: run.folder.history).rows
      #expect(rows.filter { $0.scores != nil }.map(\.epoch) == scored)
      #expect(try record(of: run).checkpointEpoch == chosen)
    }
    #expect(ScoredEpochs(.bestByLabels, epochs: 4, every: 3).assignments == 2)
    #expect(ScoredEpochs(.lowestLoss, epochs: 4, every: 2).assignments == 2)
    // What is not chosen is assigned at the end once more.
    #expect(ScoredEpochs(.last, epochs: 4, every: 3).assignments == 2)
    #expect(ScoredEpochs(.last, epochs: 4, every: 2).assignments == 3)
    #expect(ScoredEpochs(.last, epochs: 4, every: 0).assignments == 1)
    #expect(ScoredEpochs(.last, epochs: 0, every: 2).assignments == 1)
  }

  @Test(arguments: [(0.0, 4), (5.0, 2)])
  func `The epoch of the lowest loss is the result, and no label has a say`(
    dip: Double, chosen: Int
  ) throws {
    let text = Self.experiment("lowest-loss").replacing("restarts: 1", with: "dip: \(dip)")
    let run = try finish(text, results: "lowest-\(chosen)")
    let record = try record(of: run)
    let rows = try History.read(from: run.folder.history).rows
    let least = try #require(rows.map(\.loss).min())
    #expect(rows.firstIndex { $0.loss == least } == chosen - 1)
    #expect(record.checkpointEpoch == chosen)
    #expect(record.protocol.checkpoint == .lowestLoss && record.protocol.evaluateEvery == 1)
    #expect(record.metrics.scores?[.acc] == rows[chosen - 1].scores?[.acc])
    // A loss that falls to the end passes by the best accuracy, in the second epoch.
    let isPassedBy = try #require(rows[1].scores?[.acc]) > #require(record.metrics.scores?[.acc])
    #expect(isPassedBy == (chosen == 4))
  }

  @Test func `Of equally good epochs the first is chosen`() {
    let first = ChosenEpoch(epoch: 1, value: -0.5, predicted: [0])
    #expect(ChosenEpoch(epoch: 2, value: -0.5, predicted: [1]).orEarlier(first) == first)
    #expect(ChosenEpoch(epoch: 2, value: -0.4, predicted: [1]).orEarlier(first).epoch == 2)
    #expect(ChosenEpoch(epoch: 2, value: -0.6, predicted: [1]).orEarlier(nil).epoch == 2)
  }

  @Test(arguments: ["best-by-labels", "lowest-loss"])
  func `Stopped after every step, a run chooses the same epoch`(rule: String) throws {
    let text = Self.experiment(rule)
    let straight = try finish(text, results: "straight")
    let (run, stops) = try stepwise { try finish(text, results: "stepwise", stop: $0) }
    #expect(stops == 8)
    try expectSameResult(straight, run)
  }

  @Test(arguments: ["best-by-labels", "lowest-loss"])
  func `Killed while an epoch is scored, and after it, a run chooses the same epoch`(
    rule: String
  ) throws {
    let text = Self.experiment(rule)
    let checkpoint = folder + "/straight/trial/rehearsal/bands/seed-0/checkpoint.safetensors"
    var kept: [Data] = []
    let straight = try finish(text, results: "straight") { progress in
      // The checkpoint that is there when an epoch is scored, and the one written after that.
      guard ["preparing", "evaluating"].contains(progress.phase),
        let data = FileManager.default.contents(atPath: checkpoint)
      else { return }
      kept.append(data)
    }
    // Four epochs are scored, and three are prepared after a checkpoint.
    #expect(kept.count == 7)
    for (index, data) in kept.enumerated() {
      let killed = RunFolder(
        results: "\(folder)/killed-\(index)", experiment: "trial", benchmark: "rehearsal",
        method: "bands", seed: 0)
      try FileManager.default.createDirectory(
        atPath: killed.path, withIntermediateDirectories: true)
      try data.write(to: URL(fileURLWithPath: killed.checkpoint))
      let resumed = try finish(text, results: "killed-\(index)")
      #expect(try record(of: resumed).timing.resumptions == 1)
      try expectSameResult(straight, resumed)
    }
  }

  @Test func `A network that learns is scored where its accuracy was best`() throws {
    let text = Self.experiment("best-by-labels", methods: "instdisc")
      .replacing("restarts: 1", with: "restarts: 1, width: 16, stem: imagenet")
    let run = try finish(text, results: "real")
    let record = try record(of: run)
    let scores = try History.read(from: run.folder.history).rows.compactMap(\.scores)
    let best = try #require(scores.compactMap { $0[.acc] }.max())
    #expect(record.checkpointEpoch == scores.firstIndex { $0[.acc] == best }.map { $0 + 1 })
    #expect(record.metrics.scores?[.acc] == best)
  }

  @Test func `Where nothing trains nothing is chosen, and the record says last`() throws {
    for method in ["kmeans", "true-labels", "random-labels"] {
      let text = Self.experiment("best-by-labels", methods: method)
      let run = try #require(try choicePlan(text).runs.first)
      #expect(run.runProtocol.checkpoint == .last && run.runProtocol.evaluateEvery == nil)
      let plain = try choicePlan(Self.experiment("last", methods: method)).runs[0]
      #expect(run.identity == plain.identity)
      #expect(run.identityInputs.protocol == run.runProtocol)
    }
    let kmeans = try finish(
      Self.experiment("best-by-labels", methods: "kmeans"), results: "classical")
    #expect(try record(of: kmeans).protocol.checkpoint == .last)
    #expect(try record(of: kmeans).checkpointEpoch == nil)
  }

  @Test func `The rule and the epochs that it chooses among are part of the identity`() throws {
    let first = try choicePlan(Self.experiment("best-by-labels", evaluateEvery: 2)).runs[0]
    let other = try choicePlan(Self.experiment("best-by-labels", evaluateEvery: 1)).runs[0]
    let last = try choicePlan(Self.experiment("last", evaluateEvery: 2)).runs[0]
    #expect(
      first.identityInputs.differences(to: other.identityInputs) == ["evaluate_every 2, now 1"])
    #expect(
      last.identityInputs.differences(to: first.identityInputs) == [
        "checkpoint rule last, now best-by-labels", "evaluate_every not set, now 2",
      ])
    // Where nothing is chosen, scores on the way are no part of it.
    #expect(
      try last.identity == choicePlan(Self.experiment("last", evaluateEvery: 1)).runs[0].identity)
  }

  @Test func `A stage is the same whatever rule what starts from it has, and chooses nothing`()
    throws
  {
    func plan(_ methods: String, _ layers: String) throws -> [PlannedRun] {
      try choicePlan(
        """
        benchmarks: [rehearsal]
        methods: [\(methods)]
        evaluate_every: 1
        protocol: {\(layers)}
        settings: {defaults: {pretext: instdisc}}
        """
      ).runs
    }
    let plain = try plan("scan-cluster", "checkpoint: last")
    let chosen = try plan("scan-cluster", "checkpoint: best-by-labels")
    try #require(plain.count == 2 && chosen.count == 2)
    #expect(chosen[0].row.isStage && chosen[0].runProtocol.checkpoint == .last)
    #expect(chosen[1].runProtocol.checkpoint == .bestByLabels)
    #expect(chosen[0].identity == plain[0].identity && chosen[0].folder == plain[0].folder)
    #expect(chosen[1].identity != plain[1].identity)
    // A row of the stage's method is the stage, with a rule of its own.
    for layers in [
      "methods: {scan-cluster: {checkpoint: best-by-labels}}",
      "methods: {instdisc: {checkpoint: best-by-labels}}",
    ] {
      let runs = try plan("instdisc, scan-cluster", layers)
      #expect(runs.map(\.row.name) == ["instdisc", "scan-cluster"])
      #expect(runs.map(\.runProtocol.checkpoint).filter { $0 == .bestByLabels }.count == 1)
      #expect(runs[1].stage == runs[0].combination)
    }
  }

  @Test func `Without epochs to choose among the choice is refused`() throws {
    let error = #expect(throws: ExperimentError.self) {
      try choicePlan(Self.experiment("best-by-labels", evaluateEvery: 0))
    }
    let text = error?.description ?? ""
    #expect(text.contains("trial.yaml: protocol.checkpoint: 'best-by-labels'"), "\(text)")
    #expect(text.contains("set evaluate_every to 1 or more"), "\(text)")
    // What does not train has nothing to choose.
    #expect(throws: Never.self) {
      try choicePlan(Self.experiment("best-by-labels", evaluateEvery: 0, methods: "kmeans"))
    }
  }
}
