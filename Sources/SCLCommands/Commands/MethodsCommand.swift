import ArgumentParser
import Conformance
import Core
import Foundation
import Methods
import Reporting

/// `scl methods`: prints `MethodReport`s, or checks a method with `Conformance`.
struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods", abstract: "List the methods, or the settings of one method.",
    discussion: """
      For one method: its settings with defaults, ranges and sources, defaults that differ by benchmark, \
      and the published scores that 'scl diff' compares its results with.
      """)

  @Argument(
    help: "Name of a method.",
    completion: .list(SCLProgram.registry.methods.map { $0.description.name }))
  var name: String?

  @Option(help: "File with published scores.")
  var against = PublishedFigures.file

  @Flag(help: "Run the conformance checks on the method. Exits with 1 if one fails.")
  var check = false

  @OptionGroup var output: JSONOption

  func validate() throws {
    if check && name == nil { throw ValidationError("--check requires the name of a method") }
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

  /// Prints a line per conformance check, followed by its findings.
  private func examine(_ method: any ClusteringMethod.Type) throws {
    let suite = Conformance(registry: SCLProgram.registry)
    var findings: [Finding] = []
    for promise in Promise.allCases {
      let found = try suite.findings(of: method, promises: [promise])
      findings += found
      if output.json { continue }
      Console.print("\(found.isEmpty ? "ok    " : "FAILED")  \(promise.statement)")
      for finding in found { Console.print("          \(finding.detail)") }
    }
    if output.json { for finding in findings { try Console.json(finding) } }
    if !findings.isEmpty { throw ExitCode.failure }
  }

  /// Nil if the default file does not exist, as outside a checkout.
  private func published() throws -> PaperTables? {
    let path = PublishedFigures.path(against)
    if against == PublishedFigures.file, !FileManager.default.fileExists(atPath: path) {
      return nil
    }
    return try PaperTables.read(from: path, methods: SCLProgram.registry.names)
  }
}
