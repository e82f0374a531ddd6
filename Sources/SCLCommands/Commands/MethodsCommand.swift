import ArgumentParser
import Conformance
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

  @Argument(
    help: "Method whose settings are shown.",
    completion: .list(SCLProgram.registry.methods.map { $0.description.name }))
  var name: String?

  @Option(help: "File of published scores.")
  var against = PublishedFigures.file

  @Flag(help: "Examine whether it keeps what every method promises. Exits with 1 if not.")
  var check = false

  @OptionGroup var output: JSONOption

  func validate() throws {
    if check && name == nil { throw ValidationError("--check needs the name of a method") }
  }

  func run() throws {
    if let name, check {
      try examine(SCLProgram.registry.method(name))
    } else if let name {
      let report = MethodReport(try SCLProgram.registry.method(name), published: try published())
      try report.show(json: output.json)
    } else {
      try MethodReport.showAll(
        SCLProgram.registry.methods.map { $0.description }, json: output.json)
    }
  }

  /// A line for each promise; what is found is said behind it.
  private func examine(_ method: any ClusteringMethod.Type) throws {
    let suite = Conformance(registry: SCLProgram.registry)
    var findings: [Finding] = []
    for promise in Promise.allCases {
      let found = try suite.findings(of: method, promises: [promise])
      findings += found
      if output.json { continue }
      Console.print("\(found.isEmpty ? "ok    " : "BROKEN")  \(promise.statement)")
      for finding in found { Console.print("          \(finding.detail)") }
    }
    if output.json { for finding in findings { try Console.json(finding) } }
    if !findings.isEmpty { throw ExitCode.failure }
  }

  /// Nil where the default file is not there: methods can be read about outside a checkout.
  private func published() throws -> PaperTables? {
    let path = PublishedFigures.path(against)
    if against == PublishedFigures.file, !FileManager.default.fileExists(atPath: path) {
      return nil
    }
    return try PaperTables.read(from: path, methods: SCLProgram.registry.names)
  }
}
