import Foundation

/// Student's t distribution.
///
///     let t = StudentT(degreesOfFreedom: 4)
///     t.twoSidedTail(2.776)  // 0.05
///     t.quantile(0.975)      // 2.776
package struct StudentT: Sendable {
  /// Positive; not necessarily whole, as in Welch's test.
  package let degreesOfFreedom: Double

  package init(degreesOfFreedom: Double) {
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// The probability of a value at least as far from 0 as `t`, on either side: NIST DLMF 8.17.
  package func twoSidedTail(_ t: Double) -> Double {
    guard t.isFinite else { return t.isNaN ? .nan : 0 }
    let x = degreesOfFreedom / (degreesOfFreedom + t * t)
    return regularisedIncompleteBeta(x, degreesOfFreedom / 2, 0.5)
  }

  /// The value below which the distribution has the given probability, which is in (0, 1).
  /// Found by bisection to the last bit, since the tail decreases monotonically.
  package func quantile(_ probability: Double) -> Double {
    guard probability != 0.5 else { return 0 }
    let tail = 2 * min(probability, 1 - probability)
    var low = 0.0
    var high = 1.0
    while twoSidedTail(high) > tail, high < 1e300 { high *= 2 }
    while true {
      let middle = (low + high) / 2
      guard middle > low, middle < high else { break }
      if twoSidedTail(middle) > tail { low = middle } else { high = middle }
    }
    return probability < 0.5 ? -high : high
  }
}

/// The regularised incomplete beta function I_x(a, b), by the continued fraction of NIST DLMF
/// 8.17.22 (modified Lentz algorithm).
func regularisedIncompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  if x <= 0 { return 0 }
  if x >= 1 { return 1 }
  let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
  // The fraction converges fast below the mean; above it the symmetric form is used (DLMF 8.17.4).
  return x < (a + 1) / (a + b + 2)
    ? front * betaFraction(x, a, b) / a : 1 - front * betaFraction(1 - x, b, a) / b
}

/// The continued fraction. Fifty terms suffice for all arguments in use; a thousand are
/// allowed.
private func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
  let tiny = 1e-300
  func awayFromZero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  var numerator = 1.0
  var denominator = 1 / awayFromZero(1 - (a + b) * x / (a + 1))
  var result = denominator
  for term in 1...1000 {
    let m = Double(term)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    denominator = 1 / awayFromZero(1 + even * denominator)
    numerator = awayFromZero(1 + even / numerator)
    result *= denominator * numerator
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    denominator = 1 / awayFromZero(1 + odd * denominator)
    numerator = awayFromZero(1 + odd / numerator)
    let change = denominator * numerator
    result *= change
    if abs(change - 1) < 1e-16 { break }
  }
  return result
}
