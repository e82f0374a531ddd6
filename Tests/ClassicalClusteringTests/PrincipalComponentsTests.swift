import ClassicalClustering
import Testing

/// Expected values from scikit-learn 1.9.1's `PCA`, up to the signs of components.
@Suite struct PrincipalComponentsTests {
  private let points: [Float] = {
    var points: [Float] = []
    for i in 0..<50 {
      for j in 0..<6 {
        let value = (i * i * 7 + j * j * 13 * i + 3 * j) % 101
        points.append(Float(value) / 10)
      }
    }
    return points
  }()

  private func expectNear(_ values: ArraySlice<Float>, _ expected: [Double]) {
    for (value, expected) in zip(values, expected) {
      #expect(abs(abs(Double(value)) - expected) < 1e-4)
    }
  }

  @Test func `Variances and coordinates are scikit-learn's`() throws {
    let components = try PrincipalComponents(of: points, dimensions: 6, count: 3)
    for (variance, expected) in zip(
      components.variances, [12.502372372264556, 11.266326695981085, 9.163745252682864])
    {
      #expect(abs(variance - expected) < 1e-5)
    }
    let plain = try components.projected(points, whitened: false)
    #expect(plain.count == 150)
    expectNear(plain[0..<3], [0.4055951748301725, 0.4542999023850108, 8.875924722748053])
    expectNear(plain[6..<9], [1.0998373314644372, 1.302309915049193, 2.5166810439100367])
    let white = try components.projected(points, whitened: true)
    expectNear(white[3..<6], [0.16556266407554163, 0.9772969068817676, 1.4814818334299364])
    #expect(try components.projected(points, whitened: true, threads: 3) == white)
  }

  @Test func `Components without variance stay 0`() throws {
    let line: [Float] = (0..<10).flatMap { [Float($0), 2 * Float($0), 0] }
    let white = try PrincipalComponents(of: line, dimensions: 3, count: 3).projected(
      line, whitened: true)
    #expect(white.indices.allSatisfy { $0 % 3 == 0 ? white[$0].isFinite : white[$0] == 0 })
  }

  @Test func `More values than LAPACK can count are an error`() {
    let wide = [Float](repeating: 0, count: 2 * 32_767)
    #expect(throws: ClusteringError.self) {
      try PrincipalComponents(of: wide, dimensions: 32_767, count: 1)
    }
  }

  @Test(arguments: [0, 7, 50]) func `A count out of range is an error`(count: Int) {
    #expect(throws: ClusteringError.self) {
      try PrincipalComponents(of: points, dimensions: 6, count: count)
    }
    #expect(throws: ClusteringError.self) {
      try PrincipalComponents(of: [1, 2], dimensions: 2, count: 1)
    }
  }
}
