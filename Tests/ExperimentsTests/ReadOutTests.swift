import Experiments
import Foundation
import Methods
import Metrics
import Records
import Testing

/// The further predictions of one trained network, scored by the evaluator.
extension ExperimentsTests {
  private static let registry = MethodRegistry.builtIn.adding([ReadOutBands.self])

  /// 500 images in two steps an epoch; ten classes of 50.
  private func readOutPlan(
    _ results: String, checkpoint: String = "last", every: Int = 1, epochs: Int = 4
  ) throws -> Plan {
    let text = """
      benchmarks: [rehearsal]
      methods: [readout-bands]
      evaluate_every: \(every)
      protocol: {train: test, score: test, checkpoint: \(checkpoint)}
      settings: {defaults: {epochs: \(epochs), batch_size: 250}}
      """
    return try Plan(
      ExperimentFile(registry: Self.registry).read(write(text, to: "trial.yaml")),
      options: RunOptions(
        data: Self.data.get(), results: "\(folder)/\(results)", precision: .float32, threads: 1),
      registry: Self.registry)
  }

  /// Carries out the plan's run.
  private func finish(
    _ plan: Plan, stop: StopRequest = StopRequest()
  ) throws -> (run: PlannedRun, record: RunRecord, history: History) {
    let run = plan.runs[0]
    try RunExecution(
      run, options: plan.options, experiment: plan.experiment, hooks: RunHooks(stop: stop)
    ).run()
    return (
      run, try RunRecord.read(from: run.folder.record), try History.read(from: run.folder.history)
    )
  }

  private func isNear(_ one: Double?, _ other: Double?) -> Bool {
    guard let one, let other else { return false }
    return abs(one - other) < 1e-12
  }

  @Test func `Every read-out is scored at each scored epoch and at the end`() throws {
    let (run, record, history) = try finish(readOutPlan("whole", every: 2))
    #expect(try readOutPlan("whole", every: 2).runs[0].state == .finished(record))
    #expect(history.readOutNames == ["reversed", "single"])
    #expect(history.measureNames == ["begun", "agreement"])
    #expect(history.rows.map(\.readOuts.count) == [0, 2, 0, 2])
    for row in history.rows where row.scores != nil {
      // Names of clusters do not count, and one cluster says nothing: it matches one of ten classes.
      let (reversed, single) = (row.readOuts[0].scores, row.readOuts[1].scores)
      for metric in MetricRegistry.published {
        #expect(isNear(reversed[metric], row.scores?[metric]))
      }
      #expect(single[.acc] == 0.1 && single[.nmi] == 0 && single[.ari] == 0)
      #expect(row.measures.first == RecordedMeasure("begun", Double(row.epoch - 1)))
    }
    let predictions = try #require(record.readOuts?.predictions)
    #expect(predictions.map(\.name) == ["reversed", "single"])
    #expect(predictions[1].metrics.clusterSizes == [500] + Array(repeating: 0, count: 9))
    #expect(isNear(predictions[0].metrics.scores?[.ami], record.metrics.scores?[.ami]))
    #expect(predictions[0].metrics.clusterSizes == record.metrics.clusterSizes)
    #expect(record.readOuts?.measures == history.rows.last?.measures)
    // The result is that of `assign`: in the last epoch two clusters.
    let assignments = try Assignments.read(from: run.folder.assignments)
    #expect(Set(assignments.predicted) == [0, 1])
  }

  @Test func `Stopped after every step, a run has the same read-outs`() throws {
    // The best epoch is the second, so that what is resumed has its read-outs.
    let straight = try finish(readOutPlan("straight", checkpoint: "best-by-labels", epochs: 3))
    var last = straight
    let (_, stops) = try stepwise { stop in
      last = try finish(
        readOutPlan("stepwise", checkpoint: "best-by-labels", epochs: 3), stop: stop)
      return last.run
    }
    #expect(stops == 6)
    #expect(last.record.readOuts == straight.record.readOuts)
    #expect(last.history.deterministicDigest == straight.history.deterministicDigest)
    #expect(last.run.identity == straight.run.identity)
  }

  @Test func `A run that goes on after a shorter one has the same columns as a straight one`()
    throws
  {
    _ = try finish(readOutPlan("longer", epochs: 2))
    let longer = try finish(readOutPlan("longer"))
    let straight = try finish(readOutPlan("straight"))
    #expect(longer.history.deterministicDigest == straight.history.deterministicDigest)
  }

  @Test func `A chosen epoch has its own read-outs`() throws {
    let (_, record, history) = try finish(readOutPlan("best", checkpoint: "best-by-labels"))
    #expect(record.checkpointEpoch == 2)
    let readOuts = try #require(record.readOuts)
    #expect(readOuts.measures == history.rows[1].measures)
    #expect(readOuts.scores == history.rows[1].readOuts)
    #expect(readOuts.measures != history.rows[3].measures)
  }
}
