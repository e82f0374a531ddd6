/// For each of a few centres, the point that costs least.
///
/// - Parameters:
///   - cost: turns squared distances of a centre to `rows` into costs, in place.
/// - Returns: for each centre the row of the smallest cost, the first of equal ones, and that cost.
func nearestRows(
  to products: CentreProducts, of points: PointSet,
  cost: (_ centre: Int, _ rows: Range<Int>, UnsafeMutablePointer<Float>) -> Void
) -> [(row: Int, cost: Float)] {
  let chunkRows = 1024
  let chunks = (points.count + chunkRows - 1) / chunkRows
  var found = [(row: Int, cost: Float)](
    repeating: (0, .infinity), count: chunks * products.count)
  found.withUnsafeMutableBufferPointer { found in
    let found = found.baseAddress!
    parallelFor(chunks, threads: points.threads) { chunk in
      let rows = chunk * chunkRows..<min((chunk + 1) * chunkRows, points.count)
      withUnsafeTemporaryAllocation(of: Float.self, capacity: products.count * rows.count) {
        let distances = $0.baseAddress!
        products.squaredDistances(to: rows, distances, stride: rows.count)
        for centre in 0..<products.count {
          let line = distances + centre * rows.count
          cost(centre, rows, line)
          var best = (row: rows.lowerBound, cost: line[0])
          for index in 1..<rows.count where line[index] < best.cost {
            best = (rows.lowerBound + index, line[index])
          }
          found[chunk * products.count + centre] = best
        }
      }
    }
  }
  return (0..<products.count).map { centre in
    var best = found[centre]
    for chunk in 1..<chunks where found[chunk * products.count + centre].cost < best.cost {
      best = found[chunk * products.count + centre]
    }
    return best
  }
}

/// The nearest of `points` to each of `others`, the first of equally near ones.
///
/// What gives points that a transductive method has not learnt the cluster of one that it has.
/// - Parameters:
///   - others: [M, D], row-major.
///   - points: [N, D], row-major.
/// - Returns: indices of `points`, [M].
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
        return nearestRows(to: CentreProducts(block, of: points), of: points) { _, _, _ in }
          .map(\.row)
      }
    }
  }
}
