/// Clusters on the way to a Ward tree: each has a slot with its centre, which is taken over by what it
/// is merged into.
struct WardClusters {
  let dimensions: Int
  /// [slots, D], row-major.
  private(set) var centres: [Float]
  private(set) var sizes: [Int]
  /// The name of each slot's cluster in merges.
  private(set) var names: [Int]
  private(set) var merges: [WardLinkage.Merge] = []
  private let points: Int

  /// Every point as a cluster of its own.
  init(_ points: consuming [Float], dimensions: Int) {
    self.dimensions = dimensions
    centres = points
    self.points = centres.count / dimensions
    sizes = [Int](repeating: 1, count: self.points)
    names = Array(0..<self.points)
  }

  var count: Int { sizes.count }

  func cost(_ first: Int, _ second: Int) -> Double {
    centres.withUnsafeBufferPointer { centres in
      let distance = squaredDistance(
        centres.baseAddress! + first * dimensions, centres.baseAddress! + second * dimensions,
        count: dimensions)
      let (a, b) = (Double(sizes[first]), Double(sizes[second]))
      return a * b / (a + b) * distance
    }
  }

  /// Leaves the union of both in the slot `first`; the slot `second` is free then.
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

  /// Fills free slots with the last ones, so that none is free.
  /// - Returns: for every old slot the new one; a free one's is that of nobody.
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
