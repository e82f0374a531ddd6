import HDF5

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

/// A file of small cases whose expected values come from other programs.
public struct ParityFile {
  private let file: HDF5File
  private let cases: HDF5Group

  /// - Throws: `ParityError.noCases` for another kind of HDF5 file, `HDF5Error` for a damaged one.
  public init(_ path: String) throws {
    file = try HDF5File(reading: path)
    guard try file.containsGroup("cases") else { throw ParityError.noCases(file: path) }
    cases = try file.group("cases")
  }

  /// The names of the cases, in alphabetical order.
  public func names() throws -> [String] {
    try cases.children().sorted()
  }

  /// Runs one case on the CPU in float32.
  /// - Throws: only where the file itself cannot be read.
  public func run(_ name: String) throws -> ParityResult {
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

  /// Runs a case's operation and gives the largest of its errors.
  typealias Operation = @Sendable (ParityCase) throws -> Double

  private static let operations: [String: Operation] = [
    clusteringOperations, lossOperations, clusterLossOperations, imageOperations, networkOperations,
  ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }
}
