import Benchmarks
import Experiments

extension BenchmarkFolder {
  static let defaultPath = "data"

  /// Where `scl data fetch` puts original files.
  var downloads: String { "\(path)/downloads" }

  /// `scl data SUBCOMMAND BENCHMARK ...`, with this folder where it is not the default.
  func command(_ arguments: [String]) -> String {
    let place = path == Self.defaultPath ? [] : ["--data", path]
    return ShellCommand(["scl", "data"] + arguments + place).text
  }

  func prepareCommand(_ definition: BenchmarkDefinition, from file: String) -> String {
    command(["prepare", definition.name, "--from", file])
  }
}
