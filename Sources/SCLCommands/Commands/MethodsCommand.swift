import ArgumentParser
import Conformance
import Core
import Methods
import Reporting

/// `scl methods`: prints `MethodReport`s, or checks a method with `Conformance`.
///
///     scl methods
///     scl methods scan --json
///     scl methods my-method --check
///
/// Without a name it prints a line per method. Exit codes: 0; 1 if `--check` finds a broken
/// promise; 64 for an unknown method; 65 for a mistake in the file of published figures.
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

  /// Its rows of the method are printed with their protocols.
  @Option(help: "File with published scores.")
  var against = PublishedFigures.file

  /// For methods of other packages, before they are run on real data.
  @Flag(help: "Run the conformance checks on the method; exit with 1 if one fails.")
  var check = false

  @OptionGroup var output: JSONOption

  /// `--check` takes seconds to minutes for a method, so it needs a name.
  func validate() throws {
    if check && name == nil { throw ValidationError("--check requires the name of a method") }
  }

  /// Prints all methods, one method, or the result of its checks.
  func run() throws {
    if let name, check {
      try examine(SCLProgram.registry.method(name))
    } else if let name {
      let report = try MethodReport(
        SCLProgram.registry.method(name), published: PublishedFigures.tables(against))
      try report.show(json: output.json)
    } else {
      try MethodReport.showAll(
        SCLProgram.registry.methods.map { $0.description }, json: output.json)
    }
  }

  /// Prints a line per promise, followed by its findings. With `--json` only findings are printed.
  ///
  ///     ok      the same seed gives the same bits, on one thread and on two
  ///     FAILED  gradients reach every parameter and nothing else
  ///               no gradient reaches 'projection.bias' in 3 epochs
  ///
  /// - Throws: `ExitCode.failure` if there are any.
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
}
