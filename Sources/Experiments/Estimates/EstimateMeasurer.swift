import Foundation
import Subprocess

/// The reason why a run could not be measured, such as the error of its method.
package struct MeasurementFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package let reason: String

  package var description: String { reason }
}

/// Measures runs, each in a process of its own (`measure-child`), so that the process's peak memory
/// is the run's.
///
///     let costs = try await EstimateMeasurer(command).measure(run)
///     costs.seconds(epochs: 200, assignments: 1)
package struct EstimateMeasurer: Sendable {
  private let command: ChildCommand

  /// - Parameter command: starts this program for one run.
  package init(_ command: ChildCommand) {
    self.command = command
  }

  /// - Throws: `MeasurementFailure` with the last error message of the process.
  package func measure(_ run: PlannedRun) async throws -> MeasuredCosts {
    let arguments = command.arguments(for: run, command: "measure-child")
    let outcome: (status: TerminationStatus, output: String, errors: String)
    do {
      let result = try await Subprocess.run(
        // This very program, even if its file has been replaced since it started.
        .path("/proc/self/exe"), arguments: Arguments(arguments), input: .none,
        output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
      outcome = (result.terminationStatus, result.standardOutput, result.standardError)
    } catch {
      throw MeasurementFailure(reason: "its process could not be followed: \(error)")
    }
    if outcome.status.isSuccess,
      let measurement = try? JSONDecoder().decode(
        MeasuredCosts.self, from: Data(outcome.output.utf8))
    {
      return measurement
    }
    let said = outcome.errors.split(separator: "\n").last.map(String.init) ?? ""
    switch outcome.status {
    case .exited where !said.isEmpty:
      throw MeasurementFailure(
        reason: said.hasPrefix("error: ") ? String(said.dropFirst("error: ".count)) : said)
    case .exited(let code): throw MeasurementFailure(reason: "it ended with exit code \(code)")
    case .signaled(let signal): throw MeasurementFailure(reason: "killed by signal \(signal)")
    }
  }
}
