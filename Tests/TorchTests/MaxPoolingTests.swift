import Core
import Testing
import Torch

extension TorchTests {
  /// Maximum pooling of 2 x 2 windows in channels-last maps, which has kernels of its own, against
  /// libtorch's on the same numbers in float64.
  @Suite struct MaxPooling {
    /// The pooled maps, and the gradient of their sum weighted by `factors` [N, C, H, W] of any size.
    private func pooled(
      _ maps: Tensor, _ padding: Int, factors: Tensor
    ) throws -> (output: [Float], gradient: [Float]) {
      let input = maps.copy().settingRequiresGradient()
      let output = input.maxPooled(kernel: 2, stride: 2, padding: padding)
      let weights = factors.to(try #require(output.dtype))
        .narrowed(2, to: 0..<output.size(2))
        .narrowed(3, to: 0..<output.size(3))
      try (output * weights).to(.float64).sum().backward()
      let gradient = try #require(input.gradient)
      return (
        try output.detached().to(.float32).contiguous().floats(),
        try gradient.to(.float32).contiguous().floats()
      )
    }

    /// Small whole numbers, so that many windows have their largest number twice, and no two gradients alike.
    private func maps(_ shape: [Int]) -> (maps: Tensor, factors: Tensor) {
      var stream = RandomStream(seed: 3, purpose: .method)
      let count = shape.reduce(1, *)
      let values = (0..<count).map { _ in Float(Int(stream.next() % 5)) - 2 }
      let factors = (0..<count).map { Float($0 % 251) - 100 }
      return (Tensor(values, shape: shape), Tensor(factors, shape: shape))
    }

    @Test(arguments: [DType.float32, .bfloat16], [0, 1])
    func `Values and gradients are those of libtorch, in ties and at odd borders, too`(
      dtype: DType, padding: Int
    ) throws {
      for shape in [[3, 16, 8, 8], [2, 48, 7, 9], [1, 32, 2, 3], [5, 16, 1 + padding, 2]] {
        if shape[2] + 2 * padding < 2 { continue }
        let (maps, factors) = maps(shape)
        let ours = try pooled(maps.to(dtype).channelsLast(), padding, factors: factors)
        let theirs = try pooled(maps.to(.float64), padding, factors: factors)
        #expect(ours.output == theirs.output, "\(shape)")
        #expect(ours.gradient == theirs.gradient, "\(shape)")
      }
    }

    @Test func `A window with a NaN has NaN, and the gradient goes there`() throws {
      var values = [Float](repeating: 1, count: 16 * 4)
      values[2] = .nan  // Channel 0, the second row's first pixel.
      let maps = Tensor(values, shape: [1, 16, 2, 2]).channelsLast()
      let (output, gradient) = try pooled(maps, 0, factors: Tensor.full([1, 16, 1, 1], 1))
      #expect(output[0].isNaN && output[1...].allSatisfy { $0 == 1 })
      #expect(gradient[..<4] == [0, 0, 1, 0] && gradient[4..<8] == [1, 0, 0, 0])
    }

    @Test func `The result is channels-last in the type of its input`() {
      for dtype in [DType.float32, .bfloat16] {
        let output = Tensor.full([2, 16, 4, 4], 1).to(dtype).channelsLast()
          .maxPooled(kernel: 2, stride: 2)
        #expect(output.isChannelsLast && output.dtype == dtype && output.shape == [2, 16, 2, 2])
      }
    }
  }
}
