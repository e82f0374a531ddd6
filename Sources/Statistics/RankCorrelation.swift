import Foundation

/// Kendall's rank correlation of two orders of the same methods.
///
///     RankCorrelation([1, 2, 3], [10, 30, 20])?.tau  // 0.33: two pairs agree, one does not
package struct RankCorrelation: Hashable, Sendable {
  /// tau-b, in [-1, 1]: 1 for the same order, -1 for the reverse, about 0 for unrelated ones. Pairs that
  /// are tied on either side count for neither (Kendall, Biometrika 33, 1945).
  package let tau: Double
  /// Fieller's approximate interval, atanh(tau) +- z sqrt(0.437 / (n - 4)) (Fieller, Hartley and
  /// Pearson, Biometrika 44, 1957). Nil for fewer than ten methods, for which they do not recommend it,
  /// and for a perfect order, for which atanh is infinite.
  package let interval: Interval?
  /// The number of methods.
  package let count: Int

  /// Compares two lists of values of the same methods, in O(n^2).
  /// - Returns: nil for fewer than two values, lists of different lengths, or a list of equal
  ///   values, which has no order.
  package init?(_ first: [Double], _ second: [Double]) {
    guard first.count == second.count, first.count > 1 else { return nil }
    var agreement = 0
    var firstPairs = 0
    var secondPairs = 0
    for i in first.indices {
      for j in first.indices where j > i {
        let a = Self.sign(first[i] - first[j])
        let b = Self.sign(second[i] - second[j])
        agreement += a * b
        firstPairs += abs(a)
        secondPairs += abs(b)
      }
    }
    guard firstPairs > 0, secondPairs > 0 else { return nil }
    count = first.count
    tau = Double(agreement) / (Double(firstPairs) * Double(secondPairs)).squareRoot()
    guard count >= 10, abs(tau) < 1 else {
      interval = nil
      return
    }
    let half = 1.959963984540054 * (0.437 / Double(count - 4)).squareRoot()
    interval = Interval(tanh(atanh(tau) - half), tanh(atanh(tau) + half))
  }

  private static func sign(_ value: Double) -> Int { value > 0 ? 1 : value < 0 ? -1 : 0 }
}
