import ArgumentParser
import Experiments

/// `scl schema`: prints the `ExperimentSchema`.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of experiment files.",
    discussion: """
      Editors use it for completion and checks in files with the first line \
      '# yaml-language-server: $schema=experiment.schema.json'.
      """)

  @Option(help: "Folder of benchmark files, to include your own benchmarks.")
  var data: String?

  func run() throws {
    Console.printPart(try ExperimentSchema(registry: SCLProgram.registry, data: data).text())
  }
}
