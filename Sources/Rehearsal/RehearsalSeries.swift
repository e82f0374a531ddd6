import Benchmarks
import Core
import Dispatch

/// The images of a rehearsal: their classes and their pixels, determined by the seed.
///
/// Each image has its own random stream, keyed by the rehearsal and the image, so that images
/// can be drawn in any order and in parallel.
struct RehearsalSeries: Sendable {
  /// Determines all images.
  let seed: UInt64
  /// The rehearsal's place in `BenchmarkDefinition.rehearsals`, which separates its random
  /// streams from those of the others: 2 n for images, 2 n + 1 for everything else.
  let number: Int
  /// The shape of each class, in the order of the labels.
  let shapes: [RehearsalShape]

  /// The classes of consecutive images, in random order. Their numbers differ by at most one.
  /// - Parameter images: the numbers of the images.
  func classes(of images: Range<Int>) -> [Int] {
    var shuffle = RandomStream(
      seed: seed, purpose: .rehearsal, epoch: 2 * number + 1, item: images.lowerBound)
    return shuffle.permutation(of: images.count).map { $0 % shapes.count }
  }

  /// An image of a class.
  /// - Parameters:
  ///   - index: the number of the image.
  ///   - label: its class, an index of `shapes`.
  ///   - height: the height in pixels.
  ///   - width: the width in pixels.
  func image(_ index: Int, of label: Int, height: Int, width: Int) -> RGBImage {
    var random = RandomStream(seed: seed, purpose: .rehearsal, epoch: 2 * number, item: index)
    return RehearsalImage(shapes[label], &random).drawn(height: height, width: width, &random)
  }

  /// Calls `make` for 0..<count on all cores and returns the results in order.
  /// - Throws: the error of the first index that failed, after all have ended.
  static func concurrently<Value: Sendable, Failure: Error>(
    _ count: Int, _ make: @Sendable (Int) throws(Failure) -> Value
  ) throws(Failure) -> [Value] {
    var results = [Result<Value, Failure>?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { results in
      // Every iteration writes its own slot.
      nonisolated(unsafe) let slots = results
      DispatchQueue.concurrentPerform(iterations: count) { place in
        slots[place] = Result { () throws(Failure) in try make(place) }
      }
    }
    var values: [Value] = []
    for result in results {
      if let value = try result?.get() { values.append(value) }
    }
    return values
  }
}

extension RGBImage {
  /// The three colour planes (red, green, blue) one after the other.
  /// - Parameter byColumns: whether a plane is stored column by column, as in STL-10, instead
  ///   of row by row.
  func planes(byColumns: Bool = false) -> [UInt8] {
    let (outer, inner) = byColumns ? (width, height) : (height, width)
    var planes: [UInt8] = []
    planes.reserveCapacity(pixels.count)
    for channel in 0..<3 {
      for first in 0..<outer {
        for second in 0..<inner {
          let (row, column) = byColumns ? (second, first) : (first, second)
          planes.append(pixels[(row * width + column) * 3 + channel])
        }
      }
    }
    return planes
  }
}
