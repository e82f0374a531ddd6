import ClassicalClustering
import Testing

/// Expected values from scikit-learn 1.9.1's `silhouette_samples` on the same numbers.
@Suite struct SilhouetteTests {
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

  /// Four clusters, and one of a single point with another number.
  private let labels: [Int32] = (0..<50).map { (i: Int) in
    i == 7 ? 9 : Int32((i * i / 7 + i) % 4)
  }

  private func values(at places: [Int], threads: Int = 1) throws -> [Double] {
    try Silhouette.values(
      of: points, dimensions: 6, labels: labels, at: places, threads: threads)
  }

  @Test func `Values of all points and of some are scikit-learn's`() throws {
    let expected = [
      -0.1754052769516495, -0.11989989100402974, 0, 0.10392348416292282, -0.07613207109421366,
    ]
    for (value, expected) in zip(try values(at: [0, 1, 7, 20, 49]), expected) {
      #expect(abs(value - expected) < 1e-9)
    }
    let all = try values(at: Array(0..<50))
    #expect(abs(all.reduce(0, +) / 50 - -0.11956608026473531) < 1e-9)
    #expect(all[20] == (try values(at: [20])[0]))
  }

  /// More than a block of points on either side.
  @Test func `Blocks and threads change nothing`() throws {
    let many = (0..<24).flatMap { _ in points }
    let labels = (0..<24).flatMap { _ in self.labels }
    let places = Array(stride(from: 0, to: 1_200, by: 3))
    let one = try Silhouette.values(of: many, dimensions: 6, labels: labels, at: places)
    let three = try Silhouette.values(
      of: many, dimensions: 6, labels: labels, at: places, threads: 3)
    #expect(one == three && one.count == 400 && one.allSatisfy { -1...1 ~= $0 })
  }

  @Test func `Clusters far apart have values near 1, equal points 0, and one cluster none`() throws
  {
    let pairs: [Float] = [0, 0, 0, 1, 100, 0, 100, 1]
    let far = try Silhouette.values(
      of: pairs, dimensions: 2, labels: [0, 0, 1, 1], at: [0, 1, 2, 3])
    #expect(far.allSatisfy { 0.98...1 ~= $0 })
    let same = try Silhouette.values(
      of: [Float](repeating: 1, count: 8), dimensions: 2, labels: [0, 0, 1, 1], at: [0, 3])
    #expect(same == [0, 0])
    let single = try Silhouette.values(
      of: pairs, dimensions: 2, labels: [3, 3, 3, 3], at: [0, 1])
    #expect(single.isEmpty)
  }

  @Test func `Labels and places that do not fit are errors`() {
    let wrong: [([Int32], [Int])] = [([0, 1], [0]), ([0, 0, 1, -1], [0]), ([0, 0, 1, 1], [4])]
    for (labels, places) in wrong {
      #expect(throws: ClusteringError.self) {
        try Silhouette.values(
          of: [Float](repeating: 1, count: 8), dimensions: 2, labels: labels, at: places)
      }
    }
  }
}
