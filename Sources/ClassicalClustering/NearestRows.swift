/// The points with the smallest costs for each of a few centres.
///
/// - Parameters:
///   - count: how many points to find for each centre.
///   - products: the centres.
///   - cost: turns squared distances of a centre to `rows` into costs, in place. Infinity
///     excludes a row.
/// - Returns: for each centre the rows in ascending order of cost, of equal costs in ascending
///   order; fewer than `count` if there are no more.
func nearestRows(
  _ count: Int, to products: CentreProducts, of points: PointSet,
  cost: (_ centre: Int, _ rows: Range<Int>, UnsafeMutablePointer<Float>) -> Void
) -> [[Int]] {
  let chunkRows = 1024
  let chunks = (points.count + chunkRows - 1) / chunkRows
  // The best of every chunk, [chunks, centres].
  var found = [[(cost: Float, row: Int)]](repeating: [], count: chunks * products.count)
  found.withUnsafeMutableBufferPointer { found in
    let found = found
    parallelFor(chunks, threads: points.threads) { chunk in
      let rows = chunk * chunkRows..<min((chunk + 1) * chunkRows, points.count)
      withUnsafeTemporaryAllocation(of: Float.self, capacity: products.count * rows.count) {
        let distances = $0.baseAddress!
        products.squaredDistances(to: rows, distances, stride: rows.count)
        for centre in 0..<products.count {
          let line = distances + centre * rows.count
          cost(centre, rows, line)
          found[chunk * products.count + centre] = smallest(count, of: line, rows)
        }
      }
    }
  }
  return (0..<products.count).map { centre in
    (0..<chunks).flatMap { found[$0 * products.count + centre] }
      .sorted { $0 < $1 }.prefix(count).map(\.row)
  }
}

/// The smallest finite costs with their rows, in ascending order; of equal costs, the first row
/// first.
private func smallest(
  _ count: Int, of costs: UnsafePointer<Float>, _ rows: Range<Int>
) -> [(cost: Float, row: Int)] {
  var best: [(cost: Float, row: Int)] = []
  best.reserveCapacity(count + 1)
  var limit = Float.infinity
  for index in 0..<rows.count where costs[index] < limit {
    let place = best.lastIndex { $0.cost <= costs[index] }.map { $0 + 1 } ?? 0
    best.insert((costs[index], rows.lowerBound + index), at: place)
    if best.count > count { best.removeLast() }
    if best.count == count { limit = best[count - 1].cost }
  }
  return best
}

/// The nearest of `points` to each of `others`; the first of equally near ones. O(M N D)
/// operations.
///
/// A transductive method clusters only the points that it is fitted on. This extends its
/// result: another point gets the cluster of its nearest fitted point.
/// - Parameters:
///   - others: [M, D], row-major.
///   - points: [N, D], row-major.
///   - dimensions: D.
///   - threads: the number of threads, which does not change the result.
/// - Returns: indices of `points`, [M].
/// - Throws: `ClusteringError` if values are not whole rows or are out of range.
public func nearestPoints(
  to others: [Float], among points: [Float], dimensions: Int, threads: Int = 1
) throws(ClusteringError) -> [Int] {
  try checkRows(points, named: "points", dimensions)
  try checkRows(others, named: "other points", dimensions)
  let blockValues = 256 * dimensions
  return OpenBLAS.withoutThreads {
    points.withUnsafeBufferPointer {
      let points = PointSet($0, dimensions: dimensions, threads: threads)
      return stride(from: 0, to: others.count, by: blockValues).flatMap { start in
        let block = Array(others[start..<min(start + blockValues, others.count)])
        return nearestRows(1, to: CentreProducts(block, of: points), of: points) { _, _, _ in }
          .flatMap { $0 }
      }
    }
  }
}
