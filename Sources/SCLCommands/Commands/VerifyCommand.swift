import ArgumentParser
import Foundation
import Parity
import Torch

/// `scl verify`: evaluates the cases and trajectories of a `ParityFile`.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compare operations and training steps with reference values.",
    discussion: """
      A parity file contains small cases of single operations (/cases), short trainings recorded step by \
      step from official implementations (/trajectories), or both. Each case gets a line: name, error, \
      tolerance, and ok or FAILED. A trajectory is replayed from its initial state with its recorded views \
      and learning rates; its line shows the deviation that is largest relative to its tolerance, and where \
      it occurs. Exits with 1 if a case fails or is of an unknown operation or method.
      """)

  @Argument(help: "Parity file (HDF5).")
  var file: String

  @OptionGroup var output: JSONOption

  func run() throws {
    // Reference values are from one thread; the number of cores must not matter.
    Torch.threads = 1
    let parity = try ParityFile(file)
    let results = try parity.names().map { name in
      let result = try parity.run(name)
      if output.json { try Console.json(CaseLine(result)) }
      return result
    }
    if !output.json { Console.printColumns(results.map { CaseLine($0).row }) }
    let replays = try parity.trajectoryNames().map { name in
      let result = parity.replay(name)
      if output.json { try Console.json(TrajectoryLine(result)) }
      return result
    }
    if !output.json {
      Console.printColumns(replays.map { TrajectoryLine($0).row })
      summarise("cases", results.map(\.passed), "operations") {
        results.count { $0.outcome == .unknownOperation }
      }
      summarise("trajectories", replays.map(\.passed), "methods") {
        replays.count { $0.outcome == .unknownMethod }
      }
    }
    guard results.allSatisfy(\.passed), replays.allSatisfy(\.passed) else { throw ExitCode.failure }
  }

  private func summarise(
    _ what: String, _ passed: [Bool], _ unknownWhat: String, unknown: () -> Int
  ) {
    if passed.isEmpty { return }
    let (ok, unknown) = (passed.count { $0 }, unknown())
    Console.print(
      "\(passed.count) \(what): \(ok) ok, \(passed.count - ok - unknown) failed, "
        + "\(unknown) with unknown \(unknownWhat)")
  }
}

/// The result of a case.
private struct CaseLine: Encodable {
  let name: String
  let operation: String
  let error: Double?
  let tolerance: Double?
  let outcome: String

  init(_ result: ParityResult) {
    name = result.name
    operation = result.operation
    tolerance = result.tolerance.finite
    switch result.outcome {
    case .measured(let measured):
      error = measured.finite
      outcome = result.passed ? "ok" : "FAILED"
    case .unknownOperation:
      error = nil
      outcome = "unknown operation \(result.operation)"
    case .refused(let reason):
      error = nil
      outcome = "FAILED: \(reason)"
    }
  }

  var row: [String] { [name, error.errorText, tolerance.toleranceText, outcome] }
}

/// The result of a replayed trajectory.
private struct TrajectoryLine: Encodable {
  let trajectory: String
  let method: String
  let source: String
  /// Settings that the file does not state.
  let assumed: [String]
  let deviation: Double?
  let tolerance: Double?
  let place: String?
  let outcome: String

  init(_ result: TrajectoryResult) {
    trajectory = result.name
    method = result.method
    source = result.source
    assumed = result.assumed
    deviation = result.largest?.value.finite
    tolerance = result.largest?.tolerance.finite
    place = result.largest?.place
    outcome =
      switch result.outcome {
      case .compared: result.passed ? "ok" : "FAILED"
      case .unknownMethod: "unknown method \(result.method)"
      case .refused(let reason): "FAILED: \(reason)"
      }
  }

  var row: [String] {
    let assumed = assumed.isEmpty ? "" : " (\(assumed.joined(separator: ", ")))"
    return [
      trajectory, deviation.errorText, tolerance.toleranceText, outcome, (place ?? "-") + assumed,
    ]
  }
}

extension Double {
  /// Nil for non-finite numbers, which JSON does not have.
  fileprivate var finite: Double? { isFinite ? self : nil }
}

extension Double? {
  fileprivate var errorText: String { map { String(format: "%.2e", $0) } ?? "-" }
  fileprivate var toleranceText: String { map { String(format: "%.1e", $0) } ?? "-" }
}
