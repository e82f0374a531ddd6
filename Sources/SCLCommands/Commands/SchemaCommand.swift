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

  func run() throws {
    Console.printPart(try ExperimentSchema(registry: SCLProgram.registry).text())
  }
}
