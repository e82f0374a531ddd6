/// How far a measured score may be from its reference and still count as reproduced.
///
///     let limit = Tolerance.standardErrors.limit([
///       .init(deviation: 0.8, count: 3), .init(deviation: 1.1, count: 5),
///     ])  // 1.35 points
package enum Tolerance: Equatable, Sendable {
  /// A fixed number of points (`--within`).
  case points(Double)
  /// Two standard errors of the difference of two means, 2 sqrt(s²/n + t²/m), with the standard
  /// deviations s over n seeds and t over m trials; at least `floor` and at most `cap`.
  case standardErrors

  /// In points. Tables print one decimal, and other random numbers alone move a score.
  package static let floor = 1.0
  /// In points. Neighbouring rows of the published tables differ by about this much. A wider
  /// tolerance would let the scores of one method reproduce the row of another.
  package static let cap = 3.0
  /// The assumed number of trials of a published spread without one. Tables of this field rarely
  /// have more, so the tolerance is rather too narrow than too wide.
  package static let assumedTrials = 5

  /// A standard deviation, in points, over a number of seeds or trials.
  package struct Spread: Equatable, Sendable {
    package var deviation: Double
    package var count: Int

    package init(deviation: Double, count: Int) {
      self.deviation = deviation
      self.count = count
    }
  }

  /// The largest allowed difference, in points.
  /// - Parameter spreads: of both sides, as far as they are known. An unknown one counts as zero.
  package func limit(_ spreads: [Spread]) -> Double {
    switch self {
    case .points(let points): points
    case .standardErrors: min(max(Self.floor, Self.twiceStandardError(spreads)), Self.cap)
    }
  }

  /// What the spreads would allow, in points, if that is more than the cap; nil otherwise.
  func beyondCap(_ spreads: [Spread]) -> Double? {
    let allowed = Self.twiceStandardError(spreads)
    return self == .standardErrors && allowed > Self.cap ? allowed : nil
  }

  /// Twice the standard error of the difference, in points.
  private static func twiceStandardError(_ spreads: [Spread]) -> Double {
    2 * spreads.reduce(0) { $0 + $1.deviation * $1.deviation / Double($1.count) }.squareRoot()
  }
}
