import Benchmarks
import Experiments
import Foundation
import Methods
import Testing

/// All tests of the room, in turns: they share libtorch's threads and one benchmark file.
@Suite(.serialized) final class ExperimentsTests {
  let folder: String

  /// A folder with the rehearsal's benchmark file, made once.
  static let data = Result {
    let folder = NSTemporaryDirectory() + "experiments-tests-data-\(getpid())"
    _ = try BenchmarkFolder(folder).generate(.rehearsal)
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
    let path = folder + "/trial.yaml"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return try ExperimentFile(registry: .builtIn).read(
      path, profile: profile, overrides: overrides)
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
