import ArgumentParser
import Foundation
import Parity
import Torch

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compares this program with other programs' results.",
    discussion: """
      A parity file has small cases of single operations (/cases), short trainings recorded step by step \
      from methods' official code (/trajectories), or both. Prints a line for each case: name, measured \
      error, tolerance, and ok or FAILED. A trajectory is replayed by the trainer's own steps from its \
      initial state, with its views and learning rates; its line has the deviation that comes nearest its \
      tolerance, or is farthest beyond it, and where that is: a tensor, a loss term with a step, or the \
      way that the parameters went. Ends with 1 if anything failed or is of an operation or a method that \
      is not known.
      """)

  @Argument(help: "Parity file (HDF5).")
  var file: String

  @OptionGroup var output: JSONOption

  func run() throws {
    // The reference values are of one thread, and no machine's number of cores should show.
    Torch.threads = 1
    let parity = try ParityFile(file)
    let cases = try parity.names()
    let trajectories = try parity.trajectoryNames()
    var passed = true
    if output.json {
      for name in cases {
        let result = try parity.run(name)
        try Console.json(CaseLine(result))
        passed = passed && result.passed
      }
      for name in trajectories {
        let result = parity.replay(name)
        try Console.json(TrajectoryLine(result))
        passed = passed && result.passed
      }
    } else {
      let results = try cases.map(parity.run)
      for line in TextColumns(results.map { CaseLine($0).row }, width: Console.outputWidth).lines {
        Console.print(line)
      }
      let replays = trajectories.map(parity.replay)
      for line in TextColumns(replays.map { TrajectoryLine($0).row }, width: Console.outputWidth)
        .lines
      {
        Console.print(line)
      }
      if !results.isEmpty {
        summarise(
          "cases", results.count, passed: results.count { $0.passed },
          unknown: results.count { $0.outcome == .unknownOperation }, "operations")
      }
      if !replays.isEmpty {
        summarise(
          "trajectories", replays.count, passed: replays.count { $0.passed },
          unknown: replays.count { $0.outcome == .unknownMethod }, "methods")
      }
      passed = results.allSatisfy(\.passed) && replays.allSatisfy(\.passed)
    }
    if !passed { throw ExitCode.failure }
  }

  private func summarise(
    _ what: String, _ count: Int, passed: Int, unknown: Int, _ unknownWhat: String
  ) {
    Console.print(
      "\(count) \(what): \(passed) ok, \(count - passed - unknown) failed, "
        + "\(unknown) of unknown \(unknownWhat)")
  }
}

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

private struct TrajectoryLine: Encodable {
  let trajectory: String
  let method: String
  let source: String
  /// Settings that the file leaves open.
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
  /// JSON has no place for a number that is not finite.
  fileprivate var finite: Double? { isFinite ? self : nil }
}

extension Double? {
  fileprivate var errorText: String { map { String(format: "%.2e", $0) } ?? "-" }
  fileprivate var toleranceText: String { map { String(format: "%.1e", $0) } ?? "-" }
}
