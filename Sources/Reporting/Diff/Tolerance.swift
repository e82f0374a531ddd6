/// How far a measured score may lie from its reference and still count as reproduced.
package enum Tolerance: Equatable, Sendable {
  /// At most so many points.
  case points(Double)
  /// At most twice the standard error of the difference of two means, 2 sqrt(s^2 / n + t^2 / m), s and t
  /// being the standard deviations over n seeds and m trials; but never less than `floor` and never more
  /// than `cap`.
  case standardErrors

  /// Points that are always allowed: tables print one decimal, and a port has other random numbers.
  package static let floor = 1.0
  /// The most that any spread allows, in points: about what separates neighbouring rows of the published
  /// tables. With more, one method's scores would reproduce another's row.
  package static let cap = 3.0
  /// Trials of a published spread whose source does not say how many: the most that tables of this field
  /// usually have, so that the tolerance is rather too narrow than too wide.
  package static let assumedTrials = 5

  /// A standard deviation over a number of seeds or trials.
  package struct Spread: Equatable, Sendable {
    package var deviation: Double
    package var count: Int

    package init(deviation: Double, count: Int) {
      self.deviation = deviation
      self.count = count
    }
  }

  /// The largest difference in points that is allowed.
  /// - Parameter spreads: of both sides, where they are known.
  package func limit(_ spreads: [Spread]) -> Double {
    switch self {
    case .points(let points): points
    case .standardErrors: min(max(Self.floor, Self.twiceStandardError(spreads)), Self.cap)
    }
  }

  /// What the spreads alone would allow, in points, where that is more than the cap.
  func beyondCap(_ spreads: [Spread]) -> Double? {
    let allowed = Self.twiceStandardError(spreads)
    return self == .standardErrors && allowed > Self.cap ? allowed : nil
  }

  private static func twiceStandardError(_ spreads: [Spread]) -> Double {
    2 * spreads.reduce(0) { $0 + $1.deviation * $1.deviation / Double($1.count) }.squareRoot()
  }
}
