/// How far one recorded quantity is from the replay's.
package struct Deviation: Hashable, Sendable {
  /// A tensor ("final/backbone.bn1.weight"), a series with the step that is farthest off ("loss
  /// divergence, step 5"), or "change of the parameters" for their total change.
  package let place: String
  /// The ratio ||got - expected|| / ||expected||, over all elements of the tensor or all steps of
  /// the series.
  package let value: Double
  /// The largest value that counts as equal. Recordings set it to ten times the deviation of the
  /// official code from itself, in double precision or on two threads.
  package let tolerance: Double

  /// Whether the value is within the tolerance. NaN on either side is not.
  package var isWithin: Bool { value <= tolerance }

  /// The value in units of the tolerance, for ordering: 1 is at the tolerance, infinity for NaN.
  fileprivate var severity: Double {
    guard isWithin else { return tolerance > 0 && value.isFinite ? value / tolerance : .infinity }
    return tolerance > 0 ? value / tolerance : 0
  }

  /// The ratio of norms, accumulated element by element over any number of tensors.
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

/// The result of replaying one trajectory.
package struct TrajectoryResult: Hashable, Sendable {
  /// What the replay gave.
  package enum Outcome: Hashable, Sendable {
    /// The replay ran to its end; all recorded quantities were compared.
    case compared([Deviation])
    /// This program does not have the method. The trajectory counts as not passed.
    case unknownMethod
    /// The trajectory is invalid, or the method threw an error; the text is the error.
    case refused(String)
  }

  /// The trajectory's name in the file.
  package let name: String
  /// The name of our method.
  package let method: String
  /// The official code that it was recorded from: "repository@commit".
  package let source: String
  /// Settings that the file leaves open, with the assumed values: "idle_heads: skip".
  package let assumed: [String]
  package internal(set) var outcome: Outcome

  /// The deviation that is largest relative to its tolerance; nil if nothing was compared.
  package var largest: Deviation? {
    guard case .compared(let deviations) = outcome else { return nil }
    return deviations.reduce(nil) { worst, deviation in
      guard let worst, worst.severity >= deviation.severity else { return deviation }
      return worst
    }
  }

  /// Whether something was compared and all of it is within its tolerance.
  package var passed: Bool {
    guard case .compared(let deviations) = outcome else { return false }
    return !deviations.isEmpty && deviations.allSatisfy(\.isWithin)
  }
}
