/// The k nearest neighbours of each point, exactly, by squared Euclidean distance.
///
///     let graph = try NearestNeighbourGraph(of: [0, 1, 3, 7], dimensions: 1, neighbours: 2)
///     graph.indices  // [1, 2, 0, 2, 1, 0, 2, 1]: points 1 and 2 are nearest to point 0
///
/// Each pair's distance is computed once, by matrix products of a block of points with all that
/// follow it: N^2 D operations in all. Equal distances are ordered by the neighbour's index, so
/// the result depends only on the distances. Memory beyond the points: N k neighbours, and N
/// distances for each point of a block.
public struct NearestNeighbourGraph: Hashable, Sendable {
  /// The number of points, N.
  public let count: Int
  /// The number of neighbours of each point, k.
  public let neighbours: Int
  /// [N, k], nearest first. A point is not its own neighbour.
  public let indices: [Int32]
  /// [N, k], the squared distances to `indices`, in single precision.
  public let squaredDistances: [Float]

  /// Points whose distances to all later ones are in memory at a time.
  private static let blockRows = 256
  /// Points on the other side of a matrix product.
  private static let chunkRows = 1024

  /// - Parameters:
  ///   - points: [N, D], row-major, finite.
  ///   - dimensions: D.
  ///   - neighbours: k, from 1 to N - 1.
  ///   - threads: the number of threads, which does not change the result.
  ///   - progress: called repeatedly with the fraction done, 0...1.
  /// - Throws: `ClusteringError` for values or a k out of range.
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

  /// Allocates the lists, fills them with `fill` and takes them over.
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

  /// Computes distances block by block and offers each to both points.
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
        // First the later points are offered the block's points, then the block's points all
        // later ones.
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

/// Sorted lists of the nearest points so far, one for each point. Different points' lists may
/// be filled concurrently.
private struct NeighbourLists {
  /// The length of a list, k.
  let length: Int
  /// [N, k]; -1 in places that are not filled.
  let indices: UnsafeMutablePointer<Int32>
  let distances: UnsafeMutablePointer<Float>
  /// The last distance of each list, [N]; infinity until the list is full.
  let farthest: UnsafeMutablePointer<Float>

  /// Offers one point to several that are at these distances.
  func offer(_ candidate: Int, to points: Range<Int>, _ distances: UnsafePointer<Float>) {
    forEachSmallOne(points.count, distances, { farthest + points.lowerBound + $0 }, step: 1) {
      insert(Int32(candidate), distances[$0], to: points.lowerBound + $0)
    }
  }

  /// Offers several points to one. The point itself is skipped.
  func offer(_ candidates: Range<Int>, to point: Int, _ distances: UnsafePointer<Float>) {
    forEachSmallOne(candidates.count, distances, { _ in farthest + point }, step: 0) {
      let candidate = candidates.lowerBound + $0
      if candidate != point { insert(Int32(candidate), distances[$0], to: point) }
    }
  }

  /// Calls `body` for the distances that do not exceed a limit. Almost none do, so eight are
  /// compared at once.
  /// - Parameters:
  ///   - limits: the limit of each distance, in memory.
  ///   - step: 0 if all have the same limit, otherwise 1.
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

  /// Inserts a point into a list by distance and index, unless it is farther than all in a full
  /// list.
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
