import Experiments
import Foundation
import Records
import Testing

extension ExperimentsTests {
  private static let staged = """
    benchmarks: [rehearsal]
    methods: [scan-cluster]
    settings:
      defaults: {pretext: instdisc, epochs: 2, width: 16}
    """

  private func names(_ plan: Plan) -> [String] { plan.runs.map(\.row.name) }

  @Test func `A run's stage is planned before it, as a run of its own`() throws {
    let runs = try plan(read(Self.staged)).runs
    try #require(runs.count == 2)
    #expect(runs[0].row.name.wholeMatch(of: /instdisc@[0-9a-f]{8}/) != nil)
    #expect(runs[0].row.isStage && !runs[1].row.isStage)
    #expect(runs[1].stage == runs[0].combination && runs[0].stage == nil)
    #expect(runs[1].identityInputs.stage == runs[0].identity)
    #expect(runs[1].stageFolder(in: folder + "/results") == runs[0].folder)
    // Either can be chosen alone, as processes of single runs are started.
    #expect(try names(plan(read(Self.staged), only: runs[0].selector)) == [runs[0].row.name])
    #expect(throws: ExperimentError.self) {
      try plan(read(Self.staged), only: "method=instdisc@00000000")
    }
  }

  @Test func `A stage that is a row already is that row's run`() throws {
    let experiment = try read(
      Self.staged.replacing("[scan-cluster]", with: "[instdisc, scan-cluster]"))
    #expect(try names(plan(experiment)) == ["instdisc", "scan-cluster"])
    #expect(
      try names(plan(experiment, only: "method=scan-cluster")) == ["instdisc", "scan-cluster"])
    // With settings of its own for the row, there are two runs of the method.
    let other = try read(
      Self.staged.replacing("[scan-cluster]", with: "[instdisc, scan-cluster]")
        + "\n  methods: {scan-cluster: {width: 32}}\n")
    #expect(try plan(other).runs.count == 3)
  }

  @Test func `Rows that start from the same share the stage, others do not`() throws {
    let text =
      Self.staged.replacing("[scan-cluster]", with: "[scan-cluster, few, wide]") + """

        variants:
          few: {method: scan-cluster, settings: {neighbours: 3}}
          wide: {method: scan-cluster, settings: {width: 32}}
        """
    let runs = try plan(read(text)).runs
    #expect(runs.count { $0.row.isStage } == 2)
    let stages = Dictionary(
      uniqueKeysWithValues: runs.compactMap { run in run.stage.map { (run.row.name, $0) } })
    #expect(stages["scan-cluster"] == stages["few"])
    #expect(stages["scan-cluster"] != stages["wide"])
    for (index, run) in runs.enumerated() {
      guard let stage = run.stage else { continue }
      #expect(runs[..<index].contains { $0.combination == stage }, "\(run.label)")
    }
  }

  @Test func `Rows that ask for other labels do not share a stage`() throws {
    let text = """
      benchmarks: [rehearsal-cifar100]
      methods: [scan, fine]
      variants: {fine: {method: scan}}
      protocol: {methods: {fine: {labels: fine}}}
      """
    let runs = try Plan(
      read(text), options: RunOptions(data: folder + "/none", results: folder + "/results"),
      registry: .builtIn, needsData: false
    ).runs
    let rows = runs.filter { !$0.row.isStage }
    #expect(rows.map(\.runProtocol.labels) == [nil, .fine])
    #expect(rows[0].stage != rows[1].stage)
    for row in rows {
      let stage = runs.first { $0.combination == row.stage }
      #expect(try #require(stage).runProtocol.labels == row.runProtocol.labels)
    }
  }

  @Test func `Stages of stages are planned in their order, and shared where they are the same`()
    throws
  {
    let chain = try plan(read("benchmarks: [rehearsal]\nmethods: [scan]\n")).runs
    #expect(chain.map { $0.method.description.name } == ["simclr", "scan-cluster", "scan"])
    #expect(chain.map(\.row.isStage) == [true, true, false])
    let rows = try plan(
      read(Self.staged.replacing("[scan-cluster]", with: "[scan, dec, scan-cluster, ae]"))
    ).runs
    // The pretext is no row; the clustering step and the autoencoder are.
    #expect(rows.count == 5)
    #expect(rows.count { $0.row.isStage } == 1)
    for (index, run) in rows.enumerated() {
      guard let stage = run.stage else { continue }
      #expect(rows[..<index].contains { $0.combination == stage }, "\(run.label)")
    }
  }

  @Test func `Variants of SCL share a warm-up, and count their epochs from its end`() throws {
    let runs = try plan(
      read(
        """
        benchmarks: [rehearsal]
        methods: [scl, without, cold, whole]
        variants:
          without: {method: scl, settings: {view_weight: 0, consistency_weight: 0}}
          cold: {method: scl, settings: {temperature: 0.2}}
          whole: {method: scl, settings: {warmup_epochs: 0, initialisation: classifier}}
        settings: {defaults: {epochs: 10, width: 16, schedule: cosine}}
        """)
    ).runs
    let stages = Dictionary(
      uniqueKeysWithValues: runs.compactMap { run in run.stage.map { (run.row.name, $0) } })
    #expect(stages["scl"] == stages["without"] && stages["scl"] != nil)
    #expect(stages["cold"] != nil && stages["cold"] != stages["scl"] && stages["whole"] == nil)
    for run in runs {
      #expect(run.epochs == (run.row.isStage ? 2 : 10), "\(run.label)")
      let isWhole = run.row.isStage || run.row.name == "whole"
      #expect(run.firstEpoch == (isWhole ? 0 : 2) && run.ownEpochs == run.epochs - run.firstEpoch)
      // A cosine is that of all epochs.
      if run.row.isStage { #expect(run.settings["schedule_epochs"] == 10) }
    }
    // Of few epochs a share is one at least.
    let few = try plan(
      read("benchmarks: [rehearsal]\nmethods: [scl]\nsettings: {defaults: {epochs: 2}}\n")
    ).runs
    #expect(few.map(\.epochs) == [1, 2] && few.last?.ownEpochs == 1)
    #expect(few.first?.settings["schedule_epochs"] == 0)
  }

  @Test func `SCAN's pretext has the settings of SCAN's code, under what the file says`() throws {
    let text = "benchmarks: [stl10]\nmethods: [simclr, scan-cluster]\n"
    func runs(_ settings: String) throws -> [PlannedRun] {
      try Plan(
        read(text + settings), options: RunOptions(data: folder, results: folder),
        registry: .builtIn,
        filter: RunFilter(), needsData: false
      ).runs
    }
    let official = try runs("")
    try #require(official.count == 3)
    let row = try #require(official.first { $0.row.name == "simclr" }).settings
    let pretext = try #require(official.first { $0.row.isStage }).settings
    #expect(row["temperature"] == 0.5 && row["epochs"] == 1000 && row["brightness"] == 0.8)
    #expect(pretext["temperature"] == 0.1 && pretext["epochs"] == 500)
    #expect(pretext["brightness"] == 0.4 && pretext["blur"] == 0 && pretext["normalise"] == true)
    #expect(pretext["stem"] == "small-padded-pool")
    let short = try #require(
      try runs("settings: {defaults: {epochs: 3}, methods: {simclr: {temperature: 0.2}}}")
        .first { $0.row.isStage }
    ).settings
    #expect(short["epochs"] == 3 && short["temperature"] == 0.2 && short["learning_rate"] == 0.4)
    let shared = try runs(
      "settings: {methods: {scan-cluster: {pretext_recipe: own, normalise: false}}}")
    #expect(shared.map(\.row.name) == ["simclr", "scan-cluster"])
  }

  @Test func `A change of the stage is a change of what starts from it`() throws {
    let before = try plan(read(Self.staged)).runs
    let after = try plan(read(Self.staged, overrides: ["instdisc.temperature=0.3"])).runs
    #expect(before[1].settings == after[1].settings)
    #expect(before[1].identity != after[1].identity)
    #expect(before[0].folder != after[0].folder)
  }

  @Test func `A run whose stage is not finished says so and is recorded as failed`() throws {
    let experiment = try read(Self.staged)
    let plan = try plan(experiment)
    let run = plan.runs[1]
    let error = #expect(throws: ExperimentError.self) {
      try RunExecution(run, options: plan.options, experiment: experiment).run()
    }
    #expect(error?.description.contains(plan.runs[0].folder.path) == true)
    #expect(try RunFailure.read(from: run.folder.failure).kind == .error)
  }

  @Test func `A stage is planned while something that starts from it has no result`() throws {
    let experiment = try read(Self.staged, overrides: ["epochs=1", "stem=imagenet"])
    let first = try plan(experiment)
    for run in first.runs {
      _ = try RunExecution(run, options: first.options, experiment: experiment).run()
    }
    #expect(try names(plan(experiment)) == first.runs.map(\.row.name))
    // As in a copy of the records of rows alone.
    try FileManager.default.removeItem(atPath: first.runs[0].folder.path)
    #expect(try names(plan(experiment)) == ["scan-cluster"])
    #expect(try names(plan(experiment, only: first.runs[0].selector)) == [first.runs[0].row.name])
    try FileManager.default.removeItem(atPath: first.runs[1].folder.record)
    #expect(try names(plan(experiment)) == first.runs.map(\.row.name))
  }

  @Test func `A run waits for its stage while others pass it`() {
    // 0 is the stage of 1 and 3; 2 stands alone.
    var queue = SweepQueue(
      jobs: 2, groups: [0, 0, 0, 1], stages: [nil, 0, nil, 0], memory: [1, 1, 1, 1], budget: nil)
    #expect(queue.next() == 0)
    #expect(queue.next() == 2)
    queue.end(2)
    #expect(queue.next() == nil)
    queue.end(0)
    #expect(queue.next() == 1)
    #expect(queue.next() == 3)
  }
}
