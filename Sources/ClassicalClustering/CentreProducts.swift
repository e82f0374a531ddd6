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
    let dimensions = points.dimensions
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count * points.rowsPerBlock) { scores in
      for rows in points.blocks(ofPiece: piece) {
        let scores = scores.baseAddress!
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasTrans, Int32(count), Int32(rows.count),
          Int32(dimensions), -2, relativeCentres, Int32(dimensions), points.row(rows.lowerBound),
          Int32(dimensions), 0, scores, Int32(rows.count))
        for centre in 0..<count {
          let constant = constants[centre]
          let line = scores + centre * rows.count
          for index in 0..<rows.count { line[index] += constant }
        }
        body(rows, scores)
      }
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
