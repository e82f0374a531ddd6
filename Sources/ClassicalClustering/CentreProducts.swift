import COpenBLAS

/// Squared distances from blocks of points to a few centres, by one matrix product per block.
///
/// With m the mean of the points and c' = c - m,
///
///     |x - c|^2 = |x - m|^2 - 2 x·c' + (|c'|^2 + 2 m·c')
///
/// Taking the centres relative to the mean keeps single precision exact enough for points far
/// from the origin, without a copy of the points. Everything but the product of X and c' is
/// computed once.
struct CentreProducts {
  /// The number of centres, K.
  private(set) var count: Int
  private let points: PointSet
  /// c' of every centre, [K, D].
  private var relativeCentres: [Float]
  /// |c'|^2 + 2 m·c' of every centre, [K].
  private var constants: [Float]
  /// The number by which each centre is reported, [K].
  private var names: [Int32]
  /// |m|, and the largest |c'|; they bound rounding errors.
  private let meanLength: Float
  private let largestOffset: Float

  /// Takes the points of `rows` as centres.
  init(rows: Range<Int>, of points: PointSet) {
    self.init(
      Array(
        UnsafeBufferPointer(
          start: points.row(rows.lowerBound), count: rows.count * points.dimensions)),
      of: points)
  }

  /// - Parameters:
  ///   - centres: [K, D], row-major.
  ///   - points: the points whose mean is m.
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

  /// The same for some of the centres, which keep their numbers.
  /// - Parameter chosen: indices of centres, ascending.
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

  /// Scores a piece of the points block by block.
  ///
  /// The score |x - c|^2 - |x - m|^2 orders centres as the distance does, so the nearest centre
  /// needs no
  /// |x - m|^2.
  /// - Parameter body: gets a block's rows and its scores, [K, rows], valid during the call.
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

  /// Squared distances of `rows` to each centre. Those of equal points may be a little above 0
  /// after rounding, but not below.
  /// - Parameters:
  ///   - out: receives [K, rows], with `stride` values from one centre to the next.
  ///   - stride: at least the number of rows.
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

  /// The scores |x - c|^2 - |x - m|^2 of some rows for each centre.
  /// - Parameters:
  ///   - values: [rows, D].
  ///   - scores: receives [K, rows], with `stride` values from one centre to the next.
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
  /// - Parameter centre: an index, not a reported number.
  func score(of row: Int, for centre: Int) -> Float {
    relativeCentres.withUnsafeBufferPointer { relative in
      guard let first = relative.baseAddress else { return 0 }
      let dimensions = points.dimensions
      let product = cblas_sdot(
        Int32(dimensions), points.row(row), 1, first + centre * dimensions, 1)
      return constants[centre] - 2 * product
    }
  }

  /// Bounds of the distance of a row with this score.
  ///
  /// The rounding error of a score grows with the lengths of both vectors of its product. The
  /// bounds include it, so that a distance that is skipped by them cannot change a label.
  func distances(of row: Int, score: Float) -> (atLeast: Float, atMost: Float) {
    let squareToMean = points.squaredDistanceToMean[row]
    let toMean = squareToMean.squareRoot()
    let error = 1e-5 * (meanLength + toMean) * (largestOffset + toMean)
    return (
      max(0, score + squareToMean - error).squareRoot(),
      max(0, score + squareToMean + error).squareRoot()
    )
  }

  /// The nearest centre of each row of a block; the first of several equally near ones.
  /// - Parameters:
  ///   - scores: [K, rows], from `score`; the first line is overwritten with the smallest
  ///     scores.
  ///   - nearest: [rows], receives the numbers of the centres.
  ///   - second: [rows], receives the smallest score of the other centres; infinity if there is
  ///     only one.
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
