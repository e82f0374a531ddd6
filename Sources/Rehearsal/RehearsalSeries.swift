import Benchmarks
import Core
import Dispatch

/// The images of a rehearsal: their classes and their pixels, determined by the seed.
struct RehearsalSeries: Sendable {
  let seed: UInt64
  /// The number of the rehearsal, which distinguishes its random streams from the others'.
  let number: Int
  /// The shape of each class.
  let shapes: [RehearsalShape]

  /// The classes of consecutive images: equal numbers of each, in random order.
  func classes(of images: Range<Int>) -> [Int] {
    var shuffle = RandomStream(
      seed: seed, purpose: .rehearsal, epoch: 2 * number + 1, item: images.lowerBound)
    return shuffle.permutation(of: images.count).map { $0 % shapes.count }
  }

  /// An image of a class.
  func image(_ index: Int, of label: Int, height: Int, width: Int) -> RGBImage {
    var random = RandomStream(seed: seed, purpose: .rehearsal, epoch: 2 * number, item: index)
    return RehearsalImage(shapes[label], &random).drawn(height: height, width: width, &random)
  }

  /// Calls `make` for 0..<count on all cores and returns the results in order.
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
  /// The three colour planes (red, green, blue), by rows or by columns.
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
