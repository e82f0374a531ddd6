import Core
import Testing
import Torch

extension TorchTests {
  @Suite struct Gradients {
    /// The largest difference of the recorded gradient of a scalar function from central differences,
    /// relative to the largest gradient.
    private func gradientError(
      _ values: [Float], _ shape: [Int], _ function: (Tensor) throws -> Tensor
    ) throws -> Double {
      let leaf = Tensor(values, shape: shape).settingRequiresGradient()
      try function(leaf).backward()
      let gradient = try #require(leaf.gradient).floats().map(Double.init)
      // The step balances the error of the formula, h^2, with that of float32, 1e-7 / h.
      let step: Float = 0.01
      var differences: [Double] = []
      for i in values.indices {
        let sides = try [step, -step].map { offset in
          var moved = values
          moved[i] += offset
          return try function(Tensor(moved, shape: shape)).scalar()
        }
        differences.append((sides[0] - sides[1]) / Double(2 * step))
      }
      let scale = gradient.map(abs).max() ?? 0
      let worst = zip(gradient, differences).map { abs($0 - $1) }.max() ?? .infinity
      #expect(scale > 0, "a gradient of zeros compares nothing")
      return worst / scale
    }

    private let values: [Float]
    private let weights: Tensor

    init() throws {
      var stream = RandomStream(seed: 1, purpose: .method)
      values = (0..<16).map { _ in Float(stream.uniform(in: -1...1)) }
      weights = Tensor.normal([16], standardDeviation: 1, from: &stream)
    }

    @Test func `Gradients of elementwise functions agree with central differences`() throws {
      let functions: [(Tensor) throws -> Tensor] = [
        { ($0 * weights).exp().sum() }, { ($0 * weights).tanh().squared().sum() },
        { (($0 * $0 + 1).log() / weights).mean() },
        { ($0.sigmoid() - 0.5).squared().sum() },
      ]
      for function in functions { #expect(try gradientError(values, [16], function) < 5e-3) }
    }

    @Test func `Gradients of reductions agree with central differences`() throws {
      let weights = weights.reshaped([4, 4])
      let functions: [(Tensor) throws -> Tensor] = [
        { ($0.softmax(along: 1) * weights).sum() },
        { $0.logSumExp(along: [1]).squared().sum() },
        { ($0.normalisedRows() * weights).sum() },
        { $0.matmul(weights).squared().mean() },
        { $0.crossEntropy(Tensor([0, 3, 1, 1])) },
      ]
      for function in functions { #expect(try gradientError(values, [4, 4], function) < 5e-3) }
    }

    @Test func `Gradients of network layers agree with central differences`() throws {
      var stream = RandomStream(seed: 2, purpose: .weights)
      let layer = Convolution(1, 3, kernel: 3, padding: 1, on: .cpu, from: &stream)
      let normalisation = BatchNormalisation(3, on: .cpu)
      let head = Linear(3, 2, on: .cpu, from: &stream)
      let convolution = try gradientError(values, [1, 1, 4, 4]) {
        layer($0).squared().sum()
      }
      #expect(convolution < 5e-3)
      let network = try gradientError(values, [4, 1, 2, 2]) {
        head(normalisation(layer($0), training: true).tanh().globallyAveraged()).squared().sum()
      }
      #expect(network < 2e-2)
    }

    @Test func `Gradients add up until they are cleared`() throws {
      let x = tensor([2], [1]).settingRequiresGradient()
      #expect(x.gradient == nil)
      for _ in 0..<2 { try x.squared().sum().backward() }
      #expect(try x.gradient?.scalar() == 8)
      x.clearGradient()
      #expect(x.gradient == nil)
    }

    @Test func `A detached tensor passes no gradient on`() throws {
      let x = tensor([2], [1]).settingRequiresGradient()
      try (x * x.detached()).sum().backward()
      #expect(try x.gradient?.scalar() == 2)
    }

    @Test func `Nothing is recorded without gradients, and recording comes back`() throws {
      let x = tensor([2], [1]).settingRequiresGradient()
      let unrecorded = Torch.withoutGradients { x.squared() }
      #expect(!unrecorded.requiresGradient)
      #expect(x.squared().requiresGradient)
      #expect(throws: TorchError.self) { try unrecorded.sum().backward() }
      #expect(throws: TorchError.self) {
        try Torch.withoutGradients { try x.matmul(Tensor.zeros([3, 3])).floats() }
      }
      #expect(x.squared().requiresGradient, "an error inside must not leave recording off")
    }
  }
}
