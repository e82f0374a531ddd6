/// The state of Lloyd's algorithm (IEEE Transactions on Information Theory 28, 1982): labels, and
/// the sums from which centres are made.
///
/// The sums are kept from one step to the next and changed only for points that change their
/// cluster, which after the first steps are few: a step then costs little more than its products.
struct LloydIteration {
  private(set) var centres: [Float]
  private(set) var labels: [Int32]
  private let points: PointSet
  private let clusters: Int
  /// Sums [pieces, K, D] and numbers [pieces, K] of each cluster's points.
  private var sums: [Double]
  private var members: [Int]

  init(_ points: PointSet, startingFrom centres: [Float]) {
    self.points = points
    self.centres = centres
    clusters = centres.count / points.dimensions
    labels = [Int32](repeating: -1, count: points.count)
    sums = [Double](repeating: 0, count: points.pieces * centres.count)
    members = [Int](repeating: 0, count: points.pieces * clusters)
  }

  /// Gives every point to its nearest centre.
  /// - Returns: how many points changed their cluster.
  mutating func assign() -> Int {
    let products = CentreProducts(centres, of: points)
    let points = points
    let clusters = clusters
    var changed = [Int](repeating: 0, count: points.pieces)
    labels.withUnsafeMutableBufferPointer { labels in
      sums.withUnsafeMutableBufferPointer { sums in
        members.withUnsafeMutableBufferPointer { members in
          changed.withUnsafeMutableBufferPointer { changed in
            let (labels, changed) = (labels.baseAddress!, changed.baseAddress!)
            let (sums, members) = (sums.baseAddress!, members.baseAddress!)
            parallelFor(points.pieces, threads: points.threads) { piece in
              changed[piece] = Self.assign(
                piece, points, products, labels,
                sums + piece * clusters * points.dimensions, members + piece * clusters)
            }
          }
        }
      }
    }
    return changed.reduce(0, +)
  }

  private static func assign(
    _ piece: Int, _ points: PointSet, _ products: CentreProducts,
    _ labels: UnsafeMutablePointer<Int32>, _ sums: UnsafeMutablePointer<Double>,
    _ members: UnsafeMutablePointer<Int>
  ) -> Int {
    let dimensions = points.dimensions
    var changed = 0
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: points.rowsPerBlock) { nearest in
      let nearest = nearest.baseAddress!
      products.forEachBlock(ofPiece: piece) { rows, scores in
        products.findNearest(scores, rows: rows.count, nearest)
        for (index, row) in rows.enumerated() {
          let (before, after) = (Int(labels[row]), Int(nearest[index]))
          guard before != after else { continue }
          if before >= 0 {
            subtract(points.row(row), from: sums + before * dimensions, count: dimensions)
            members[before] -= 1
          }
          add(points.row(row), to: sums + after * dimensions, count: dimensions)
          members[after] += 1
          labels[row] = nearest[index]
          changed += 1
        }
      }
    }
    return changed
  }

  /// Moves every centre to the mean of its points; a cluster without points keeps its centre.
  /// - Returns: the sum of the squared distances that the centres moved.
  mutating func moveCentres() -> Double {
    let total = sumOfPieces(sums, length: centres.count)
    var shift = 0.0
    for (cluster, size) in sizes.enumerated() where size > 0 {
      for index in cluster * points.dimensions..<(cluster + 1) * points.dimensions {
        let mean = Float(total[index] / Double(size))
        let difference = Double(mean) - Double(centres[index])
        shift += difference * difference
        centres[index] = mean
      }
    }
    return shift
  }

  /// Gives every cluster without points the point that lies farthest from its own centre, the first
  /// of equally far ones; one that lies on its centre or is alone in its cluster stays.
  /// - Returns: how many clusters got a point.
  mutating func fillEmptyClusters() -> Int {
    var sizes = sizes
    let empty = sizes.indices.filter { sizes[$0] == 0 }
    guard !empty.isEmpty else { return 0 }
    let distances = squaredDistances()
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

  private var sizes: [Int] {
    (0..<clusters).map { cluster in
      stride(from: cluster, to: members.count, by: clusters).reduce(0) { $0 + members[$1] }
    }
  }

  private mutating func move(_ row: Int, to cluster: Int) {
    let dimensions = points.dimensions
    let before = Int(labels[row])
    guard let piece = (0..<points.pieces).first(where: { points.rows(ofPiece: $0).contains(row) })
    else { return }
    sums.withUnsafeMutableBufferPointer { sums in
      let sums = sums.baseAddress! + piece * clusters * dimensions
      subtract(points.row(row), from: sums + before * dimensions, count: dimensions)
      add(points.row(row), to: sums + cluster * dimensions, count: dimensions)
    }
    members[piece * clusters + before] -= 1
    members[piece * clusters + cluster] += 1
    labels[row] = Int32(cluster)
  }

  /// The squared distance of every point to its centre, in double precision, [N].
  private func squaredDistances() -> [Double] {
    let centres = centres.map(Double.init)
    var distances = [Double](repeating: 0, count: points.count)
    distances.withUnsafeMutableBufferPointer { distances in
      let distances = distances.baseAddress!
      centres.withUnsafeBufferPointer { centres in
        let centres = centres.baseAddress!
        parallelFor(points.pieces, threads: points.threads) { piece in
          for row in points.rows(ofPiece: piece) {
            distances[row] = squaredDistance(
              points.row(row), centres + Int(labels[row]) * points.dimensions,
              count: points.dimensions)
          }
        }
      }
    }
    return distances
  }
}
