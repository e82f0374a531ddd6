import COpenBLAS
import Core

/// Nonnegative matrix factorisation X ≈ W H with W, H >= 0, minimising |X - W H|^2.
///
///     var factorisation = NonnegativeFactorisation(components: 10)
///     factorisation.updates = .coordinate
///     let result = try factorisation.fit(points, dimensions: 3_072)
///     result.weights  // [N, 10]
///
/// Each iteration improves W and then H in one pass over X, O(N K (D + K)) operations. The
/// error never grows, apart from rounding. The minimum is local and depends on the start.
public struct NonnegativeFactorisation: Hashable, Sendable {
  /// How W and H are improved.
  ///
  ///     var factorisation = NonnegativeFactorisation(components: 10)
  ///     factorisation.updates = .coordinate
  public enum Updates: String, CaseIterable, Hashable, Sendable {
    /// W <- W (X H^T) / (W H H^T) and H <- H (W^T X) / (W^T W H), entry by entry (Lee and
    /// Seung, "Algorithms for Non-negative Matrix Factorization", NIPS 2000, theorem 1).
    case multiplicative
    /// Each column of W, then each row of H, moves to its minimum while the others stay (HALS:
    /// Cichocki and Phan, IEICE Trans. Fundamentals E92-A, 2009, algorithm 2). Needs fewer
    /// iterations.
    case coordinate
  }

  /// The rank, K.
  public var components: Int
  /// The rule of improvement.
  public var updates = Updates.multiplicative
  /// The maximum number of iterations.
  public var maximumIterations = 200
  /// Converged if ten iterations decrease |X - W H| by at most this fraction of its value after
  /// the first iteration. With 0, it never converges.
  public var tolerance = 1e-4
  /// Determines the random start.
  public var seed: UInt64 = 0
  /// The number of threads. It does not change the result.
  public var threads = 1

  public init(components: Int) {
    self.components = components
  }

