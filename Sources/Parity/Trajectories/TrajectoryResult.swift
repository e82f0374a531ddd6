/// How far one thing that a trajectory records lies from what the replay has.
public struct Deviation: Hashable, Sendable {
  /// A tensor ("backbone.bn1.weight"), a loss term with the step in which it is farthest off, or the way
  /// of the parameters.
  public let place: String
  /// ||got - expected|| / ||expected||
  public let value: Double
  public let tolerance: Double

  /// Not so for NaN on either side.
  public var isWithin: Bool { value <= tolerance }

  /// How near the tolerance it comes, or how far beyond: 1 is at it.
  fileprivate var severity: Double {
    guard isWithin else { return tolerance > 0 && value.isFinite ? value / tolerance : .infinity }
    return tolerance > 0 ? value / tolerance : 0
  }

  /// ||got - expected|| / ||expected|| of values joined over many tensors.
  struct Norms {
    private var difference = 0.0
    private var expected = 0.0

    mutating func add(_ got: Double, _ expected: Double) {
      difference += (got - expected) * (got - expected)
      self.expected += expected * expected
    }

    var ratio: Double { difference.squareRoot() / max(expected.squareRoot(), 1e-12) }
  }
}

/// What became of one trajectory.
public struct TrajectoryResult: Hashable, Sendable {
  public enum Outcome: Hashable, Sendable {
    /// Everything that it records was compared.
    case compared([Deviation])
    /// The method is not known to this program.
    case unknownMethod
    /// The trajectory makes no sense, or the method refused it.
    case refused(String)
  }

  public let name: String
  /// Of our method.
  public let method: String
  /// The official code that it was recorded from.
  public let source: String
  /// Settings that the file leaves open, as they were taken: "idle_heads: skip".
  public let assumed: [String]
  public internal(set) var outcome: Outcome

  /// The deviation that comes nearest its tolerance, or is farthest beyond it.
  public var largest: Deviation? {
    guard case .compared(let deviations) = outcome else { return nil }
    return deviations.reduce(nil) { worst, deviation in
      guard let worst, worst.severity >= deviation.severity else { return deviation }
      return worst
    }
  }

  /// Whether something was compared, and all of it lies within its tolerance.
  public var passed: Bool {
    guard case .compared(let deviations) = outcome else { return false }
    return !deviations.isEmpty && deviations.allSatisfy(\.isWithin)
  }
}
