import Core
import Foundation
import Metrics

/// The difference of two methods' means over seeds, and whether chance explains it.
///
///     let test = MeanDifference(paired: [0.52, 0.55, 0.51], [0.48, 0.50, 0.49])
///     test?.difference  // 0.037
///     test?.tTest       // the p-value
package struct MeanDifference: Hashable, Sendable {
  /// Mean of the first minus mean of the second.
  package let difference: Double
  /// The 95 % confidence interval of the difference; nil for a single pair, or a single value on
  /// either side. Without any spread it has no width.
  package let interval: Interval?
  /// The two-sided p-value of the t-test; nil if `interval` is.
  package let tTest: Double?
  /// The smallest p-value that the permutation test can give for so many values: of all permutations
  /// or, where these are too many, of random ones. With few seeds it is large, whatever the scores.
  package let leastPermutation: Double
  /// Whether seeds were paired.
  package let isPaired: Bool
  /// What the permutation test permutes: the differences of pairs, or the values of both sides.
  private let samples: [[Double]]

  /// The two-sided p-value of the permutation test. It is computed when it is asked for, since tables of
  /// differences do not show it, and many seeds take 65,536 permutations.
  package var permutation: Double {
    isPaired ? Self.signFlips(samples[0]) : Self.divisions(samples[0], samples[1])
  }
}

extension MeanDifference {
  /// Values of the same seeds, in the same order: the test is on their differences.
  ///
  /// The t-test is Student's on n differences, with n - 1 degrees of freedom. The permutation test
  /// changes the signs of the differences: all 2^n combinations if there are at most 65,536, and as many
  /// random ones otherwise.
  /// - Returns: nil for no values, or lists of different lengths.
  package init?(paired first: [Double], _ second: [Double]) {
    guard first.count == second.count, !first.isEmpty else { return nil }
    let differences = zip(first, second).map { $0 - $1 }
    difference = mean(differences)
    isPaired = true
    interval = Interval.ofMean(differences)
    tTest = Self.oneSampleTail(differences)
    samples = [differences]
    leastPermutation = Self.leastPermutation(of: Self.signChoices(differences.count))
  }

  /// Welch's test for independent values, with any two numbers of seeds and any two variances.
  ///
  /// The degrees of freedom are those of Welch and Satterthwaite. The permutation test
  /// reassigns all values to the two methods: in all ways if there are at most 65,536,
  /// otherwise in as many random ones.
  /// - Returns: nil if either list is empty.
  package init?(independent first: [Double], _ second: [Double]) {
    guard !first.isEmpty, !second.isEmpty else { return nil }
    difference = mean(first) - mean(second)
    isPaired = false
    samples = [first, second]
    leastPermutation = Self.leastPermutation(
      of: Self.binomial(first.count + second.count, first.count))
    guard first.count > 1, second.count > 1 else {
      interval = nil
      tTest = nil
      return
    }
    let parts = [first, second].map { variance($0) / Double($0.count) }
    let error = (parts[0] + parts[1]).squareRoot()
    guard error > 0 else {
      interval = Interval(difference, difference)
      tTest = difference == 0 ? 1 : 0
      return
    }
    let freedom =
      (parts[0] + parts[1]) * (parts[0] + parts[1])
      / (parts[0] * parts[0] / Double(first.count - 1)
        + parts[1] * parts[1] / Double(second.count - 1))
    let distribution = StudentT(degreesOfFreedom: freedom)
    let half = distribution.quantile((1 + Interval.level) / 2) * error
    interval = Interval(difference - half, difference + half)
    tTest = distribution.twoSidedTail(difference / error)
  }

  /// The two-sided p-value of Student's test that the mean is 0; nil for a single value.
  private static func oneSampleTail(_ values: [Double]) -> Double? {
    guard values.count > 1 else { return nil }
    let error = (variance(values) / Double(values.count)).squareRoot()
    let mean = mean(values)
    guard error > 0 else { return mean == 0 ? 1 : 0 }
    return StudentT(degreesOfFreedom: Double(values.count - 1)).twoSidedTail(mean / error)
  }
}

// MARK: - Permutation tests

extension MeanDifference {
  /// The number of permutations up to which all are computed.
  private static let exactLimit = 65_536

