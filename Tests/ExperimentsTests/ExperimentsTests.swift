import Benchmarks
import Experiments
import Foundation
import Methods
import Slurm
import Testing

/// All tests of the module, in sequence: they share libtorch's threads and one benchmark file.
@Suite(.serialized) final class ExperimentsTests {
  let folder: String

  /// A folder with the rehearsal's benchmark file, made once.
  static let data = Result {
    let folder = NSTemporaryDirectory() + "experiments-tests-data-\(getpid())"
    _ = try BenchmarkFolder(folder).createRehearsal(.rehearsal)
    return folder
  }

  init() throws {
    folder = NSTemporaryDirectory() + "experiments-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Writes an experiment file and reads it.
  func read(
    _ text: String, profile: String? = nil, overrides: [String] = []
  ) throws -> Experiment {
    try withSlurm {
      try ExperimentFile(registry: .builtIn).read(
        write(text, to: "trial.yaml"), profile: profile, overrides: overrides)
    }
  }

  /// The options of Slurm.
  func slurm(of experiment: Experiment) -> ExecutorLayers {
    experiment.executors[SlurmExecutor.name] ?? ExecutorLayers()
  }

  /// Writes a file into the test's folder.
  @discardableResult func write(_ text: String, to name: String) throws -> String {
    let path = folder + "/" + name
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// The lines that an error of reading `text` has to name.
  func expectMistake(
    in text: String, line: Int?, key: String, _ problem: String, file name: String = "trial.yaml",
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: ExperimentError.self, sourceLocation: sourceLocation) {
      try read(text)
    }
    guard case .invalid(let file, let foundLine, let foundKey, let found)? = error else {
      Issue.record(
        "another error: \(error.map { "\($0)" } ?? "none")", sourceLocation: sourceLocation)
      return
    }
    #expect(file.hasSuffix("/" + name), sourceLocation: sourceLocation)
    #expect(foundLine == line, sourceLocation: sourceLocation)
    #expect(foundKey == key, sourceLocation: sourceLocation)
    #expect(found.contains(problem), "\(found)", sourceLocation: sourceLocation)
  }

  /// Carries a run out to its end, stopped after every step and taken up again.
  func stepwise(
    _ carryOut: (StopRequest) throws -> PlannedRun
  ) throws -> (run: PlannedRun, stops: Int) {
    var stops = 0
    while true {
      let stop = StopRequest()
      stop.request(SIGTERM)
      do {
        return (try carryOut(stop), stops)
      } catch let interruption as RunInterrupted {
        #expect(interruption.signal == SIGTERM)
        stops += 1
      }
    }
  }

  /// The plan of an experiment on the rehearsal, with results in `folder/<results>`.
  func plan(
    _ experiment: Experiment, results: String = "results", only filter: String = ""
  ) throws -> Plan {
    try Plan(
      experiment,
      options: RunOptions(
        data: Self.data.get(), results: "\(folder)/\(results)", precision: .float32, threads: 1),
      registry: .builtIn, filter: RunFilter(parsing: filter))
  }
}

/// Runs `body` with the program's executors registered.
func withSlurm<Result>(_ body: () throws -> Result) rethrows -> Result {
  try ExecutorRegistry.$current.withValue(
    ExecutorRegistry([SlurmExecutor.self]), operation: body)
}
