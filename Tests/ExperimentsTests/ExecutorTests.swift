import Experiments
import Foundation
import Methods
import Records
import Slurm
import Testing

/// An executor of another module: it runs in this process, one run after another.
private struct ShelfExecutor: Executor {
  static let name = "shelf"
  static let title = "Shelf"
  static let options = [
    ExecutorOption("height", "Height of the shelf.", shape: .integer(1...9)) {
      Int($0).map { (1...9).contains($0) } == true ? nil : "takes a whole number from 1 to 9"
    },
    ExecutorOption("books", "Books at a time.", shape: .text, isForWholeExperiment: true),
  ]

  let experiment: Experiment
  let options: RunOptions

  init(
    _ experiment: Experiment, options: RunOptions, command: ChildCommand, layers: ExecutorLayers,
    stop: SweepStop
  ) {
    self.experiment = experiment
    self.options = options
  }

  func run(
    _ runs: [PlannedRun], onEvent: @escaping @Sendable (SweepEvent) -> Void
  ) async throws {
    for (index, run) in runs.enumerated() {
      onEvent(.started(index))
      try RunExecution(run, options: options, experiment: experiment).run()
      onEvent(.finished(index))
    }
  }

  static func tasks(results: String, experiment: String) async throws -> [String: ExecutorTask] {
    [:]
  }

  static func cancel(_ tasks: [ExecutorTask]) async throws {}
}

extension ExperimentsTests {
  private func withShelf<Result>(_ body: () throws -> Result) rethrows -> Result {
    try ExecutorRegistry.$current.withValue(
      ExecutorRegistry([SlurmExecutor.self, ShelfExecutor.self]), operation: body)
  }

  private func readWithShelf(_ section: String) throws -> Experiment {
    let file = try write(Self.tiny + "\n" + section, to: "shelf.yaml")
    return try withShelf { try ExperimentFile(registry: .builtIn).read(file) }
  }

  @Test func `An executor of another module carries out runs`() async throws {
    let experiment = try readWithShelf("shelf: {defaults: {height: 3}}")
    let plan = try plan(experiment, results: "shelf", only: "method=kmeans")
    let executor = try #require(withShelf { ExecutorRegistry.current.named("shelf") })
    let command = ChildCommand(
      experimentFile: experiment.file, profile: nil, overrides: [], options: plan.options)
    try await executor.init(
      experiment, options: plan.options, command: command, layers: ExecutorLayers(),
      stop: SweepStop()
    ).run(plan.runs) { _ in }
    #expect(exists(plan.runs[0].folder.record))
  }

  @Test func `An executor's section of the file is checked against its options`() throws {
    let section = "shelf: {defaults: {height: 3, books: 2}, methods: {scl: {height: 4}}}"
    #expect(
      try readWithShelf(section).executors["shelf"]
        == ExecutorLayers(
          defaults: ["height": "3", "books": "2"], methods: ["scl": ["height": "4"]]))
    for (section, problem) in [
      ("shelf: {defaults: {hight: 3}}", "did you mean 'height'?"),
      ("shelf: {defaults: {height: 10}}", "takes a whole number from 1 to 9"),
      ("shelf: {methods: {scl: {books: 3}}}", "known here: height"),
    ] {
      let error = #expect(throws: ExperimentError.self) { try readWithShelf(section) }
      #expect(error?.description.contains(problem) == true, "\(String(describing: error))")
    }
    #expect(throws: ExperimentError.self) { try read(Self.tiny + "\n" + section) }
  }

  @Test func `The schema describes an executor's section`() throws {
    let text = try withShelf { try ExperimentSchema(registry: .builtIn).text() }
    #expect(text.contains("What '--executor shelf' asks for."))
    #expect(text.contains("Height of the shelf."))
  }
}
