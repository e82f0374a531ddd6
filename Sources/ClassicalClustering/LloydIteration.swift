/// The state of Lloyd's algorithm ("Least Squares Quantization in PCM", IEEE Transactions on
/// Information Theory 28, 1982): labels, and the sums from which centres are computed.
///
/// Sums are kept from one step to the next and changed only for points that change their
/// cluster. After the first steps these are few, and a step costs little more than its matrix
/// products.
struct LloydIteration {
  /// [K, D], row-major.
  private(set) var centres: [Float]
  private let points: PointSet
  private let clusters: Int
  private var pieces: [LloydPiece]
  /// How far the centres have moved since the labels were assigned.
  private var moves: CentreMoves

  /// - Parameter centres: [K, D], row-major.
  init(_ points: PointSet, startingFrom centres: [Float]) {
    self.points = points
    self.centres = centres
    let clusters = centres.count / points.dimensions
    self.clusters = clusters
    pieces = (0..<points.pieces).map {
      LloydPiece(points.rows(ofPiece: $0), of: points, clusters: clusters)
    }
    moves = CentreMoves(squares: [Double](repeating: 0, count: clusters))
  }

  /// The centre of each point, [N]; -1 before the first assignment.
  var labels: [Int32] { pieces.flatMap(\.labels) }

  /// Assigns each point to its nearest centre.
  /// - Returns: the number of points that changed their cluster.
  mutating func assign() -> Int {
    let products = CentreProducts(centres, of: points)
    let moves = moves
    let moved = products.restricted(to: moves.moved)
    var changed = [Int](repeating: 0, count: pieces.count)
    pieces.withUnsafeMutableBufferPointer { pieces in
      changed.withUnsafeMutableBufferPointer { changed in
        let (pieces, changed) = (pieces, changed)
        parallelFor(pieces.count, threads: points.threads) { piece in
          changed[piece] = pieces[piece].assign(to: products, moved: moved, after: moves)
        }
      }
    }
    return changed.reduce(0, +)
  }

  /// Moves each centre to the mean of its points. A cluster without points keeps its centre.
  /// - Parameter toUnitLength: whether to scale the means to unit length, unless they are 0.
  /// - Returns: the sum of the squared distances that the centres moved.
  mutating func moveCentres(toUnitLength: Bool) -> Double {
    let total = sumOfPieces(pieces.flatMap(\.sums), length: centres.count)
    var squares = [Double](repeating: 0, count: clusters)
    for (cluster, size) in sizes.enumerated() where size > 0 {
      let columns = cluster * points.dimensions..<(cluster + 1) * points.dimensions
      var divisor = Double(size)
      if toUnitLength {
        let length = columns.reduce(0) { $0 + total[$1] * total[$1] }.squareRoot()
        if length > 0 { divisor = length }
      }
      for index in columns {
        let centre = Float(total[index] / divisor)
        let difference = Double(centre) - Double(centres[index])
        squares[cluster] += difference * difference
        centres[index] = centre
      }
    }
    moves = CentreMoves(squares: squares)
    return squares.reduce(0, +)
  }

  /// Gives each cluster without points the point that is farthest from its own centre, the
  /// first of equally far ones. A point on its centre, or alone in its cluster, stays.
  /// - Returns: the number of clusters that got a point.
  mutating func fillEmptyClusters() -> Int {
    var sizes = sizes
    let empty = sizes.indices.filter { sizes[$0] == 0 }
    guard !empty.isEmpty else { return 0 }
    let distances = squaredDistances()
    let labels = labels
    var farthest = distances.indices.filter { distances[$0] > 0 }
      .sorted { (-distances[$0], $0) < (-distances[$1], $1) }[...]
    var filled = 0
    for cluster in empty {
      while let row = farthest.popFirst() {
        guard sizes[Int(labels[row])] > 1 else { continue }
        sizes[Int(labels[row])] -= 1
        sizes[cluster] += 1
        move(row, to: cluster)
        filled += 1
        break
      }
    }
    return filled
  }

  /// The sum of the squared distances of all points to their centres, in double precision.
  func inertia() -> Double {
    sumOfPieces(squaredDistances(), length: 1)[0]
  }

  /// The number of points in each cluster, [K].
  private var sizes: [Int] {
    (0..<clusters).map { cluster in pieces.reduce(0) { $0 + $1.members[cluster] } }
  }

  /// Moves one point to a cluster.
  private mutating func move(_ row: Int, to cluster: Int) {
    guard let piece = pieces.firstIndex(where: { $0.rows.contains(row) }) else { return }
    pieces[piece].move(row, to: cluster)
  }

  /// The squared distance of every point to its centre, in double precision, [N].
  private func squaredDistances() -> [Double] {
    let centres = centres.map(Double.init)
    let pieces = pieces
    var distances = [Double](repeating: 0, count: points.count)
    distances.withUnsafeMutableBufferPointer { distances in
      let distances = distances.baseAddress!
      centres.withUnsafeBufferPointer { centres in
        let centres = centres.baseAddress!
        parallelFor(pieces.count, threads: points.threads) { piece in
          for row in pieces[piece].rows {
            distances[row] = squaredDistance(
              points.row(row), centres + pieces[piece].label(of: row) * points.dimensions,
              count: points.dimensions)
          }
        }
      }
    }
    return distances
  }
}
