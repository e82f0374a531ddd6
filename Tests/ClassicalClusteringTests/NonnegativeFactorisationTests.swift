import ClassicalClustering
import Testing

extension ClassicalClusteringTests {
  @Suite struct NonnegativeFactorisationTests {
    private static let points = ExamplePoints.uniform(0..<180)
    private static let weights = ExamplePoints.uniform(1000..<1090)
    private static let basis = ExamplePoints.uniform(2000..<2018)

    /// |X - W H| in double precision.
    private func error(_ result: Factorisation) -> Double {
      var sum = 0.0
      for row in 0..<30 {
        for column in 0..<6 {
          let product = (0..<3).reduce(0.0) {
            $0 + Double(result.weights[row * 3 + $1]) * Double(result.basis[$1 * 6 + column])
          }
          let difference = Double(Self.points[row * 6 + column]) - product
          sum += difference * difference
        }
      }
      return sum.squareRoot()
    }

    private struct Expected {
      let updates: NonnegativeFactorisation.Updates
      let error: Double
      let first: [Float]
      let last: [Float]
      let middle: [Float]
    }

    /// sklearn.decomposition.non_negative_factorization(init="custom", max_iter=20, tol=0) with the
    /// solvers "mu" and "cd": the error, W[0], W[29] and H[1].
    private static let expected = [
      Expected(
        updates: .multiplicative, error: 2.4685749962029737,
        first: [0.41418178, 0.57644052, 0.13947968], last: [0.01056460, 0.17964638, 0.78034544],
        middle: [1.44648161, 0.33109096, 0.18228757, 0.12865705, 0.61313693, 0.28131876]),
      Expected(
        updates: .coordinate, error: 2.1531690432966726,
        first: [0.45776174, 0.51434190, 0.13647696], last: [0.08056559, 0.29692205, 0.77177133],
        middle: [1.59625069, 0.51443188, 0.64441125, 0, 0.33071293, 0.39764059]),
    ]

    @Test(arguments: NonnegativeFactorisation.Updates.allCases)
    func `Twenty iterations end where scikit-learn's do`(
      updates: NonnegativeFactorisation.Updates
    ) throws {
      let expected = try #require(Self.expected.first { $0.updates == updates })
      var factorisation = NonnegativeFactorisation(components: 3)
      factorisation.updates = updates
      factorisation.maximumIterations = 20
      factorisation.tolerance = 0
      let result = try factorisation.fit(
        Self.points, dimensions: 6, startingFrom: Self.weights, Self.basis)
      #expect(abs(error(result) - expected.error) < 1e-4)
      for (values, wanted) in [
        (result.weights[0..<3], expected.first), (result.weights[87..<90], expected.last),
        (result.basis[6..<12], expected.middle),
      ] {
        #expect(zip(values, wanted).allSatisfy { abs($0 - $1) < 1e-3 }, "\(values) \(wanted)")
      }
      #expect(result.errors == result.errors.sorted(by: >), "no iteration makes it worse")
      #expect(result.errors.count == 20 && !result.converged)
    }

    @Test func `Rows of the basis get length 1, and the product stays`() throws {
      let result = try NonnegativeFactorisation(components: 3).fit(Self.points, dimensions: 6)
      let (weights, basis) = result.normalised(dimensions: 6)
      for row in 0..<3 {
        let square = basis[row * 6..<(row + 1) * 6].reduce(0) { $0 + $1 * $1 }
        #expect(abs(square - 1) < 1e-5)
      }
      let before = (0..<3).reduce(Float(0)) { $0 + result.weights[$1] * result.basis[$1 * 6] }
      let after = (0..<3).reduce(Float(0)) { $0 + weights[$1] * basis[$1 * 6] }
      #expect(abs(before - after) < 1e-5)
      // The weights of the same points for this basis are those already found, or better.
      let again = try NonnegativeFactorisation(components: 3)
        .weights(of: Self.points, dimensions: 6, basis: basis)
      let refitted = Factorisation(weights: again, basis: basis, errors: [], converged: true)
      #expect(error(refitted) <= error(result) + 1e-5)
    }

    @Test(arguments: NonnegativeFactorisation.Updates.allCases)
    func `Threads change no bit, and the seed decides the start`(
      updates: NonnegativeFactorisation.Updates
    ) throws {
      let points = ExamplePoints.uniform(0..<30_000)
      var factorisation = NonnegativeFactorisation(components: 4)
      factorisation.updates = updates
      factorisation.maximumIterations = 15
      let one = try factorisation.fit(points, dimensions: 10)
      factorisation.threads = 3
      #expect(try factorisation.fit(points, dimensions: 10) == one)
      factorisation.seed = 1
      #expect(try factorisation.fit(points, dimensions: 10) != one)
    }

    @Test func `It ends when ten iterations gain little`() throws {
      var factorisation = NonnegativeFactorisation(components: 1)
      factorisation.maximumIterations = 1000
      let result = try factorisation.fit(Self.points, dimensions: 6)
      #expect(result.converged && result.errors.count < 1000)
    }

    @Test func `A row of zeros in the start stays zero, however large its point`() throws {
      let factorisation = NonnegativeFactorisation(components: 2)
      let result = try factorisation.fit(
        [100, 200, 300, 400, 1, 2], dimensions: 2, startingFrom: [0, 0, 1, 2, 2, 1], [1, 2, 2, 1])
      #expect(result.weights.prefix(2) == [0, 0])
      #expect((result.weights + result.basis).allSatisfy { $0.isFinite })
      #expect(result.errors.allSatisfy { $0.isFinite })
    }

    @Test func `Negative values and factors of another size are refused`() {
      let factorisation = NonnegativeFactorisation(components: 2)
      #expect(throws: ClusteringError.negativeValue(name: "points", row: 1, column: 0)) {
        try factorisation.fit([1, 2, -3, 4], dimensions: 2)
      }
      #expect(throws: ClusteringError.self) {
        try factorisation.fit([1, 2, 3, 4], dimensions: 2, startingFrom: [1, 1], [1, 1, 1, 1])
      }
    }
  }
}
