import HDF5
import Methods

/// What became of one case.
public struct ParityResult: Hashable, Sendable {
  public enum Outcome: Hashable, Sendable {
    /// The largest of the case's measured errors.
    case measured(Double)
    /// The operation is not known to this program.
    case unknownOperation
    /// The operation refused the case.
    case refused(String)
  }

  public let name: String
  public let operation: String
  public let tolerance: Double
  public let outcome: Outcome

  /// Whether an error was measured and lies within the tolerance; not so for NaN.
  public var passed: Bool {
    if case .measured(let error) = outcome { return error <= tolerance }
    return false
  }
}

/// A file of small cases whose expected values come from other programs, of short trainings recorded from
/// them, or of both.
public struct ParityFile {
  private let file: HDF5File
  private let cases: HDF5Group?
  private let trajectories: HDF5Group?

  /// - Throws: `ParityError.noCases` for another kind of HDF5 file, `HDF5Error` for a damaged one.
  public init(_ path: String) throws {
    let file = try HDF5File(reading: path)
    func group(_ name: String) throws -> HDF5Group? {
      try file.containsGroup(name) ? file.group(name) : nil
    }
    self.file = file
    cases = try group("cases")
    trajectories = try group("trajectories")
    guard cases != nil || trajectories != nil else { throw ParityError.noCases(file: path) }
  }

  /// The names of the cases, in alphabetical order.
  public func names() throws -> [String] {
    try cases?.children().sorted() ?? []
  }

  /// The names of the trajectories, in alphabetical order.
  public func trajectoryNames() throws -> [String] {
    try trajectories?.children().sorted() ?? []
  }

  /// Runs one case on the CPU in float32.
  /// - Throws: only where the file itself cannot be read.
  public func run(_ name: String) throws -> ParityResult {
    guard let cases else { throw ParityError.noCases(file: file.file) }
    let parity = try ParityCase(name, in: cases)
    let outcome: ParityResult.Outcome
    if let operation = Self.operations[parity.operation] {
      do {
        outcome = .measured(try operation(parity))
      } catch {
        outcome = .refused("\(error)")
      }
    } else {
      outcome = .unknownOperation
    }
    return ParityResult(
      name: name, operation: parity.operation, tolerance: parity.tolerance, outcome: outcome)
  }

  /// Replays one trajectory on the CPU in float32. Where its settings leave open what official code does,
  /// the first reading counts that it agrees with, or the likeliest.
  public func replay(_ name: String) -> TrajectoryResult {
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
        result.outcome = .compared(try TrajectoryReplay(trajectory, with: open).run())
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

  /// Runs a case's operation and gives the largest of its errors.
  typealias Operation = @Sendable (ParityCase) throws -> Double

  private static let operations: [String: Operation] = [
    clusteringOperations, lossOperations, clusterLossOperations, imageOperations, networkOperations,
  ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }
}
