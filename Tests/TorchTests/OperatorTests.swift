import Foundation
import Testing
import Torch

extension TorchTests {
  @Suite struct Operators {
    private let a: Tensor
    private let b: Tensor

    init() throws {
      a = tensor([1, 2, 3, 4], [2, 2])
      b = tensor([10, 20], [2])
    }

    @Test func `Arithmetic broadcasts over the first dimension`() throws {
      #expect(try (a + b).floats() == [11, 22, 13, 24])
      #expect(try (b - a).floats() == [9, 18, 7, 16])
      #expect(try (a * b).floats() == [10, 40, 30, 80])
      #expect(try (b / a).floats() == [10, 10, 10.0 / 3, 5])
      #expect(try (1 - a).floats() == [0, -1, -2, -3])
      #expect(try (-a).floats() == [-1, -2, -3, -4])
    }

    @Test func `Functions of one tensor agree with Foundation's`() throws {
      let values: [Float] = [-1.5, -0.25, 0.5, 2]
      let x = Tensor(values, shape: [4])
      let expected: [(Tensor, (Double) -> Double)] = [
        (x.exp(), Foundation.exp), (x.absolute(), abs), (x.squared(), { $0 * $0 }),
        (x.tanh(), Foundation.tanh), (x.sigmoid(), { 1 / (1 + Foundation.exp(-$0)) }),
        (x.relu(), { max(0, $0) }), (x.power(3), { $0 * $0 * $0 }),
      ]
      for (result, function) in expected {
        #expect(try largestDifference(result.floats(), values.map { function(Double($0)) }) < 1e-6)
      }
      #expect(try a.log().exp().floats().map { $0.rounded() } == [1, 2, 3, 4])
      #expect(try tensor([4, 9], [2]).squareRoot().floats() == [2, 3])
    }

    @Test func `A remainder has the sign of its divisor`() throws {
      #expect(try tensor([-1, 7, 6], [3]).remainder(6).floats() == [5, 1, 0])
    }

    @Test func `Masks choose between two tensors`() throws {
      let mask = a.isGreater(than: 2)
      #expect(try mask.select(a, else: -a).floats() == [-1, -2, 3, 4])
      #expect(try a.filled(where: mask.not(), with: 0).floats() == [0, 0, 3, 4])
      #expect(try a.isLess(than: 4).to(.float32).floats() == [1, 1, 1, 0])
      #expect(try a.isEqual(to: 3).to(.int64).integers() == [0, 0, 1, 0])
    }

    @Test func `Clamping keeps what lies inside`() throws {
      #expect(try a.clamped(to: 2...3).floats() == [2, 2, 3, 3])
      #expect(try a.clamped(atLeast: 3).floats() == [3, 3, 3, 4])
      #expect(try a.minimum(b).maximum(tensor([2, 2], [2])).floats() == [2, 2, 3, 4])
    }

    @Test func `A matrix product is rows times columns`() throws {
      let other = tensor([5, 6, 7, 8], [2, 2])
      #expect(try a.matmul(other).floats() == [19, 22, 43, 50])
    }

    @Test func `Reductions go along the dimensions named`() throws {
      #expect(try a.sum().scalar() == 10)
      #expect(try a.mean().scalar() == 2.5)
      #expect(try a.sum(along: [0]).floats() == [4, 6])
      #expect(a.mean(along: [1], keep: true).shape == [2, 1])
      #expect(try a.maximum(along: [0]).floats() == [3, 4])
      #expect(try a.minimum(along: [1]).floats() == [1, 3])
      #expect(try tensor([1, 5, 5], [1, 3]).argmax(along: 1).integers() == [1])
    }

    @Test func `The logarithm of a sum of exponentials does not overflow`() throws {
      let x = tensor([1000, 1000], [1, 2])
      #expect(abs(try x.logSumExp(along: [1]).scalar() - 1000.6931) < 1e-3)
    }

    @Test func `softmax of 0 and log 3 is a quarter and three quarters`() throws {
      let x = tensor([0, Float(Foundation.log(3.0))], [1, 2])
      #expect(try largestDifference(x.softmax(along: 1).floats(), [0.25, 0.75]) < 1e-6)
      let logarithms = try x.logSoftmax(along: 1).floats()
      #expect(largestDifference(logarithms, [Foundation.log(0.25), Foundation.log(0.75)]) < 1e-6)
    }

    @Test func `Normalised rows have length 1, and a row of zeros stays zero`() throws {
      let x = tensor([3, 4, 0, 0], [2, 2])
      #expect(try largestDifference(x.normalisedRows().floats(), [0.6, 0.8, 0, 0]) < 1e-7)
    }

