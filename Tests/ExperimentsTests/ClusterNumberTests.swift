import Benchmarks
import Experiments
import Foundation
import Methods
import Metrics
import Records
import Testing

/// `clusters`, `protocol: {labels: fine}` and images without labels.
extension ExperimentsTests {
  private func plan(of text: String, data: String, results: String = "results") throws -> Plan {
    let name = "numbers-\(UUID().uuidString).yaml"
    return try Plan(
      ExperimentFile(registry: .builtIn, data: data).read(write(text, to: name)),
      options: RunOptions(
        data: data, results: "\(folder)/\(results)", precision: .float32, threads: 1),
      registry: .builtIn)
  }

  private func finish(_ plan: Plan, _ run: Int = 0) throws -> (RunRecord, Assignments) {
    let run = plan.runs[run]
    try RunExecution(run, options: plan.options, experiment: plan.experiment).run()
    return (
      try RunRecord.read(from: run.folder.record),
      try Assignments.read(from: run.folder.assignments)
    )
  }

  private func experiment(_ more: String, benchmark: String = "rehearsal") -> String {
    """
    benchmarks: [\(benchmark)]
    methods: [kmeans, random-labels, true-labels]
    settings: {defaults: {restarts: 1}}
    \(more)
    """
  }

  @Test func `Another number of clusters is looked for, recorded, and part of the identity`() throws
  {
    let data = try Self.data.get()
    let usual = try plan(of: experiment(""), data: data)
    let over = try plan(of: experiment("clusters: 25"), data: data)
    #expect(usual.runs[0].identity != over.runs[0].identity)
    #expect(
      usual.runs[0].identityInputs.differences(to: over.runs[0].identityInputs)
        == ["clusters not set, now 25"])
    let (record, assignments) = try finish(over)
    #expect(record.metrics.clusters == 25 && record.metrics.clusterSizes.count == 25)
    #expect(Set(assignments.predicted).count == 25)
    // More clusters than classes: most images of the best-matched ones only count.
    #expect(try #require(record.metrics.scores?[Metric.acc]) < 0.5)
    #expect(record.protocol.clusters == 25)
    #expect(try finish(over, 2).0.metrics.scores?[.acc] == 1)
  }

  @Test(arguments: ["clusters: 10", "clusters: {rehearsal: 10}"])
  func `As many clusters as there are classes are nothing new`(_ more: String) throws {
    let data = try Self.data.get()
    let (usual, asked) = (
      try plan(of: experiment(""), data: data), try plan(of: experiment(more), data: data)
    )
    #expect(usual.runs.map(\.identity) == asked.runs.map(\.identity))
  }

  @Test func `A number for a benchmark goes before that for all, and a profile over both`() throws {
    let text = """
      benchmarks: [rehearsal, rehearsal-stl10]
      methods: [kmeans]
      clusters: {rehearsal: 7}
      profiles:
        few: {clusters: 3}
        one: {clusters: {rehearsal: 4}}
      """
    func numbers(_ profile: String?) throws -> [Int?] {
      let experiment = try read(text, profile: profile)
      return try ["rehearsal", "rehearsal-stl10"].map { name in
        experiment.runProtocol(of: experiment.rows[0], on: try .named(name)).clusters
      }
    }
    #expect(try numbers(nil) == [7, nil])
    #expect(try numbers("few") == [3, 3])
    #expect(try numbers("one") == [4, nil])
    expectMistake(
      in: text + "\n  bad: {clusters: 1}", line: 7, key: "profiles.bad.clusters", "2")
  }

  @Test func `Fine labels score by the finer classes`() throws {
    let data = folder + "/data"
    _ = try BenchmarkFolder(data).createRehearsal(.named("rehearsal-cifar100"))
    let file = try BenchmarkFile.open(data + "/rehearsal-cifar100.h5")
    let fine = try plan(
      of: experiment("protocol: {labels: fine}", benchmark: "rehearsal-cifar100"), data: data)
    let (truth, assignments) = try finish(fine, 2)
    #expect(try assignments.truth == file.fineLabels())
    #expect(truth.metrics.clusters == file.info.fineClassNames.count)
    #expect(truth.metrics.scores?[.acc] == 1 && truth.protocol.labels == .fine)
    let usual = try plan(of: experiment("", benchmark: "rehearsal-cifar100"), data: data)
    #expect(
      usual.runs[0].identityInputs.differences(to: fine.runs[0].identityInputs)
        == ["labels not set, now fine"])
    #expect(throws: ExperimentError.noFineLabels(benchmark: "rehearsal")) {
      try plan(of: experiment("protocol: {labels: fine}"), data: Self.data.get())
    }
  }

  @Test func `Images without labels get clusters and no scores`() throws {
    let data = folder + "/data"
    _ = try BenchmarkFolder(data).createRehearsal(.named("rehearsal-imagenet10"))
    var options = PreparationOptions()
    options.ignoresClasses = true
    options.imageSize = 16
    _ = try BenchmarkPreparation.prepareFolders(
      named: "mine", from: data + "/originals/rehearsal-imagenet10", to: data + "/mine.h5",
      options: options)
    let file = try BenchmarkFile.open(data + "/mine.h5")
    #expect(file.info.classNames.isEmpty && file.info.isComplete)
    #expect(try file.labels().allSatisfy { $0 == -1 })
    #expect(throws: ExperimentError.clustersMissing(benchmark: "mine")) {
      try plan(of: experiment("", benchmark: "mine"), data: data)
    }
    #expect(throws: ExperimentError.noLabelsToChooseBy(benchmark: "mine")) {
      try plan(
        of: """
          benchmarks: [mine]
          methods: [cc]
          clusters: 5
          evaluate_every: 1
          protocol: {checkpoint: best-by-labels}
          """, data: data)
    }
    let mine = try plan(of: experiment("clusters: {mine: 5}", benchmark: "mine"), data: data)
    let (record, assignments) = try finish(mine)
    #expect(record.metrics.scores == nil && record.metrics.clusters == 5)
    #expect(record.metrics.clusterSizes.reduce(0, +) == file.splits.count)
    #expect(assignments.truth.allSatisfy { $0 == -1 })
    #expect(Set(assignments.predicted) == [0, 1, 2, 3, 4])
    let text = try String(contentsOfFile: mine.runs[0].folder.record, encoding: .utf8)
    // "nmi" alone is the protocol's normaliser.
    for score in ["acc", "ari", "nmiArithmetic", "nmiGeometric"] {
      #expect(!text.contains("\"\(score)\""))
    }
    // The control made of labels has nothing to say.
    #expect(throws: MethodError.self) { try finish(mine, 2) }
  }

  @Test func `A method that trains is not scored on the way where there are no labels`() throws {
    let data = folder + "/data"
    _ = try BenchmarkFolder(data).createRehearsal(.named("rehearsal-imagenet10"))
    var options = PreparationOptions()
    options.ignoresClasses = true
    options.imageSize = 16
    _ = try BenchmarkPreparation.prepareFolders(
      named: "mine", from: data + "/originals/rehearsal-imagenet10", to: data + "/mine.h5",
      options: options)
    let mine = try plan(
      of: """
        benchmarks: [mine]
        methods: [scl]
        clusters: 5
        evaluate_every: 1
        settings: {defaults: {epochs: 1, batch_size: 200, width: 16, depth: "18", dimensions: 8, view_size: 16}}
        """, data: data)
    let (record, _) = try finish(mine)
    #expect(record.metrics.scores == nil && record.metrics.clusterSizes.count == 5)
    let history = try History.read(from: mine.runs[0].folder.history)
    #expect(history.rows.count == 1 && history.rows[0].scores == nil)
  }
}
