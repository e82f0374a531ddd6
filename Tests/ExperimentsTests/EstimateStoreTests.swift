import Experiments
import Foundation
import Records
import Testing
import Torch

extension ExperimentsTests {
  private static let trial = """
    benchmarks: [rehearsal]
    methods: [scl, kmeans]
    seeds: 2
    settings:
      defaults: {epochs: 6}
      methods: {scl: {warmup_epochs: 0}}
    """

  private func measurement(step: Double) -> MeasuredCosts {
    MeasuredCosts(
      setUpSeconds: 1,
      phases: [
        MeasuredCosts.Phase(
          firstEpoch: 0, entrySeconds: 0, epochSeconds: 0, stepSeconds: step, stepsPerEpoch: 10)
      ], assignmentSeconds: 1, memoryBytes: 1 << 30)
  }

  @Test func `A kept measurement tells all seeds and numbers of epochs`() throws {
    let plan = try plan(read(Self.trial))
    var store = EstimateStore(plan)
    let unknown = store.unknown(among: plan.runs)
    #expect(unknown.map(\.label) == ["rehearsal / kmeans / seed 0", "rehearsal / scl / seed 0"])
    try store.keep(measurement(step: 0.5), for: unknown[1])

    let later = EstimateStore(plan)
    #expect(later.note == nil)
    for run in plan.runs where run.row.name == "scl" {
      let estimate = try #require(later.estimate(for: run))
      #expect(estimate == RunEstimate(seconds: 32, memoryBytes: 1 << 30, source: .measured))
    }
    #expect(later.unknown(among: plan.runs).map(\.row.name) == ["kmeans"])
    let longer = try self.plan(read(Self.trial, overrides: ["epochs=8"]))
    #expect(EstimateStore(longer).estimate(for: longer.runs[1])?.seconds == 42)
  }

  @Test(arguments: ["batch_size=64", "scl.warmup_epochs=3", "width=32"])
  func `Settings that change the time of a step are measured anew`(_ change: String) throws {
    let plan = try plan(read(Self.trial))
    var store = EstimateStore(plan)
    let run = try #require(plan.runs.first { $0.row.name == "scl" })
    try store.keep(measurement(step: 0.5), for: run)
    let changed = try self.plan(read(Self.trial, overrides: [change]))
    let same = try #require(changed.runs.first { $0.row.name == "scl" })
    #expect(EstimateStore(changed).estimate(for: same) == nil)
  }

  /// Writes what a finished run leaves behind.
  private func finish(
    seed: UInt64, _ overrides: [String], seconds: Double, memoryBytes: Int, machine: String? = nil
  ) throws {
    let experiment = try read(Self.seeds, overrides: overrides)
    let run = try #require(
      plan(experiment).runs.first { $0.row.name == "instdisc" && $0.seed == seed })
    let device = try #require(Device(rawValue: run.identityInputs.device))
    var record = try record(of: run, run.identityInputs)
    (record.timing.seconds, record.timing.peakMemoryBytes) = (seconds, memoryBytes)
    record.provenance.deviceName = machine ?? Machine.name(of: device)
    record.provenance.threads = experiment.threads
    try FileManager.default.createDirectory(
      atPath: run.folder.path, withIntermediateDirectories: true)
    try record.write(to: run.folder.record)
  }

  private static let seeds = """
    benchmarks: [rehearsal]
    methods: [instdisc, kmeans]
    seeds: 6
    """

  /// 10, 30 and 20 seconds per epoch.
  @Test func `Finished runs of other seeds and epochs tell the median time and the most memory`()
    throws
  {
    try finish(seed: 0, ["epochs=2"], seconds: 20, memoryBytes: 5)
    try finish(seed: 1, ["epochs=4"], seconds: 120, memoryBytes: 7)
    try finish(seed: 2, ["epochs=6"], seconds: 120, memoryBytes: 6)
    // Of other settings, and of another machine.
    try finish(seed: 3, ["epochs=8", "width=16"], seconds: 1, memoryBytes: 90)
    try finish(seed: 4, ["epochs=8"], seconds: 1, memoryBytes: 90, machine: "H100")
    let plan = try plan(read(Self.seeds, overrides: ["epochs=8"]))
    let store = EstimateStore(plan)
    let alike = RunEstimate(seconds: 160, memoryBytes: 7, source: .finishedRun)
    for run in plan.runs {
      let expected = run.row.name == "instdisc" ? alike : nil
      #expect(store.estimate(for: run) == expected, "\(run.label)")
    }
  }

  @Test func `A damaged store is said to be, and replaced`() throws {
    let plan = try plan(read(Self.trial))
    let path = folder + "/results/.estimates.json"
    try FileManager.default.createDirectory(
      atPath: folder + "/results", withIntermediateDirectories: true)
    try Data("{\"measurements\": 3".utf8).write(to: URL(fileURLWithPath: path))
    var store = EstimateStore(plan)
    #expect(store.note?.contains(path) == true)
    #expect(store.estimate(for: plan.runs[0]) == nil)
    try store.keep(measurement(step: 1), for: plan.runs[0])
    #expect(EstimateStore(plan).note == nil)
    #expect(EstimateStore(plan).estimate(for: plan.runs[0]) != nil)
  }

  @Test func `Two plans at once keep each other's measurements`() throws {
    let plan = try plan(read(Self.trial))
    var first = EstimateStore(plan)
    var second = EstimateStore(plan)
    try first.keep(measurement(step: 1), for: plan.runs[0])
    try second.keep(measurement(step: 1), for: plan.runs[1])
    #expect(EstimateStore(plan).unknown(among: plan.runs).isEmpty)
  }

  /// A benchmark of 2,500 training and 500 test images.
  @Test func `Rows of one benchmark that learn from other images are estimated apart`() throws {
    let text = """
      benchmarks: [rehearsal]
      methods: [simclr, moco]
      protocol:
        train: test
        methods: {moco: {train: train+test}}
      settings:
        defaults: {epochs: 10}
      """
    let plan = try plan(read(text))
    let store = EstimateStore(plan)
    let rough = try plan.runs.map { try #require(store.roughEstimate(for: $0)).seconds }
    // The same scored images, and six times those learnt from.
    #expect(rough[1] > 5 * rough[0], "\(rough)")
    let alone = EstimateStore(try self.plan(read(text), only: "method=moco"))
    #expect(alone.roughEstimate(for: plan.runs[1])?.seconds == rough[1])
  }

  @Test func `What a run measures changes at the end of every span of epochs but the rate's`()
    throws
  {
    let text = """
      benchmarks: [rehearsal]
      methods: [pcl, iic, propos, simclr]
      settings:
        defaults: {epochs: 40, learning_rate_warmup: 8}
        methods: {pcl: {prototype_warmup: 0.25}, iic: {head_epochs: 3}, propos: {warmup_epochs: 10}}
      """
    let phases = try plan(read(text)).runs.map { [$0.row.name] + $0.phases.map(String.init) }
    #expect(phases.contains(["pcl", "0", "10"]) && phases.contains(["propos", "0", "10"]))
    #expect(phases.contains(["iic", "0"]) && phases.contains(["simclr", "0"]), "\(phases)")
  }
}
