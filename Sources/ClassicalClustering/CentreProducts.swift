import COpenBLAS

/// Squared distances from blocks of points to a few centres, by one matrix product a block.
///
/// With m the mean of the points and c' = c - m,
///
///     |x - c|^2 = |x - m|^2 - 2 x·c' + (|c'|^2 + 2 m·c')
///
/// Taking the centres relative to the mean keeps single precision exact enough for points that lie
/// far from the origin, without a copy of the points.
struct CentreProducts {
  let count: Int
  private let points: PointSet
  /// c' of every centre, [K, D].
  private let relativeCentres: [Float]
  /// |c'|^2 + 2 m·c' of every centre, [K].
  private let constants: [Float]

  /// The points of `rows` as centres.
  init(rows: Range<Int>, of points: PointSet) {
    self.init(
      Array(
        UnsafeBufferPointer(
          start: points.row(rows.lowerBound), count: rows.count * points.dimensions)),
      of: points)
  }

  /// - Parameter centres: [K, D], row-major.
  init(_ centres: [Float], of points: PointSet) {
    let dimensions = points.dimensions
    let count = centres.count / dimensions
    var relative = [Float](repeating: 0, count: centres.count)
    var constants = [Float](repeating: 0, count: count)
    for centre in 0..<count {
      var constant = 0.0
      for column in 0..<dimensions {
        let index = centre * dimensions + column
        relative[index] = Float(Double(centres[index]) - points.mean[column])
        let offset = Double(relative[index])
        constant += offset * (offset + 2 * points.mean[column])
      }
      constants[centre] = Float(constant)
    }
    self.count = count
    self.points = points
    relativeCentres = relative
    self.constants = constants
  }

  /// Gives `body` every block of a piece with its scores: |x - c|^2 - |x - m|^2 of the block's rows
  /// for each centre in turn, [K, rows].
  ///
  /// The score orders centres as the distance does, so that the nearest centre needs no |x - m|^2.
  func forEachBlock(
    ofPiece piece: Int, _ body: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count * points.rowsPerBlock) { scores in
      for rows in points.blocks(ofPiece: piece) {
        let scores = scores.baseAddress!
        score(rows, scores, stride: rows.count)
        body(rows, scores)
      }
    }
  }

  /// Squared distances of `rows` to each centre in turn, [K, rows] with `stride` values from one
  /// centre to the next. Rounding may leave those of equal points a little above 0, never below.
  func squaredDistances(to rows: Range<Int>, _ out: UnsafeMutablePointer<Float>, stride: Int) {
    score(rows, out, stride: stride)
    points.squaredDistanceToMean.withUnsafeBufferPointer { toMean in
      for centre in 0..<count {
        let line = out + centre * stride
        for index in 0..<rows.count {
          line[index] = max(0, line[index] + toMean[rows.lowerBound + index])
        }
      }
    }
  }

  private func score(_ rows: Range<Int>, _ scores: UnsafeMutablePointer<Float>, stride: Int) {
    let dimensions = Int32(points.dimensions)
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(count), Int32(rows.count), dimensions, -2,
      relativeCentres, dimensions, points.row(rows.lowerBound), dimensions, 0, scores,
      Int32(stride))
    for centre in 0..<count {
      let constant = constants[centre]
      let line = scores + centre * stride
      for index in 0..<rows.count { line[index] += constant }
    }
  }

  /// The nearest centre of every row of a block; the first of several equally near ones.
  /// - Parameters:
  ///   - scores: [K, rows], as `forEachBlock` gives them; the first row is overwritten.
  ///   - nearest: [rows], receives the centres.
  func findNearest(
    _ scores: UnsafeMutablePointer<Float>, rows: Int, _ nearest: UnsafeMutablePointer<Int32>
  ) {
    let best = scores
    nearest.update(repeating: 0, count: rows)
    for centre in 1..<max(1, count) {
      let line = scores + centre * rows
      let name = Int32(centre)
      for index in 0..<rows {
        let nearer = line[index] < best[index]
        best[index] = nearer ? line[index] : best[index]
        nearest[index] = nearer ? name : nearest[index]
      }
    }
  }
}
