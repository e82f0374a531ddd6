import ArgumentParser
import Core
import Foundation
import Methods
import Reporting

struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods", abstract: "Lists the methods, or one method's settings.",
    discussion: """
      Of one method: its settings with their defaults, the values that they take and where they come \
      from, what is otherwise on some benchmarks, and the published scores that 'scl diff' compares \
      its results with.
      """)

  @Argument(help: "Method whose settings are shown.")
  var name: String?

  @Option(help: "File of published scores.")
  var against = "paper-tables.md"

  @OptionGroup var output: JSONOption

  func run() throws {
    if let name {
      let report = MethodReport(try SCLProgram.registry.method(name), published: try published())
      try report.show(json: output.json)
    } else {
      try MethodReport.showAll(
        SCLProgram.registry.methods.map { $0.description }, json: output.json)
    }
  }

  /// Nil where the default file is not there: methods can be read about outside a checkout.
  private func published() throws -> PaperTables? {
    let isDefault = against == "paper-tables.md"
    if isDefault, !FileManager.default.fileExists(atPath: against) { return nil }
    return try PaperTables.read(from: against)
  }
}