  /// The smallest p-value that a test can give, with the observed permutation alone in a tail.
  /// - Parameter permutations: how many there are.
  private static func leastPermutation(of permutations: Double) -> Double {
    // Where they are sampled, the observed one is counted besides the random ones.
    let computed =
      permutations <= Double(exactLimit) ? permutations : Double(exactLimit + 1)
    return min(1, 2 / computed)
  }

  /// Counts the permutations whose statistic is at least, and at most, the observed one.
  private struct Tails {
    private let observed: Double
    private let tolerance: Double
    private var count = 0
    private var above = 0
    private var below = 0

    init(observed: Double) {
      self.observed = observed
      // Values that differ in rounding alone count as equal, as in SciPy.
      tolerance = 1e-12 * max(1, abs(observed))
    }

    mutating func add(_ value: Double) {
      count += 1
      if value >= observed - tolerance { above += 1 }
      if value <= observed + tolerance { below += 1 }
    }

    /// Twice the smaller tail, as in `scipy.stats.permutation_test`.
    var exact: Double { min(1, 2 * Double(min(above, below)) / Double(count)) }

    /// The same for random permutations, with the observed one counted, too, so that it is
    /// never 0 (Phipson and Smyth, Statistical Applications in Genetics and Molecular Biology
    /// 9, 2010).
    var sampled: Double { min(1, 2 * Double(min(above, below) + 1) / Double(count + 1)) }
  }

  /// The p-value over all choices of signs of the differences.
  private static func signFlips(_ differences: [Double]) -> Double {
    let count = differences.count
    func sum(_ isFlipped: (Int) -> Bool) -> Double {
      differences.indices.reduce(0) { $0 + (isFlipped($1) ? -differences[$1] : differences[$1]) }
    }
    var tails = Tails(observed: sum { _ in false })
    if signChoices(count) <= Double(exactLimit) {
      for mask in 0..<1 << count { tails.add(sum { mask >> $0 & 1 == 1 }) }
      return tails.exact
    }
    for permutation in 0..<exactLimit {
      var stream = RandomStream(seed: 1, purpose: .statistics, epoch: permutation)
      let flips = differences.map { _ in stream.next() & 1 == 1 }
      tails.add(sum { flips[$0] })
    }
    return tails.sampled
  }

  /// The p-value over all divisions of the values into groups of the given sizes.
  private static func divisions(_ first: [Double], _ second: [Double]) -> Double {
    let all = first + second
    // With the sizes given, the difference of the means grows with the sum of the first group.
    var tails = Tails(observed: first.reduce(0, +))
    if binomial(all.count, first.count) <= Double(exactLimit) {
      eachSum(of: first.count, among: all[...], sum: 0) { tails.add($0) }
      return tails.exact
    }
    for permutation in 0..<exactLimit {
      var stream = RandomStream(seed: 1, purpose: .statistics, epoch: permutation)
      let order = stream.permutation(of: all.count)
      tails.add(order[..<first.count].reduce(0) { $0 + all[$1] })
    }
    return tails.sampled
  }

  /// Calls `body` with the sum of each choice of `count` values.
  private static func eachSum(
    of count: Int, among values: ArraySlice<Double>, sum: Double, _ body: (Double) -> Void
  ) {
    if count == 0 { return body(sum) }
    guard let value = values.first, values.count >= count else { return }
    eachSum(of: count - 1, among: values.dropFirst(), sum: sum + value, body)
    eachSum(of: count, among: values.dropFirst(), sum: sum, body)
  }

  /// The number of choices of signs for n differences.
  private static func signChoices(_ n: Int) -> Double { pow(2, Double(n)) }

  /// The number of ways to choose k of n.
  private static func binomial(_ n: Int, _ k: Int) -> Double {
    (0..<min(k, n - k)).reduce(1) { $0 * Double(n - $1) / Double($1 + 1) }
  }
}

/// Holm's step-down adjustment of p-values for the number of tests (Holm, Scandinavian Journal
/// of Statistics 6, 1979).
/// - Returns: the adjusted p-values in the order of the arguments, at most 1.
package func holmAdjusted(_ pValues: [Double]) -> [Double] {
  var adjusted = pValues
  var largest = 0.0
  let ascending = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
  for (rank, index) in ascending.enumerated() {
    largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
    adjusted[index] = largest
  }
  return adjusted
}
