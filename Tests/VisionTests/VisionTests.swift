import Core
import Testing
import Torch
import Vision

/// The suites of this target run one after the other: libtorch's threads are shared by them.
@Suite(.serialized) enum VisionTests {}

/// Images of random pixels, [count, height, width, 3], with draw keys 100, 101, ...
func noise(_ count: Int, height: Int = 32, width: Int = 32) throws -> ImageSet {
  var stream = RandomStream(seed: 7, purpose: .rehearsal)
  let pixels = (0..<count * height * width * 3).map { _ in UInt8(stream.integer(below: 256)) }
  return try ImageSet(
    pixels: pixels, height: height, width: width, drawKeys: (0..<count).map { 100 + $0 })
}

/// An image of 1 x 2 pixels of these colours on the scale 0...1: [1, 3, 1, 2].
func twoPixels(_ left: [Float], _ right: [Float]) -> Tensor {
  Tensor((0..<3).flatMap { [left[$0], right[$0]] }, shape: [1, 3, 1, 2])
}

/// Whether both lists hold the same numbers to within `tolerance`.
func agree(_ first: [Float], _ second: [Float], within tolerance: Float = 1e-6) -> Bool {
  first.count == second.count && zip(first, second).allSatisfy { abs($0 - $1) <= tolerance }
}
