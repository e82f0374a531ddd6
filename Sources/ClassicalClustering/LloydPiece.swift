/// A piece of the points in Lloyd's algorithm: their labels, bounds of their distances, and
/// what the piece contributes to each cluster. One thread at a time works on a piece.
///
/// Only distances that can change a label are computed:
///
/// - Each point keeps an upper bound of the distance to its own centre and a lower bound of the
///   distance to any other. The triangle inequality updates both when centres move (Hamerly,
///   "Making k-means even faster", SDM 2010).
/// - If a point's own centre is still nearer than all others were, only the centres that have
///   moved can be nearer (Kaukoranta, Franti and Nevalainen, "A fast exact GLA based on code
///   vector activity detection", IEEE Transactions on Image Processing 9, 2000).
///
/// The labels are those of a full search.
struct LloydPiece {
  /// The points of this piece.
  let rows: Range<Int>
  /// The centre of each row, [rows]; -1 before the first step.
  private(set) var labels: [Int32]
  /// The sum of the rows of each cluster, [K, D], changed only for rows that change their
  /// cluster.
  private(set) var sums: [Double]
  /// The number of rows of each cluster, [K].
  private(set) var members: [Int]
  /// An upper bound of each row's distance to its own centre, [rows].
  private var upper: [Float]
  /// A lower bound of its distance to any other centre, [rows].
  private var lower: [Float]
  private let points: PointSet

  /// A factor that covers the rounding of bounds, which are kept in single precision.
  private static let roundedUp: Float = 1.0001

  /// Starts without labels: all points are compared with all centres in the first step.
  init(_ rows: Range<Int>, of points: PointSet, clusters: Int) {
    self.rows = rows
    self.points = points
    labels = [Int32](repeating: -1, count: rows.count)
    sums = [Double](repeating: 0, count: clusters * points.dimensions)
    members = [Int](repeating: 0, count: clusters)
    upper = [Float](repeating: .infinity, count: rows.count)
    lower = [Float](repeating: 0, count: rows.count)
  }

  /// The centre of a row; -1 before the first step.
  func label(of row: Int) -> Int { Int(labels[row - rows.lowerBound]) }

  /// Assigns each row to its nearest centre.
  /// - Parameters:
  ///   - products: distances to all centres.
  ///   - moved: distances to those that have moved since the last step.
  ///   - moves: how far each centre has moved.
  /// - Returns: the number of rows that changed their cluster.
  mutating func assign(
    to products: CentreProducts, moved: CentreProducts, after moves: CentreMoves
  ) -> Int {
    let block = ScoredBlock(products, of: points)
    let movedBlock = ScoredBlock(moved, of: points)
    var changed = 0
    for blockRows in points.blocks(of: rows) {
      for row in blockRows {
        switch rivals(of: row, products, after: moves) {
        case .none: break
        case .moved: movedBlock.append(row)
        case .all: block.append(row)
        }
      }
      block.score { if take($0) { changed += 1 } }
      movedBlock.score { if takeMoved($0) { changed += 1 } }
    }
    return changed
  }

  /// The centres that may be nearer to a row than its own.
  private enum Rivals {
    /// The label cannot change.
    case none
    /// Those that have moved. The others were farther before, and have stayed.
    case moved
    /// Any: the bounds tell nothing.
    case all
  }

  /// Updates the bounds of a row for the moves of the centres, and tells which centres to
  /// compare.
  private mutating func rivals(
    of row: Int, _ products: CentreProducts, after moves: CentreMoves
  ) -> Rivals {
    let index = row - rows.lowerBound
    let label = Int(labels[index])
    guard label >= 0 else { return .all }
    let before = lower[index]
    let moved = before - moves.largest(otherThan: label)
    upper[index] += moves.distances[label]
    if upper[index] * Self.roundedUp < moved {
      lower[index] = moved
      return .none
    }
    // If nearly all centres move, the exact distance to the own one saves nothing.
    guard moves.moved.count < moves.distances.count * 7 / 8 else { return .all }
    let score = products.score(of: row, for: label)
    upper[index] = products.distances(of: row, score: score).atMost
    if upper[index] * Self.roundedUp < moved {
      lower[index] = moved
      return .none
    }
    return upper[index] * Self.roundedUp < before ? .moved : .all
  }

  /// Takes over the result of a search among all centres.
  /// - Returns: whether the row changes its cluster.
  private mutating func take(_ nearest: ScoredBlock.Nearest) -> Bool {
    let index = nearest.row - rows.lowerBound
    upper[index] = nearest.distance.atMost
    lower[index] = nearest.distanceToOthers
    guard label(of: nearest.row) != nearest.centre else { return false }
    put(nearest.row, into: nearest.centre)
    return true
  }

  /// Takes over the result of a search among the centres that have moved.
  /// - Returns: whether the row changes its cluster.
  private mutating func takeMoved(_ nearest: ScoredBlock.Nearest) -> Bool {
    let index = nearest.row - rows.lowerBound
    guard label(of: nearest.row) != nearest.centre else {
      lower[index] = min(lower[index], nearest.distanceToOthers)
      return false
    }
    // The old centre need not be among those compared, but it is no nearer than the new one.
    lower[index] = min(lower[index], nearest.distanceToOthers, nearest.distance.atLeast)
    guard nearest.distance.atMost < upper[index] else { return false }
    upper[index] = nearest.distance.atMost
    put(nearest.row, into: nearest.centre)
    return true
  }

  /// Moves a row to a cluster that need not be the nearest.
  mutating func move(_ row: Int, to cluster: Int) {
    put(row, into: cluster)
    // Nothing is known about its distances to the other centres.
    lower[row - rows.lowerBound] = -.infinity
  }

  /// Changes the label of a row, and the sums and numbers of both clusters.
  private mutating func put(_ row: Int, into cluster: Int) {
    let dimensions = points.dimensions
    let before = label(of: row)
    let row = (values: points.row(row), index: row - rows.lowerBound)
    sums.withUnsafeMutableBufferPointer { sums in
      guard let sums = sums.baseAddress else { return }
      if before >= 0 {
        subtract(row.values, from: sums + before * dimensions, count: dimensions)
      }
      add(row.values, to: sums + cluster * dimensions, count: dimensions)
    }
    if before >= 0 { members[before] -= 1 }
    members[cluster] += 1
    labels[row.index] = Int32(cluster)
  }
}

/// How far each centre has moved, rounded up.
struct CentreMoves {
  /// [K]; exactly 0 for a centre that has not moved.
  let distances: [Float]
  /// The centres that have moved, ascending.
  let moved: [Int]
  /// The centre that has moved farthest, and how far any other has.
  private let farthest: Int
  private let secondDistance: Float

  /// - Parameter squares: squared distances, [K].
  init(squares: [Double]) {
    let distances = squares.map { $0 == 0 ? 0 : Float($0.squareRoot()).nextUp }
    let farthest = distances.indices.max { distances[$0] < distances[$1] } ?? 0
    self.distances = distances
    self.farthest = farthest
    moved = distances.indices.filter { distances[$0] > 0 }
    secondDistance = moved.filter { $0 != farthest }.map { distances[$0] }.max() ?? 0
  }

  /// An upper bound of the moves of all centres except `label`.
  func largest(otherThan label: Int) -> Float {
    label == farthest ? secondDistance : distances[farthest]
  }
}