    @Test func `Shapes change without moving elements out of order`() throws {
      let x = tensor([1, 2, 3, 4, 5, 6], [2, 3])
      #expect(try x.transposed().floats() == [1, 4, 2, 5, 3, 6])
      #expect(x.reshaped([3, -1]).shape == [3, 2])
      #expect(x.unsqueezed(0).permuted([2, 1, 0]).shape == [3, 2, 1])
      #expect(try x.narrowed(1, to: 1..<3).floats() == [2, 3, 5, 6])
      #expect(try x.flipped(1).floats() == [3, 2, 1, 6, 5, 4])
      #expect(try x.narrowed(0, to: 0..<1).expanded([2, -1]).floats() == [1, 2, 3, 1, 2, 3])
      #expect(Tensor.concatenated([x, x], along: 1).shape == [2, 6])
    }

    @Test func `Rows and elements are found by index`() throws {
      let x = tensor([1, 2, 3, 4, 5, 6], [3, 2])
      #expect(try x.rows(Tensor([2, 0])).floats() == [5, 6, 1, 2])
      let columns = Tensor([1, 0, 1]).unsqueezed(1)
      #expect(try x.gathered(columns).floats() == [2, 3, 6])
      let ones = Tensor.full([2, 2], 1)
      #expect(try x.adding(ones, at: Tensor([1, 1]), along: 0).floats() == [1, 2, 5, 6, 5, 6])
      #expect(try Tensor([2, 0]).oneHot(3).integers() == [0, 0, 1, 1, 0, 0])
      x.setRows(Tensor([1]), to: tensor([9, 9], [1, 2]))
      #expect(try x.floats() == [1, 2, 9, 9, 5, 6])
    }

    @Test func `A convolution with ones sums its window`() throws {
      let image = countingImage(3)
      let ones = Tensor.full([1, 1, 2, 2], 1)
      // 1+2+4+5, 2+3+5+6, 4+5+7+8, 5+6+8+9.
      #expect(try image.convolved(ones).floats() == [12, 16, 24, 28])
      // With a border of zeros and stride 2, the windows {1}, {2, 3}, {4, 7}, {5, 6, 8, 9}.
      #expect(try image.convolved(ones, stride: 2, padding: 1).floats() == [1, 5, 11, 28])
      let bias = tensor([0.5], [1])
      #expect(try image.convolved(ones, bias: bias).floats() == [12.5, 16.5, 24.5, 28.5])
    }

    @Test func `Pooling and padding look at their windows alone`() throws {
      #expect(try countingImage(4).maxPooled(kernel: 2, stride: 2).floats() == [6, 8, 14, 16])
      #expect(try countingImage(3).globallyAveraged().floats() == [5])
      // A border below all numbers.
      #expect(
        try (-countingImage(2)).maxPooled(kernel: 2, stride: 2, padding: 1).floats()
          == [-1, -2, -3, -4])
    }

    @Test func `Cross-entropy of even logits is the logarithm of their number`() throws {
      let loss = Tensor.zeros([3, 4]).crossEntropy(Tensor([0, 1, 3]))
      #expect(abs(try loss.scalar() - Foundation.log(4.0)) < 1e-6)
    }

    @Test func `Batch normalisation uses the batch in training and its running mean after`() throws
    {
      let layer = BatchNormalisation(1, on: .cpu)
      let x = tensor([1, 2, 3, 4], [4, 1])
      // Mean 2.5, biased variance 1.25: (1 - 2.5) / sqrt(1.25 + 1e-5) = -1.341635.
      let normalised = try layer(x, training: true).floats()
      #expect(largestDifference(normalised, [-1.341635, -0.447212, 0.447212, 1.341635]) < 1e-5)
      // 0.9 x 0 + 0.1 x 2.5, and 0.9 x 1 + 0.1 x 5 / 3.
      #expect(abs(try layer.runningMean.scalar() - 0.25) < 1e-6)
      #expect(abs(try layer.runningVariance.scalar() - 1.066667) < 1e-5)
      // (1 - 0.25) / sqrt(1.066667 + 1e-5) = 0.726181.
      #expect(abs(Double(try layer(x, training: false).floats()[0]) - 0.726181) < 1e-5)
    }

    @Test func `Channels-last changes the memory and no element`() throws {
      let x = Tensor((0..<24).map { Float($0) }, shape: [1, 2, 3, 4])
      let moved = x.channelsLast()
      #expect(moved.isChannelsLast && !x.isChannelsLast)
      #expect(try moved.floats() == x.floats())
    }
  }
}
