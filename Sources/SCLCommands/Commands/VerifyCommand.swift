import ArgumentParser
import Experiments
import Foundation
import Parity
import Torch

/// `scl verify`: evaluates the cases and trajectories of a `ParityFile` and prints a line for each,
/// then a summary.
///
///     scan           4.00e-08  1.0e-04  ok
///     scl_semantic   5.24e-07  1.0e-04  ok
///     41 cases: 41 ok, 0 failed, 0 with unknown operations
///
/// Exit codes: 0 if all pass; 1 if one fails or has an unknown operation or method; 65 for a file
/// that is not a parity file, 66 if it does not exist.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compare operations and training steps with reference values.",
    discussion: """
      A parity file contains small cases of single operations (/cases), short trainings recorded step by \
      step from official implementations (/trajectories), or both. Each case gets a line: name, error, \
      tolerance, and ok or FAILED. A trajectory is replayed from its initial state with its recorded views \
      and learning rates; its line shows the deviation that is largest relative to its tolerance, and where \
      it occurs. Convolutions are libtorch's, by which the tolerances were measured. With SCL_CONVOLUTIONS=avx512 \
      or avx2 they are this program's own. Exits with 1 if a case fails or is of an unknown operation or method.
      """)

  @Argument(help: "Parity file (HDF5).")
  /// See `ParityFile` for the layout.
  var file: String

  @Option(help: "Device: cpu or cuda. Reference values are of a processor.")
  var device = Device.cpu

  @OptionGroup var output: JSONOption

  /// Evaluates cases, then trajectories, on one thread. JSON lines are printed as results arrive,
  /// text when all are known.
  func run() throws {
    // Before libtorch is loaded, and not over the user's choice: docs/methods.md says what rounding does to one of
    // the recordings.
    setenv("SCL_CONVOLUTIONS", "libtorch", 0)
    // Reference values are from one thread; the number of cores must not matter.
    Torch.threads = 1
    try Machine.checkHas(device)
    let parity = try ParityFile(file, device: device)
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

  /// Prints "41 cases: 41 ok, 0 failed, 0 with unknown operations"; nothing if there are none.
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

/// The result of a case, as printed with `--json`.
///
///     {"error": 2.97e-05, "name": "saturation_1.35", "operation": "augment.saturation",
///      "outcome": "ok", "tolerance": 0.005}
private struct CaseLine: Encodable {
  /// The name in the file, such as "ntxent_0.1".
  let name: String
  /// The attribute `op`, such as "loss.ntxent".
  let operation: String
  /// The largest error of the outputs, in the measure of the operation; absent if there is none or
  /// it is not finite.
  let error: Double?
  /// The largest error with which the case passes.
  let tolerance: Double?
  /// "ok", "FAILED", "FAILED: reason" or "unknown operation NAME".
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

  /// The cells of the line.
  var row: [String] { [name, error.errorText, tolerance.toleranceText, outcome] }
}

/// The result of a replayed trajectory, as printed with `--json`. Some of the keys:
///
///     {"assumed": ["first_step: 1", "target_follows: before-step"], "deviation": 3.83e-05,
///      "method": "byol", "outcome": "ok", "place": "final/projection.1.bias",
///      "source": "Hzzone/ProPos@cc35d8c", "tolerance": 0.0004, "trajectory": "byol"}
private struct TrajectoryLine: Encodable {
  let trajectory: String
  /// The name of our method.
  let method: String
  /// The official code that it was recorded from.
  let source: String
  /// Settings that the file does not state, with the assumed values.
  let assumed: [String]
  /// The deviation that is largest relative to its tolerance, and that tolerance.
  let deviation: Double?
  let tolerance: Double?
  /// What it is a deviation of: "final/backbone.conv1.weight", "loss total, step 3".
  let place: String?
  /// "ok", "FAILED", "FAILED: reason" or "unknown method NAME".
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

  /// The cells of the line.
  var row: [String] {
    let assumed = assumed.isEmpty ? "" : " (\(assumed.joined(separator: ", ")))"
    return [
      trajectory, deviation.errorText, tolerance.toleranceText, outcome, (place ?? "-") + assumed,
    ]
  }
}

extension Double {
  /// Nil for a number that JSON cannot hold.
  fileprivate var finite: Double? { isFinite ? self : nil }
}

extension Double? {
  /// "1.25e-07", or "-" without an error.
  fileprivate var errorText: String { map { String(format: "%.2e", $0) } ?? "-" }
  /// "1.0e-04", or "-" without a tolerance.
  fileprivate var toleranceText: String { map { String(format: "%.1e", $0) } ?? "-" }
}
