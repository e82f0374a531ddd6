import ArgumentParser
import Experiments

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Prints the JSON Schema of experiment files.",
    discussion: """
      Editors complete and check a file with it whose first line is \
      '# yaml-language-server: $schema=experiment.schema.json'.
      """)

  @Option(help: "Folder of benchmark files whose own benchmarks the schema shall know too.")
  var data: String?

  func run() throws {
    Console.printPart(try ExperimentSchema(registry: SCLProgram.registry, data: data).text())
  }
}
