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
  private(set) var count: Int
  private let points: PointSet
  /// c' of every centre, [K, D].
  private var relativeCentres: [Float]
  /// |c'|^2 + 2 m·c' of every centre, [K].
  private var constants: [Float]
  /// What the centres are called, [K].
  private var names: [Int32]
  /// |m|, and the largest |c'|.
  private let meanLength: Float
  private let largestOffset: Float

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
    var largestOffset = 0.0
    for centre in 0..<count {
      var (constant, square) = (0.0, 0.0)
      for column in 0..<dimensions {
        let index = centre * dimensions + column
        relative[index] = Float(Double(centres[index]) - points.mean[column])
        let offset = Double(relative[index])
        constant += offset * (offset + 2 * points.mean[column])
        square += offset * offset
      }
      largestOffset = max(largestOffset, square.squareRoot())
      constants[centre] = Float(constant)
    }
    self.count = count
    self.points = points
    relativeCentres = relative
    self.constants = constants
    names = (0..<Int32(count)).map { $0 }
    self.largestOffset = Float(largestOffset)
    meanLength = Float(points.mean.reduce(0) { $0 + $1 * $1 }.squareRoot())
  }

  /// The same for some of the centres, which keep their names.
  func restricted(to chosen: [Int]) -> CentreProducts {
    let dimensions = points.dimensions
    var restricted = self
    restricted.count = chosen.count
    restricted.relativeCentres = chosen.flatMap {
      relativeCentres[$0 * dimensions..<($0 + 1) * dimensions]
    }
    restricted.constants = chosen.map { constants[$0] }
    restricted.names = chosen.map { names[$0] }
    return restricted
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
        score(points.row(rows.lowerBound), rows: rows.count, scores, stride: rows.count)
        body(rows, scores)
      }
    }
  }

  /// Squared distances of `rows` to each centre in turn, [K, rows] with `stride` values from one
  /// centre to the next. Rounding may leave those of equal points a little above 0, never below.
  func squaredDistances(to rows: Range<Int>, _ out: UnsafeMutablePointer<Float>, stride: Int) {
    score(points.row(rows.lowerBound), rows: rows.count, out, stride: stride)
    points.squaredDistanceToMean.withUnsafeBufferPointer { toMean in
      for centre in 0..<count {
        let line = out + centre * stride
        for index in 0..<rows.count {
          line[index] = max(0, line[index] + toMean[rows.lowerBound + index])
        }
      }
    }
  }

  /// |x - c|^2 - |x - m|^2 of each centre in turn, [K, rows] with `stride` values from one centre to
  /// the next.
  /// - Parameter values: [rows, D].
  func score(
    _ values: UnsafePointer<Float>, rows: Int, _ scores: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let dimensions = Int32(points.dimensions)
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(count), Int32(rows), dimensions, -2,
      relativeCentres, dimensions, values, dimensions, 0, scores, Int32(stride))
    for centre in 0..<count {
      let constant = constants[centre]
      let line = scores + centre * stride
      for index in 0..<rows { line[index] += constant }
    }
  }

  /// The score of one row for one centre.
  func score(of row: Int, for centre: Int) -> Float {
    relativeCentres.withUnsafeBufferPointer { relative in
      guard let first = relative.baseAddress else { return 0 }
      let dimensions = points.dimensions
      let product = cblas_sdot(
        Int32(dimensions), points.row(row), 1, first + centre * dimensions, 1)
      return constants[centre] - 2 * product
    }
  }

  /// At least and at most the distance of a row that has this score.
  ///
  /// A score's rounding error grows with the lengths of both vectors of its product.
  func distances(of row: Int, score: Float) -> (atLeast: Float, atMost: Float) {
    let squareToMean = points.squaredDistanceToMean[row]
    let toMean = squareToMean.squareRoot()
    let error = 1e-5 * (meanLength + toMean) * (largestOffset + toMean)
    return (
      max(0, score + squareToMean - error).squareRoot(),
      max(0, score + squareToMean + error).squareRoot()
    )
  }

  /// The nearest centre of every row of a block; the first of several equally near ones.
  /// - Parameters:
  ///   - scores: [K, rows], as `score` gives them; the first line is overwritten with the smallest.
  ///   - nearest: [rows], receives the centres.
  ///   - second: [rows], receives the smallest score of any other centre, infinity without one.
  func findNearest(
    _ scores: UnsafeMutablePointer<Float>, rows: Int, _ nearest: UnsafeMutablePointer<Int32>,
    second: UnsafeMutablePointer<Float>
  ) {
    let best = scores
    nearest.update(repeating: names[0], count: rows)
    second.update(repeating: .infinity, count: rows)
    for centre in 1..<max(1, count) {
      let line = scores + centre * rows
      let name = names[centre]
      for index in 0..<rows {
        let (score, smallest) = (line[index], best[index])
        let nearer = score < smallest
        let loser = nearer ? smallest : score
        second[index] = loser < second[index] ? loser : second[index]
        best[index] = nearer ? score : smallest
        nearest[index] = nearer ? name : nearest[index]
      }
    }
  }
}
