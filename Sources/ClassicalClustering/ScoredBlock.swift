/// Some rows of a block of points and their scores for some centres: the working memory of
/// Lloyd's algorithm, reused for block after block.
final class ScoredBlock {
  /// The result for a row. Bounds include rounding errors.
  struct Nearest {
    let row: Int
    /// The first of several equally near ones.
    let centre: Int
    /// Bounds of the distance to that centre.
    let distance: (atLeast: Float, atMost: Float)
    /// A lower bound of the distance to any other centre; infinity if there is none.
    let distanceToOthers: Float
  }

  /// The number of rows in the block.
  private var count = 0
  private let products: CentreProducts
  private let points: PointSet
  /// The rows of the block, [capacity].
  private let rows: UnsafeMutablePointer<Int>
  /// The rows' values one after the other, [capacity, D].
  private let packed: UnsafeMutablePointer<Float>
  /// [K, count]; after the scores are searched, the first line holds the smallest.
  private let scores: UnsafeMutablePointer<Float>
  /// The second smallest score, [capacity].
  private let second: UnsafeMutablePointer<Float>
  /// The centre of the smallest, [capacity].
  private let centres: UnsafeMutablePointer<Int32>

  /// Allocates memory for the largest block.
  /// - Parameter products: the centres to compare with.
  init(_ products: CentreProducts, of points: PointSet) {
    let capacity = points.rowsPerBlock
    self.products = products
    self.points = points
    rows = .allocate(capacity: capacity)
    packed = .allocate(capacity: capacity * points.dimensions)
    scores = .allocate(capacity: capacity * products.count)
    second = .allocate(capacity: capacity)
    centres = .allocate(capacity: capacity)
  }

  deinit {
    rows.deallocate()
    packed.deallocate()
    scores.deallocate()
    second.deallocate()
    centres.deallocate()
  }

  /// Adds a row. Rows have to be ascending, and at most `rowsPerBlock`.
  func append(_ row: Int) {
    rows[count] = row
    count += 1
  }

  /// Scores the rows, passes each result to `body`, and empties the block.
  func score(_ body: (Nearest) -> Void) {
    guard count > 0 else { return }
    defer { count = 0 }
    products.score(values, rows: count, scores, stride: count)
    products.findNearest(scores, rows: count, centres, second: second)
    for index in 0..<count {
      let row = rows[index]
      body(
        Nearest(
          row: row, centre: Int(centres[index]),
          distance: products.distances(of: row, score: scores[index]),
          distanceToOthers: products.distances(of: row, score: second[index]).atLeast))
    }
  }

  /// The values of the rows, [count, D]. Consecutive rows are used in place, others are copied
  /// together.
  private var values: UnsafePointer<Float> {
    if rows[count - 1] - rows[0] == count - 1 { return points.row(rows[0]) }
    let dimensions = points.dimensions
    for index in 0..<count {
      (packed + index * dimensions).update(from: points.row(rows[index]), count: dimensions)
    }
    return UnsafePointer(packed)
  }
}
