import Core
import Foundation

/// Starting centres: points that are far from one another.
///
/// Greedy k-means++ (Arthur and Vassilvitskii, "k-means++: The Advantages of Careful Seeding",
/// SODA 2007, with the several trials that the paper mentions). Each next centre is the best of
/// 2 + ⌊ln K⌋ points, drawn in proportion to their squared distance to the nearest centre so
/// far. O(N D K log K) operations.
enum KMeansPlusPlus {
  /// Chooses K of the points as centres. Each draw has its own random stream, keyed by restart
  /// and centre.
  /// - Returns: [K, D].
  static func centres(of points: PointSet, clusters: Int, seed: UInt64, restart: Int) -> [Float] {
    let trials = 2 + Int(log(Double(clusters)))
    var distances = [Float](repeating: .infinity, count: points.count)
    var centres: [Float] = []
    for index in 0..<clusters {
      var random = RandomStream(seed: seed, purpose: .clustering, epoch: restart, item: index)
      let candidates =
        index == 0
        ? [random.integer(below: points.count)]
        : draw(trials, inProportionTo: distances, &random)
      let chosen = best(of: candidates, points, &distances)
      centres += UnsafeBufferPointer(start: points.row(chosen), count: points.dimensions)
    }
    return centres
  }

  /// Draws points with replacement. A point at distance 0 is drawn only if there is no other.
  private static func draw(
    _ count: Int, inProportionTo distances: [Float], _ random: inout RandomStream
  ) -> [Int] {
    var total = 0.0
    let cumulated = distances.map { distance in
      total += Double(distance)
      return total
    }
    guard total > 0 else { return [random.integer(below: distances.count)] }
    return (0..<count).map { _ in
      firstIndex(above: random.uniform() * total, in: cumulated)
    }
  }

  /// The first index whose value exceeds `threshold` in ascending `values`; the last index if
  /// none does.
  private static func firstIndex(above threshold: Double, in values: [Double]) -> Int {
    var low = 0
    var high = values.count - 1
    while low < high {
      let middle = (low + high) / 2
      if values[middle] > threshold { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The candidate that leaves the smallest sum of squared distances to the nearest centre; the
  /// first of equally good ones. `distances` are updated for it.
  private static func best(
    of candidates: [Int], _ points: PointSet, _ distances: inout [Float]
  ) -> Int {
    let products = CentreProducts(
      candidates.flatMap { UnsafeBufferPointer(start: points.row($0), count: points.dimensions) },
      of: points)
    var reduced = [Float](repeating: 0, count: candidates.count * points.count)
    let sums = reduced.withUnsafeMutableBufferPointer { reduced in
      let reduced = reduced.baseAddress!
      return distances.withUnsafeBufferPointer { distances in
        potentials(of: products, points, distances.baseAddress!, reduced)
      }
    }
    let winner = sums.indices.min { (sums[$0], $0) < (sums[$1], $1) } ?? 0
    distances = Array(reduced[winner * points.count..<(winner + 1) * points.count])
    // Rounding must not make it possible to draw a centre again.
    distances[candidates[winner]] = 0
    return candidates[winner]
  }

  /// For each candidate, the sum of squared distances that it would leave.
  /// - Parameters:
  ///   - distances: [N], to the nearest centre so far.
  ///   - reduced: receives the distances with each candidate, [candidates, N].
  private static func potentials(
    of products: CentreProducts, _ points: PointSet, _ distances: UnsafePointer<Float>,
    _ reduced: UnsafeMutablePointer<Float>
  ) -> [Double] {
    let toMean = points.squaredDistanceToMean
    var sums = [Double](repeating: 0, count: points.pieces * products.count)
    sums.withUnsafeMutableBufferPointer { sums in
      let sums = sums.baseAddress!
      parallelFor(points.pieces, threads: points.threads) { piece in
        products.forEachBlock(ofPiece: piece) { rows, scores in
          for candidate in 0..<products.count {
            let line = scores + candidate * rows.count
            let target = reduced + candidate * points.count
            var sum = 0.0
            for (index, row) in rows.enumerated() {
              let distance = max(0, min(distances[row], line[index] + toMean[row]))
              target[row] = distance
              sum += Double(distance)
            }
            sums[piece * products.count + candidate] += sum
          }
        }
      }
    }
    return sumOfPieces(sums, length: products.count)
  }
}