  /// Factorises points from a random start: half-normal numbers with the scale sqrt(mean(X) /
  /// K), so that W H has the magnitude of X.
  /// - Parameters:
  ///   - points: X, [N, D] row-major, nonnegative.
  ///   - dimensions: D.
  ///   - progress: called after each iteration with its number divided by the maximum.
  /// - Throws: `ClusteringError` for values or settings out of range.
  public func fit(
    _ points: [Float], dimensions: Int, progress: (Double) -> Void = { _ in }
  ) throws(ClusteringError) -> Factorisation {
    try check(points, dimensions)
    let count = points.count / dimensions
    let mean = points.reduce(0.0) { $0 + Double($1) } / Double(points.count)
    let scale = (mean / Double(components)).squareRoot()
    // k-means uses the epochs from 0 on for its restarts, and BlockLanczos uses -1.
    var random = RandomStream(seed: seed, purpose: .clustering, epoch: -2)
    func draw(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float(scale * abs(random.normal())) }
    }
    let basis = draw(components * dimensions)
    return run(
      points, dimensions, Factors(weights: draw(count * components), basis: basis), progress)
  }

  /// Factorises points from given factors.
  /// - Parameters:
  ///   - points: X, [N, D] row-major, nonnegative.
  ///   - dimensions: D.
  ///   - weights: W, [N, K].
  ///   - basis: H, [K, D].
  /// - Throws: `ClusteringError` for values or settings out of range, and factors of other
  ///   shapes.
  public func fit(
    _ points: [Float], dimensions: Int, startingFrom weights: [Float], _ basis: [Float]
  ) throws(ClusteringError) -> Factorisation {
    try check(points, dimensions)
    try checkNonnegative(weights, named: "starting weights", components)
    try checkNonnegative(basis, named: "starting basis", dimensions)
    guard weights.count / components == points.count / dimensions,
      basis.count == components * dimensions
    else {
      throw .invalidSetting(
        name: "the start", value: "of \(weights.count) and \(basis.count) values",
        expected: "[N, K] and [K, D]")
    }
    return run(points, dimensions, Factors(weights: weights, basis: basis)) { _ in }
  }

  /// The weights W of other points for a fixed basis, by `maximumIterations` rounds of
  /// coordinate updates from 0.
  /// - Parameters:
  ///   - points: [M, D], row-major, nonnegative.
  ///   - dimensions: D.
  ///   - basis: H, [K, D].
  /// - Returns: [M, K].
  /// - Throws: `ClusteringError` for values or settings out of range.
  public func weights(
    of points: [Float], dimensions: Int, basis: [Float]
  ) throws(ClusteringError) -> [Float] {
    try check(points, dimensions)
    var factors = Factors(
      weights: [Float](repeating: 0, count: points.count / dimensions * components), basis: basis)
    points.withUnsafeBufferPointer { points in
      OpenBLAS.withoutThreads {
        _ = factors.improve(
          points, dimensions, .coordinate, rounds: maximumIterations, basisStays: true,
          threads: threads)
      }
    }
    return factors.weights
  }

  /// Iterates from given factors.
  private func run(
    _ points: [Float], _ dimensions: Int, _ start: Factors, _ progress: (Double) -> Void
  ) -> Factorisation {
    var factors = start
    var errors: [Double] = []
    var iterations = 0
    var converged = false
    let squares = points.reduce(0.0) { $0 + Double($1) * Double($1) }
    points.withUnsafeBufferPointer { points in
      OpenBLAS.withoutThreads {
        while iterations < maximumIterations, !converged {
          let gain = factors.improve(
            points, dimensions, updates, rounds: 1, basisStays: false, threads: threads)
          errors.append(max(0, squares - gain).squareRoot())
          iterations += 1
          progress(Double(iterations) / Double(maximumIterations))
          guard iterations > 10, iterations % 10 == 1 else { continue }
          let lessened = errors[iterations - 11] - errors[iterations - 1]
          converged = tolerance > 0 && lessened <= tolerance * errors[0]
        }
      }
    }
    return Factorisation(
      weights: factors.weights, basis: factors.basis, errors: errors, converged: converged)
  }

  private func check(_ points: [Float], _ dimensions: Int) throws(ClusteringError) {
    guard (1...100_000).contains(components) else {
      throw .invalidSetting(name: "components", value: "\(components)", expected: "1 to 100000")
    }
    try checkNonnegative(points, named: "points", dimensions)
  }

  /// - Throws: `ClusteringError` if the values are not whole rows, not finite or negative.
  private func checkNonnegative(
    _ values: [Float], named name: String, _ dimensions: Int
  ) throws(ClusteringError) {
    try checkRows(values, named: name, dimensions)
    if let index = values.firstIndex(where: { $0 < 0 }) {
      throw .negativeValue(name: name, row: index / dimensions, column: index % dimensions)
    }
  }
}

/// The result of nonnegative matrix factorisation.
///
///     let found = try NonnegativeFactorisation(components: 10).fit(values, dimensions: 64)
///     let parts = found.normalised(dimensions: 64).basis   // [10, 64]
public struct Factorisation: Hashable, Sendable {
  /// W, [N, K] row-major.
  public let weights: [Float]
  /// H, [K, D] row-major.
  public let basis: [Float]
  /// |X - W H| (Frobenius norm) in the middle of each iteration, when W is new and H old.
  public let errors: [Double]
  /// Whether it ended before `maximumIterations`.
  public let converged: Bool

  public init(weights: [Float], basis: [Float], errors: [Double], converged: Bool) {
    self.weights = weights
    self.basis = basis
    self.errors = errors
    self.converged = converged
  }

  /// W and H scaled so that the rows of H have length 1. Factors are determined only up to such
  /// a scale (Cai et al., "Locality Preserving Nonnegative Matrix Factorization", IJCAI 2009).
  /// - Parameter dimensions: D.
  public func normalised(dimensions: Int) -> (weights: [Float], basis: [Float]) {
    let components = basis.count / dimensions
    var (weights, basis) = (weights, basis)
    for component in 0..<components {
      let row = component * dimensions..<(component + 1) * dimensions
      let length = basis[row].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      guard length > 0 else { continue }
      for index in row { basis[index] = Float(Double(basis[index]) / length) }
      for index in stride(from: component, to: weights.count, by: components) {
        weights[index] = Float(Double(weights[index]) * length)
      }
    }
    return (weights, basis)
  }
}
