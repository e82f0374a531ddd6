import COpenBLAS

/// Silhouette values (Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster
/// analysis", Journal of Computational and Applied Mathematics 20, 1987): how much nearer a point is to its own
/// cluster than to the next one. They need vectors and clusters, and no classes.
///
///     let values = try Silhouette.values(
///       of: vectors, dimensions: 128, labels: clusters, at: sample, threads: 2)
///     let score = values.reduce(0, +) / Double(values.count)
///
/// With a the mean Euclidean distance of a point to the other points of its cluster, and b the smallest mean distance
/// to the points of another cluster, its value is (b - a) / max(a, b), in -1...1. A point that is alone in its cluster
/// has the value 0.
public enum Silhouette {
  /// Points whose values are computed together, by one thread.
  private static let rows = 128
  /// Points that these are compared with at a time.
  private static let columns = 512

  /// The values of some of the points, each among all of them.
  ///
  /// Distances are computed in double precision. M values among N points of D values take 2 M N D operations in
  /// matrix products and no memory of M N: 2,000 among 60,000 of 128 values take about two seconds on one thread.
  /// - Parameters:
  ///   - points: [N, D], row-major, finite.
  ///   - dimensions: D.
  ///   - labels: the cluster of each point, [N], at least 0.
  ///   - places: the points whose values are wanted, [M].
  ///   - threads: the number of threads, which does not change the result.
  /// - Returns: [M]; empty where fewer than two clusters have points, since no value is defined then.
  /// - Throws: `ClusteringError` for values out of range, or another number of labels than of points.
  public static func values(
    of points: [Float], dimensions: Int, labels: [Int32], at places: [Int], threads: Int = 1
  ) throws(ClusteringError) -> [Double] {
    try checkRows(points, named: "points", dimensions)
    let count = points.count / dimensions
    guard labels.count == count, labels.allSatisfy({ $0 >= 0 }) else {
      throw .invalidSetting(
        name: "labels", value: "\(labels.count) numbers",
        expected: "\(count) numbers from 0, one for each point")
    }
    guard places.allSatisfy({ 0..<count ~= $0 }) else {
      throw .invalidSetting(
        name: "places", value: "\(places.count) numbers", expected: "numbers of 0..<\(count)")
    }
    // Clusters with points are numbered without gaps.
    let clusters = Set(labels).sorted()
    guard clusters.count > 1 else { return [] }
    let numbers = Dictionary(uniqueKeysWithValues: zip(clusters, clusters.indices))
    let numbered = labels.map { numbers[$0] ?? 0 }
    var sizes = [Int](repeating: 0, count: clusters.count)
    for number in numbered { sizes[number] += 1 }
    var values = [Double](repeating: 0, count: places.count)
    OpenBLAS.withoutThreads {
      values.withUnsafeMutableBufferPointer { values in
        nonisolated(unsafe) let values = values
        parallelFor((places.count + rows - 1) / rows, threads: threads) { piece in
          let wanted = piece * rows..<min((piece + 1) * rows, places.count)
          let sums = distanceSums(
            of: places[wanted], to: points, dimensions, numbered, clusters: clusters.count)
          for (row, place) in wanted.enumerated() {
            let own = numbered[places[place]]
            values[place] = value(
              sums[row * sizes.count..<(row + 1) * sizes.count], own: own, sizes)
          }
        }
      }
    }
    return values
  }

  /// The value of a point.
  /// - Parameters:
  ///   - sums: of its distances to the points of each cluster.
  ///   - own: its cluster.
  ///   - sizes: the points of each cluster.
  private static func value(_ sums: ArraySlice<Double>, own: Int, _ sizes: [Int]) -> Double {
    guard sizes[own] > 1 else { return 0 }
    var within = 0.0
    var between = Double.infinity
    for (cluster, sum) in sums.enumerated() {
      if cluster == own {
        within = sum / Double(sizes[own] - 1)
      } else {
        between = min(between, sum / Double(sizes[cluster]))
      }
    }
    let largest = max(within, between)
    return largest > 0 ? (between - within) / largest : 0
  }

  /// The sums of distances from some points to those of each cluster, [M, clusters].
  private static func distanceSums(
    of places: ArraySlice<Int>, to points: [Float], _ dimensions: Int, _ labels: [Int],
    clusters: Int
  ) -> [Double] {
    let (chosen, chosenSquares) = block(Array(places), of: points, dimensions)
    var sums = [Double](repeating: 0, count: places.count * clusters)
    var products = [Double](repeating: 0, count: places.count * columns)
    for start in stride(from: 0, to: labels.count, by: columns) {
      let others = Array(start..<min(start + columns, labels.count))
      let (block, squares) = block(others, of: points, dimensions)
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, Int32(places.count), Int32(others.count),
        Int32(dimensions), 1, chosen, Int32(dimensions), block, Int32(dimensions), 0, &products,
        Int32(others.count))
      for (row, place) in places.enumerated() {
        for column in others.indices where others[column] != place {
          let squared =
            chosenSquares[row] + squares[column] - 2 * products[row * others.count + column]
          sums[row * clusters + labels[others[column]]] += max(squared, 0).squareRoot()
        }
      }
    }
    return sums
  }

  /// Some points in double precision, with their squared lengths.
  private static func block(
    _ places: [Int], of points: [Float], _ dimensions: Int
  ) -> (values: [Double], squares: [Double]) {
    var values = [Double](repeating: 0, count: places.count * dimensions)
    var squares = [Double](repeating: 0, count: places.count)
    for (row, place) in places.enumerated() {
      var square = 0.0
      for column in 0..<dimensions {
        let value = Double(points[place * dimensions + column])
        values[row * dimensions + column] = value
        square += value * value
      }
      squares[row] = square
    }
    return (values, squares)
  }
}
