/// Clusters during the construction of a Ward tree. Each has a slot with its centre. A merge
/// leaves the union in the first slot and frees the second.
struct WardClusters {
  let dimensions: Int
  /// The mean of each slot's points, [slots, D] row-major.
  private(set) var centres: [Float]
  /// The number of points in each slot; 0 for a free one.
  private(set) var sizes: [Int]
  /// The number of each slot's cluster in `merges`: 0..<N are points, N + i is the result of
  /// merge i.
  private(set) var names: [Int]
  /// The merges so far, in the order in which they were made.
  private(set) var merges: [WardLinkage.Merge] = []
  /// The number of points, N.
  private let points: Int

  /// Makes each point its own cluster. The memory of the points becomes that of the centres.
  init(_ points: consuming [Float], dimensions: Int) {
    self.dimensions = dimensions
    centres = points
    self.points = centres.count / dimensions
    sizes = [Int](repeating: 1, count: self.points)
    names = Array(0..<self.points)
  }

  /// The number of slots, including free ones.
  var count: Int { sizes.count }

  /// Ward's cost of merging two clusters (`WardLinkage`), in double precision.
  func cost(_ first: Int, _ second: Int) -> Double {
    centres.withUnsafeBufferPointer { centres in
      let distance = squaredDistance(
        centres.baseAddress! + first * dimensions, centres.baseAddress! + second * dimensions,
        count: dimensions)
      let (a, b) = (Double(sizes[first]), Double(sizes[second]))
      return a * b / (a + b) * distance
    }
  }

  /// Merges two clusters: the union is in the slot `first`, and the slot `second` is free.
  /// - Parameter cost: the cost of this merge.
  mutating func merge(_ first: Int, _ second: Int, cost: Double) {
    let (a, b) = (Double(sizes[first]), Double(sizes[second]))
    let size = sizes[first] + sizes[second]
    centres.withUnsafeMutableBufferPointer { centres in
      let target = centres.baseAddress! + first * dimensions
      let other = centres.baseAddress! + second * dimensions
      for column in 0..<dimensions {
        target[column] = Float((a * Double(target[column]) + b * Double(other[column])) / (a + b))
      }
    }
    merges.append(
      WardLinkage.Merge(
        first: names[first], second: names[second], height: (2 * cost).squareRoot(), size: size))
    sizes[first] = size
    sizes[second] = 0
    names[first] = points + merges.count - 1
  }

  /// Moves the last clusters into free slots, and removes the rest.
  /// - Returns: the new slot of each old one. The entries of free slots have no meaning.
  mutating func removeFreeSlots() -> [Int] {
    var moved = Array(0..<count)
    var end = count
    for slot in 0..<count where slot < end && sizes[slot] == 0 {
      repeat { end -= 1 } while end > slot && sizes[end] == 0
      guard end > slot else { break }
      centres.withUnsafeMutableBufferPointer { centres in
        (centres.baseAddress! + slot * dimensions).update(
          from: centres.baseAddress! + end * dimensions, count: dimensions)
      }
      sizes[slot] = sizes[end]
      names[slot] = names[end]
      moved[end] = slot
    }
    centres.removeSubrange(end * dimensions..<centres.count)
    sizes.removeSubrange(end..<sizes.count)
    names.removeSubrange(end..<names.count)
    return moved
  }
}
