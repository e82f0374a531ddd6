/// Points [N, D] in memory that the caller keeps alive, divided into pieces for parallel work.
struct PointSet {
  /// [N, D], row-major.
  let values: UnsafeBufferPointer<Float>
  let count: Int
  let dimensions: Int
  /// The number of threads for sums over the points.
  let threads: Int
  /// The mean of each column, [D].
  let mean: [Double]
  /// The sum of the variances of the columns, which is the mean squared distance to the mean.
  let variance: Double
  /// The squared distance of each point to the mean, [N].
  let squaredDistanceToMean: [Float]

  /// The maximum number of pieces. It must not depend on the number of threads, because sums
  /// are taken piece by piece.
  private static let maximumPieces = 16
  /// Values in a block of rows: 256 KiB, so that a block stays in a core's cache while it is
  /// used.
  private static let blockValues = 1 << 16

  /// Computes means and distances to the mean, in O(N D).
  /// - Parameter values: [N, D], row-major, finite.
  init(_ values: UnsafeBufferPointer<Float>, dimensions: Int, threads: Int) {
    let count = values.count / dimensions
    self.values = values
    self.count = count
    self.dimensions = dimensions
    self.threads = threads

    let columnSums = Self.sumOverPieces(count: count, length: dimensions, threads: threads) {
      rows, sums in
      for row in rows { add(values.baseAddress! + row * dimensions, to: sums, count: dimensions) }
    }
    let mean = columnSums.map { $0 / Double(count) }
    self.mean = mean

    var distances = [Float](repeating: 0, count: count)
    let total = distances.withUnsafeMutableBufferPointer { distances in
      let distances = distances
      return mean.withUnsafeBufferPointer { mean in
        Self.sumOverPieces(count: count, length: 1, threads: threads) { rows, sum in
          for row in rows {
            let distance = squaredDistance(
              values.baseAddress! + row * dimensions, mean.baseAddress!, count: dimensions)
            distances[row] = Float(distance)
            sum[0] += distance
          }
        }
      }
    }
    squaredDistanceToMean = distances
    variance = total[0] / Double(count)
  }

  /// The address of a row's first value.
  func row(_ index: Int) -> UnsafePointer<Float> {
    values.baseAddress! + index * dimensions
  }

  /// The number of pieces; fewer than the maximum only for very few points.
  var pieces: Int { min(Self.maximumPieces, count) }

  /// The rows of a piece. Sizes differ by at most one.
  func rows(ofPiece piece: Int) -> Range<Int> {
    Self.rows(ofPiece: piece, of: pieces, count: count)
  }

  /// The rows of a piece in blocks of at most `rowsPerBlock`.
  func blocks(ofPiece piece: Int) -> [Range<Int>] {
    blocks(of: rows(ofPiece: piece))
  }

  /// Rows in blocks of at most `rowsPerBlock`.
  func blocks(of rows: Range<Int>) -> [Range<Int>] {
    stride(from: rows.lowerBound, to: rows.upperBound, by: rowsPerBlock).map {
      $0..<min($0 + rowsPerBlock, rows.upperBound)
    }
  }

  /// The maximum number of rows in a block, 32 to 1,024.
  var rowsPerBlock: Int { min(1024, max(32, Self.blockValues / dimensions)) }

  /// Sums vectors over all points.
  /// - Parameters:
  ///   - length: the length of the vectors.
  ///   - body: adds the vectors of its rows to `sums`, [length]. The sums of the pieces are
  ///     added in order.
  func sum(length: Int, _ body: (Range<Int>, UnsafeMutablePointer<Double>) -> Void) -> [Double] {
    Self.sumOverPieces(count: count, length: length, threads: threads, body)
  }

  private static func rows(ofPiece piece: Int, of pieces: Int, count: Int) -> Range<Int> {
    piece * count / pieces..<(piece + 1) * count / pieces
  }

  /// Sums vectors over all rows: each piece's into its own part, then the parts in order.
  private static func sumOverPieces(
    count: Int, length: Int, threads: Int,
    _ body: (Range<Int>, UnsafeMutablePointer<Double>) -> Void
  ) -> [Double] {
    let pieces = min(maximumPieces, count)
    var parts = [Double](repeating: 0, count: pieces * length)
    parts.withUnsafeMutableBufferPointer { parts in
      let parts = parts
      parallelFor(pieces, threads: threads) { piece in
        body(
          rows(ofPiece: piece, of: pieces, count: count), parts.baseAddress! + piece * length)
      }
    }
    return sumOfPieces(parts, length: length)
  }
}

/// The sum of vectors of `length` values that lie one after the other, in that order.
func sumOfPieces(_ parts: [Double], length: Int) -> [Double] {
  var total = Array(parts.prefix(length))
  for start in stride(from: length, to: parts.count, by: length) {
    for index in 0..<length { total[index] += parts[start + index] }
  }
  return total
}
