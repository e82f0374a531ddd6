/// Some rows of a block of points, and their scores for some centres: the working memory of Lloyd's
/// algorithm, used for block after block.
final class ScoredBlock {
  /// What was found of a row; distances are rounded so that they bound the true ones.
  struct Nearest {
    let row: Int
    /// The first of several equally near ones.
    let centre: Int
    /// Bounds of the distance to that centre.
    let distance: (atLeast: Float, atMost: Float)
    /// At most the distance to any other; infinity where there is none.
    let distanceToOthers: Float
  }

  private var count = 0
  private let products: CentreProducts
  private let points: PointSet
  /// [capacity].
  private let rows: UnsafeMutablePointer<Int>
  /// The rows' values one after the other, [capacity, D].
  private let packed: UnsafeMutablePointer<Float>
  /// [K, count]; after the scores are searched, the first line holds the smallest.
  private let scores: UnsafeMutablePointer<Float>
  /// The second smallest score, [capacity].
  private let second: UnsafeMutablePointer<Float>
  /// The centre of the smallest, [capacity].
  private let centres: UnsafeMutablePointer<Int32>

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

  /// Adds one of at most `rowsPerBlock` rows, in order.
  func append(_ row: Int) {
    rows[count] = row
    count += 1
  }

  /// Scores its rows, gives `body` what was found of each, and lets go of them.
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

  /// The rows' values one after the other, [count, D]: where they lie, if they do, or copied.
  private var values: UnsafePointer<Float> {
    if rows[count - 1] - rows[0] == count - 1 { return points.row(rows[0]) }
    let dimensions = points.dimensions
    for index in 0..<count {
      (packed + index * dimensions).update(from: points.row(rows[index]), count: dimensions)
    }
    return UnsafePointer(packed)
  }
}
