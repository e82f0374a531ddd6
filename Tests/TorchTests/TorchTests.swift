import Testing
import Torch

/// The suites of this target run one after the other: libtorch's threads are shared by them.
@Suite(.serialized) enum TorchTests {}

/// A float32 tensor: literals alone could be bytes as well.
func tensor(_ values: [Float], _ shape: [Int]) -> Tensor { Tensor(values, shape: shape) }

/// The largest difference between two lists of equal length; infinite where the lengths differ.
func largestDifference(_ first: [Float], _ second: [Double]) -> Double {
  guard first.count == second.count else { return .infinity }
  return zip(first, second).reduce(0) { largest, pair in
    let difference = abs(Double(pair.0) - pair.1)
    return difference.isNaN ? .infinity : max(largest, difference)
  }
}

/// A float32 tensor of 1 x 1 x side x side that counts from 1.
func countingImage(_ side: Int) -> Tensor {
  Tensor((1...side * side).map { Float($0) }, shape: [1, 1, side, side])
}
