/// The k nearest neighbours of every point, exactly, by squared Euclidean distance.
///
/// Every pair's distance is computed once, by matrix products of a block of points with all that
/// follow it: N^2 D operations in all. Equal distances are ordered by the neighbour's index, so that
/// the result depends on nothing but the distances. Memory beyond the points: N k neighbours, and
/// N distances for each point of a block.
public struct NearestNeighbourGraph: Hashable, Sendable {
  /// The number of points, N.
  public let count: Int
  /// Neighbours of every point, k.
  public let neighbours: Int
  /// [N, k], the nearest first; a point is not its own neighbour.
  public let indices: [Int32]
  /// [N, k], the distances of `indices`.
  public let squaredDistances: [Float]

  /// Points whose distances to all others are in memory at a time.
  private static let blockRows = 256
  /// Points of a matrix product's other side.
  private static let chunkRows = 1024

  /// - Parameters:
  ///   - points: [N, D], row-major.
  ///   - neighbours: k, from 1 to N - 1.
  ///   - progress: hears now and then what part is done, 0...1.
  public init(
    of points: [Float], dimensions: Int, neighbours: Int, threads: Int = 1,
    progress: (Double) -> Void = { _ in }
  ) throws(ClusteringError) {
    try checkRows(points, named: "points", dimensions)
    let count = points.count / dimensions
    guard neighbours >= 1, neighbours < count else {
      throw .invalidSetting(
        name: "neighbours", value: "\(neighbours)", expected: "1 to \(count - 1), the other points")
    }
    self.init(count: count, neighbours: neighbours) { lists in
      OpenBLAS.withoutThreads {
        points.withUnsafeBufferPointer {
          Self.fill(
            lists, from: PointSet($0, dimensions: dimensions, threads: threads), progress)
        }
      }
    }
  }

  private init(count: Int, neighbours: Int, _ fill: (NeighbourLists) -> Void) {
    var indices = [Int32](repeating: -1, count: count * neighbours)
    var distances = [Float](repeating: .infinity, count: count * neighbours)
    var farthest = [Float](repeating: .infinity, count: count)
    indices.withUnsafeMutableBufferPointer { indices in
      distances.withUnsafeMutableBufferPointer { distances in
        farthest.withUnsafeMutableBufferPointer { farthest in
          fill(
            NeighbourLists(
              length: neighbours, indices: indices.baseAddress!, distances: distances.baseAddress!,
              farthest: farthest.baseAddress!))
        }
      }
    }
    self.count = count
    self.neighbours = neighbours
    self.indices = indices
    squaredDistances = distances
  }

  private static func fill(
    _ lists: NeighbourLists, from points: PointSet, _ progress: (Double) -> Void
  ) {
    var strip = [Float](repeating: 0, count: min(blockRows, points.count) * points.count)
    for first in stride(from: 0, to: points.count, by: blockRows) {
      let block = first..<min(first + blockRows, points.count)
      let width = points.count - first
      let products = CentreProducts(rows: block, of: points)
      strip.withUnsafeMutableBufferPointer { strip in
        let strip = strip.baseAddress!
        // Every chunk's points learn of the block's, then the block's of all.
        parallelFor((width + chunkRows - 1) / chunkRows, threads: points.threads) { chunk in
          let start = first + chunk * chunkRows
          let rows = start..<min(start + chunkRows, points.count)
          products.squaredDistances(to: rows, strip + (start - first), stride: width)
          let later =
            max(rows.lowerBound, block.upperBound)..<max(rows.upperBound, block.upperBound)
          for row in block {
            lists.offer(row, to: later, strip + (row - first) * width + (later.lowerBound - first))
          }
        }
        parallelFor(block.count, threads: points.threads) { index in
          lists.offer(
            first..<points.count, to: first + index, strip + index * width)
        }
      }
      let left = Double(points.count - block.upperBound) / Double(points.count)
      progress(1 - left * left)
    }
  }
}

/// Sorted lists of the nearest points so far, one for each point; different points' lists may be
/// filled at once.
private struct NeighbourLists {
  let length: Int
  let indices: UnsafeMutablePointer<Int32>
  let distances: UnsafeMutablePointer<Float>
  /// The last distance of every list.
  let farthest: UnsafeMutablePointer<Float>

  /// Offers one point to several that lie at these distances.
  func offer(_ candidate: Int, to points: Range<Int>, _ distances: UnsafePointer<Float>) {
    forEachSmallOne(points.count, distances, { farthest + points.lowerBound + $0 }, step: 1) {
      insert(Int32(candidate), distances[$0], to: points.lowerBound + $0)
    }
  }

  /// Offers several points, itself not counted, to one.
  func offer(_ candidates: Range<Int>, to point: Int, _ distances: UnsafePointer<Float>) {
    forEachSmallOne(candidates.count, distances, { _ in farthest + point }, step: 0) {
      let candidate = candidates.lowerBound + $0
      if candidate != point { insert(Int32(candidate), distances[$0], to: point) }
    }
  }

  /// Calls `body` for the distances that are not above a limit: almost none, so that eight are looked
  /// at together.
  @inline(__always)
  private func forEachSmallOne(
    _ count: Int, _ distances: UnsafePointer<Float>, _ limits: (Int) -> UnsafeMutablePointer<Float>,
    step: Int, _ body: (Int) -> Void
  ) {
    var index = 0
    while index + 8 <= count {
      let values = UnsafeRawPointer(distances + index).loadUnaligned(as: SIMD8<Float>.self)
      let limit =
        step == 0
        ? SIMD8(repeating: limits(index).pointee)
        : UnsafeRawPointer(limits(index)).loadUnaligned(as: SIMD8<Float>.self)
      if any(values .<= limit) {
        for offset in index..<index + 8 where distances[offset] <= limits(offset).pointee {
          body(offset)
        }
      }
      index += 8
    }
    while index < count {
      if distances[index] <= limits(index).pointee { body(index) }
      index += 1
    }
  }

  private func insert(_ candidate: Int32, _ distance: Float, to point: Int) {
    let indices = indices + point * length
    let distances = distances + point * length
    var place = length
    while place > 0,
      (distance, candidate) < (distances[place - 1], indices[place - 1])
        || indices[place - 1] < 0
    {
      place -= 1
    }
    guard place < length else { return }
    for later in stride(from: length - 1, to: place, by: -1) {
      indices[later] = indices[later - 1]
      distances[later] = distances[later - 1]
    }
    indices[place] = candidate
    distances[place] = distance
    farthest[point] = distances[length - 1]
  }
}
