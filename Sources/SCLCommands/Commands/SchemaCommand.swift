import ArgumentParser
import Experiments

/// `scl schema`: prints the JSON Schema of experiment files (`ExperimentSchema`), with the
/// registered methods, benchmarks and executors. Exit code 0.
///
///     scl schema > experiments/experiment.schema.json
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of experiment files.",
    discussion: """
      Editors use it for completion and checks in files with the first line \
      '# yaml-language-server: $schema=experiment.schema.json'.
      """)

  /// The names of own benchmarks are in no registry, only in this folder.
  @Option(help: "Folder of benchmark files, to include your own benchmarks.", transform: folderPath)
  var data: String?

  func run() throws {
    Console.printPart(try ExperimentSchema(registry: SCLProgram.registry, data: data).text())
  }
}
