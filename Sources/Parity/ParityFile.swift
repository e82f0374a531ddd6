import HDF5
import Methods
import Torch

/// The result of one case.
package struct ParityResult: Hashable, Sendable {
  /// What running the case gave.
  package enum Outcome: Hashable, Sendable {
    /// The largest error of the case's outputs, each in the measure of the operation.
    case measured(Double)
    /// This program does not have the operation. The case counts as not passed.
    case unknownOperation
    /// The case is invalid for the operation; the text is the error.
    case refused(String)
  }

  /// The case's name in the file.
  package let name: String
  /// The attribute `op`.
  package let operation: String
  /// The largest error with which the case passes.
  package let tolerance: Double
  package let outcome: Outcome

  /// Whether an error was measured that is within the tolerance. NaN is not.
  package var passed: Bool {
    if case .measured(let error) = outcome { return error <= tolerance }
    return false
  }
}

/// A file with reference values of other programs: single operations (`/cases`), short trainings
/// that were recorded from official code (`/trajectories`), or both.
///
/// Cases compare losses with their gradients, metrics, clustering, augmentation, networks and
/// optimisers with PyTorch, torchvision, scikit-learn, SciPy and Pillow. Each has its own
/// tolerance. `scl verify FILE` prints the results.
///
///     let parity = try ParityFile("parity.h5")
///     for name in try parity.names() {
///       let result = try parity.run(name)
///       print(name, result.passed, result.outcome)
///     }
package struct ParityFile {
  private let file: HDF5File
  /// Nil if the file has none.
  private let cases: HDF5Group?
  private let trajectories: HDF5Group?
  /// Where this file's cases and trajectories are computed.
  private let place: Device

  /// Where tensors of the current case or trajectory belong.
  @TaskLocal static var device = Device.cpu

  /// Opens a parity file.
  /// - Parameters:
  ///   - path: an HDF5 file.
  ///   - device: where cases and trajectories are computed.
  /// - Throws: `ParityError.noCases` if the file has neither group; `HDF5Error` if it is missing,
  ///   damaged or not HDF5.
  package init(_ path: String, device: Device = .cpu) throws {
    let file = try HDF5File(reading: path)
    func group(_ name: String) throws -> HDF5Group? {
      try file.containsGroup(name) ? file.group(name) : nil
    }
    self.file = file
    place = device
    cases = try group("cases")
    trajectories = try group("trajectories")
    guard cases != nil || trajectories != nil else { throw ParityError.noCases(file: path) }
  }

  /// The names of the cases, sorted; empty if there are none.
  package func names() throws -> [String] {
    try cases?.children().sorted() ?? []
  }

  /// The names of the trajectories, sorted; empty if there are none.
  package func trajectoryNames() throws -> [String] {
    try trajectories?.children().sorted() ?? []
  }

  /// Runs one case in float32.
  /// - Returns: the measured error, or why there is none. An invalid case is a result, not an
  ///   error.
  /// - Throws: `HDF5Error` if the case has no operation or tolerance, or does not exist.
  package func run(_ name: String) throws -> ParityResult {
    guard let cases else { throw ParityError.noCases(file: file.file) }
    let parity = try ParityCase(name, in: cases)
    let outcome: ParityResult.Outcome
    if let operation = Self.operations[parity.operation] {
      do {
        outcome = .measured(
          try Self.$device.withValue(place) { try Torch.checked { try operation(parity) } })
      } catch {
        outcome = .refused("\(error)")
      }
    } else {
      outcome = .unknownOperation
    }
    return ParityResult(
      name: name, operation: parity.operation, tolerance: parity.tolerance, outcome: outcome)
  }

  /// Replays one trajectory in float32.
  ///
  /// Official code may behave in a way that our settings express and the recording does not state
  /// (`OfficialBehaviour`). Then the readings are tried in order, and the first that agrees counts.
  /// If none agrees, the result is that of the likeliest.
  /// - Returns: the deviations, or why there are none. It never throws: an invalid trajectory is a
  ///   result.
  package func replay(_ name: String) -> TrajectoryResult {
    var result = TrajectoryResult(
      name: name, method: "", source: "", assumed: [], outcome: .refused("it is missing"))
    do {
      guard let trajectories else { return result }
      let trajectory = try Trajectory(name, in: trajectories)
      var likeliest: TrajectoryResult?
      for reading in OfficialBehaviour.readings(of: trajectory) {
        let open = reading.filter { trajectory.settings[$0.key] == nil }
        result = TrajectoryResult(
          name: name, method: trajectory.method, source: trajectory.source,
          assumed: open.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" },
          outcome: .compared([]))
        result.outcome = .compared(
          try Self.$device.withValue(place) {
            try Torch.checked { try TrajectoryReplay(trajectory, with: open).run() }
          })
        if result.passed { return result }
        likeliest = likeliest ?? result
      }
      return likeliest ?? result
    } catch MethodError.unknown {
      result.outcome = .unknownMethod
    } catch {
      result.outcome = .refused("\(error)")
    }
    return result
  }

  /// Runs an operation on a case's inputs.
  /// - Returns: the largest error of its outputs.
  /// - Throws: any error, which refuses the case.
  typealias Operation = @Sendable (ParityCase) throws -> Double

  /// All operations by name. A new one is an entry in one of the dictionaries under Operations, each of
  /// which is one group of operations.
  private static let operations: [String: Operation] = [
    clusteringOperations,
    lossOperations,
    clusterLossOperations,
    representationLossOperations,
    blockLossOperations,
    graphAndExpertOperations,
    clusterContrastOperations,
    figuresOnlyOperations,
    imageOperations,
    networkOperations,
  ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }
}
