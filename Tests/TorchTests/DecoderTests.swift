import Core
import Testing
import Torch

/// What decoders and whitening are made of; expected values from NumPy and by hand.
@Suite struct DecoderTests {
  @Test func `A transposed convolution spreads every pixel by its kernel`() throws {
    let input = Tensor([1, 2, 3, 4] as [Float], shape: [1, 1, 2, 2])
    let weight = Tensor((1...9).map { Float($0) }, shape: [1, 1, 3, 3])
    let bias = Tensor([0.5] as [Float], shape: [1])
    let output = input.transposedConvolved(weight, bias: bias, stride: 2, padding: 1)
    #expect(output.shape == [1, 1, 3, 3])
    #expect(try output.floats() == [5.5, 14.5, 10.5, 14.5, 36.5, 24.5, 15.5, 34.5, 20.5])
  }

  @Test func `Its weights start within 1 over the root of the fan in, and are learnt`() throws {
    var stream = RandomStream(seed: 1, purpose: .weights)
    let layer = TransposedConvolution(
      4, 2, kernel: 4, stride: 2, padding: 1, on: .cpu, from: &stream)
    let bound = Float(1 / (2.0 * 16).squareRoot())
    #expect(try layer.weight.detached().floats().allSatisfy { abs($0) <= bound })
    let output = layer(Tensor.full([3, 4, 5, 5], 1))
    #expect(output.shape == [3, 2, 10, 10])
    try output.squared().sum().backward()
    #expect(layer.parameters.allSatisfy { $0.tensor.gradient != nil })
  }

  @Test func `Eigenvectors of a symmetric matrix rebuild it`() throws {
    let matrix = Tensor([4, 1, 0, 1, 3, 1, 0, 1, 2] as [Float], shape: [3, 3])
    let (values, vectors) = matrix.symmetricEigen()
    // 3 - sqrt 3, 3, 3 + sqrt 3: the roots of the characteristic polynomial.
    for (value, expected) in zip(try values.floats(), [1.267949, 3, 4.732051] as [Float]) {
      #expect(abs(value - expected) < 1e-5)
    }
    let rebuilt = try (vectors * values).matmul(vectors.transposed()).floats()
    for (value, expected) in zip(rebuilt, try matrix.floats()) {
      #expect(abs(value - expected) < 1e-5)
    }
  }
}
