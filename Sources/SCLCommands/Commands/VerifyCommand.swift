import ArgumentParser
import Foundation
import Parity

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compares this program's operations with other programs' results.",
    discussion: """
      Prints a line for each case of a parity file: name, measured error, tolerance, and ok or \
      FAILED. Ends with 1 if a case failed or is of an operation that is not known.
      """)

  @Argument(help: "Parity file (HDF5).")
  var file: String

  @OptionGroup var output: JSONOption

  private struct Line: Encodable {
    let name: String
    let operation: String
    let error: Double?
    let tolerance: Double
    let outcome: String
  }

  func run() throws {
    let parity = try ParityFile(file)
    let results = try parity.names().map(parity.run)
    if output.json {
      for result in results { try Console.json(line(result)) }
    } else {
      for line in TextColumns(results.map(row)).lines { Console.print(line) }
      let passed = results.count { $0.passed }
      let unknown = results.count { $0.outcome == .unknownOperation }
      let failed = results.count - passed - unknown
      Console.print(
        "\(results.count) cases: \(passed) ok, \(failed) failed, \(unknown) of unknown operations")
    }
    if !results.allSatisfy(\.passed) { throw ExitCode.failure }
  }

  private func row(_ result: ParityResult) -> [String] {
    let error = line(result).error.map { String(format: "%.2e", $0) } ?? "-"
    let tolerance = String(format: "%.1e", result.tolerance)
    return [result.name, error, tolerance, line(result).outcome]
  }

  private func line(_ result: ParityResult) -> Line {
    var error: Double?
    let outcome: String
    switch result.outcome {
    case .measured(let measured):
      // JSON has no place for an error that is not finite.
      error = measured.isFinite ? measured : nil
      outcome = result.passed ? "ok" : "FAILED"
    case .unknownOperation: outcome = "unknown operation \(result.operation)"
    case .refused(let reason): outcome = "FAILED: \(reason)"
    }
    return Line(
      name: result.name, operation: result.operation, error: error, tolerance: result.tolerance,
      outcome: outcome)
  }
}
