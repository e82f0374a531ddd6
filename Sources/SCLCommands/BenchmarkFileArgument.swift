import ArgumentParser
import Benchmarks
import Experiments
import Foundation

/// A benchmark file, by its path or by the name of its benchmark.
struct BenchmarkFileArgument: ParsableArguments {
  @Argument(
    help: "Benchmark file, or the name of a benchmark in --data.",
    completion: .list(BenchmarkDefinition.all.map(\.name)))
  var file: String

  @Option(help: "Folder of the benchmark files.", completion: .directory)
  var data = "data"

  /// The path as it was given, or of the benchmark's file where no such file is and the name is one.
  var path: String {
    let files = FileManager.default
    let named = BenchmarkFolder(data).file(named: file)
    guard !files.fileExists(atPath: file), !file.contains("/"), !file.hasSuffix(".h5"),
      files.fileExists(atPath: named)
        || BenchmarkDefinition.all.contains(where: { $0.name == file })
    else { return file }
    return named
  }
}
