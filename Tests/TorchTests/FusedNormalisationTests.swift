import Core
import Testing
import Torch

extension TorchTests {
  /// Batch normalisation, addition and ReLU as one operator, against their definition from single
  /// operators of libtorch in float64.
  @Suite struct FusedNormalisation {
    /// What is normalised: [N, C, H, W], rounded to `dtype`, and the layer's own tensors [C].
    private struct Case {
      let dtype: DType
      let shape: [Int]
      let input: Tensor
      let residual: Tensor
      let weight: Tensor
      let bias: Tensor
      /// What the outputs are multiplied by before they are added up.
      let factors: [Tensor]

      init(_ dtype: DType, _ shape: [Int], offset: Double = 3) {
        var stream = RandomStream(seed: 1, purpose: .method)
        func maps(_ deviation: Double) -> Tensor {
          .normal(shape, standardDeviation: deviation, from: &stream)
        }
        let channels = Tensor.normal([1, shape[1], 1, 1], standardDeviation: offset, from: &stream)
        input = (maps(2) + channels).to(dtype).channelsLast()
        residual = maps(1).to(dtype).channelsLast()
        factors = [maps(1).to(dtype).channelsLast(), maps(1).to(dtype).channelsLast()]
        weight = Tensor.normal([shape[1]], standardDeviation: 1, from: &stream)
        bias = Tensor.normal([shape[1]], standardDeviation: 1, from: &stream)
        (self.dtype, self.shape) = (dtype, shape)
      }

      /// Largest differences relative to the largest value: rounding of float32 or bfloat16.
      var tolerance: Double { dtype == .bfloat16 ? 0.012 : 2e-5 }
    }

    /// Values, gradients and running statistics by name.
    private typealias Results = [String: Tensor]

    private enum Form: CaseIterable { case plain, rectified, added, addedTwice }

    private func leaf(_ tensor: Tensor, _ dtype: DType) -> Tensor {
      tensor.to(dtype).copy().settingRequiresGradient()
    }

    private func fused(
      _ form: Form, _ values: Case, training: Bool, needsInput: Bool = true
    ) throws -> Results {
      let layer = BatchNormalisation(values.shape[1], on: .cpu)
      Torch.withoutGradients {
        layer.weight.copy(from: values.weight)
        layer.ownParameters[1].tensor.copy(from: values.bias)
        layer.runningMean.copy(from: values.bias)
      }
      let input = values.input.copy().settingRequiresGradient(needsInput)
      let residual = values.residual.copy().settingRequiresGradient()
      let outputs: [Tensor]
      switch form {
      case .plain: outputs = [layer(input, training: training)]
      case .rectified: outputs = [layer.rectified(input, training: training)]
      case .added: outputs = [layer.rectified(input, adding: residual, training: training)]
      case .addedTwice:
        let both = layer.rectifiedTwice(input, adding: residual, training: training)
        outputs = [both.0, both.1]
      }
      for output in outputs { #expect(output.isChannelsLast && output.dtype == values.dtype) }
      let loss = zip(outputs, values.factors).map { ($0 * $1).to(.float32).sum() }
      try loss.dropFirst().reduce(loss[0]) { $0 + $1 }.backward()
      var results: Results = [
        "output": outputs[0], "mean": layer.runningMean, "variance": layer.runningVariance,
      ]
      results["input"] = input.gradient
      results["weight"] = layer.weight.gradient
      results["bias"] = layer.ownParameters[1].tensor.gradient
      results["residual"] = residual.gradient
      return results
    }

    private func defined(_ form: Form, _ values: Case, training: Bool) throws -> Results {
      let input = leaf(values.input, .float64)
      let residual = leaf(values.residual, .float64)
      let (weight, bias) = (leaf(values.weight, .float64), leaf(values.bias, .float64))
      let count = Double(values.input.count / values.shape[1])
      let column = [1, values.shape[1], 1, 1]
      var mean = input.mean(along: [0, 2, 3], keep: true)
      var variance = (input - mean).squared().mean(along: [0, 2, 3], keep: true)
      var results: Results = [
        "mean": bias.detached() * 0.9 + mean.detached().reshaped([-1]) * 0.1,
        "variance": variance.detached().reshaped([-1]) * (0.1 * count / (count - 1)) + 0.9,
      ]
      if !training {
        mean = bias.detached().reshaped(column)
        variance = mean * 0 + 1
        results["mean"] = bias.detached()
        results["variance"] = bias.detached() * 0 + 1
      }
      var output =
        (input - mean) / (variance + 1e-5).squareRoot() * weight.reshaped(column)
        + bias.reshaped(column)
      if form == .added || form == .addedTwice { output = output + residual }
      if form != .plain { output = output.relu() }
      var factor = values.factors[0].to(.float64)
      if form == .addedTwice { factor = factor + values.factors[1].to(.float64) }
      try (output * factor).sum().backward()
      results["output"] = output
      results["input"] = input.gradient
      results["weight"] = weight.gradient
      results["bias"] = bias.gradient
      results["residual"] = residual.gradient
      return results
    }

    /// The largest difference of each, relative to its largest value.
    private func differences(_ results: Results, _ expected: Results) throws -> [String: Double] {
      #expect(Set(results.keys) == Set(expected.keys))
      var differences: [String: Double] = [:]
      for (name, tensor) in expected {
        let result = try #require(results[name]).detached().to(.float64)
        let largest = try tensor.detached().absolute().maximum(along: []).scalar()
        let worst = try (result - tensor.detached()).absolute().maximum(along: []).scalar()
        differences[name] = worst / largest
      }
      return differences
    }

    @Test(
      arguments: [DType.float32, .bfloat16], [[7, 16, 5, 3], [4, 64, 12, 12], [5, 208, 3, 3]])
    func `Values, gradients and running statistics agree with the definition in float64`(
      dtype: DType, shape: [Int]
    ) throws {
      let values = Case(dtype, shape)
      for form in Form.allCases {
        for training in [true, false] {
          let results = try fused(form, values, training: training)
          let expected = try defined(form, values, training: training)
          for (name, difference) in try differences(results, expected) {
            #expect(difference < values.tolerance, "\(name), \(form), training \(training)")
          }
        }
      }
    }

    @Test func `Channels that the operator does not take give the same values`() throws {
      let values = Case(.float32, [4, 6, 5, 5])
      let results = try fused(.added, values, training: true)
      for (_, difference) in try differences(
        results, try defined(.added, values, training: true))
      {
        #expect(difference < values.tolerance)
      }
    }

    @Test func `A mean far from zero leaves the variance its digits`() throws {
      let values = Case(.float32, [16, 16, 8, 8], offset: 2_000)
      let results = try fused(.plain, values, training: true)
      let expected = try defined(.plain, values, training: true)
      #expect(try #require(differences(results, expected)["variance"]) < 1e-5)
    }

    @Test(arguments: [DType.float32, .bfloat16])
    func `Any number of threads gives the same bits`(dtype: DType) throws {
      let threads = Torch.threads
      defer { Torch.threads = threads }
      let values = Case(dtype, [5, 32, 31, 17])
      var first: [String: [Float]]?
      for threads in 1...3 {
        Torch.threads = threads
        let bits = try fused(.addedTwice, values, training: true).mapValues { try $0.floats() }
        #expect(first == nil || first == bits)
        first = bits
      }
    }

    @Test func `An input without a gradient gets none, and the parameters get theirs`() throws {
      let values = Case(.float32, [4, 16, 5, 5])
      let results = try fused(.added, values, training: true, needsInput: false)
      var expected = try defined(.added, values, training: true)
      expected["input"] = nil
      for (_, difference) in try differences(results, expected) {
        #expect(difference < values.tolerance)
      }
    }

    @Test func `A gradient that somebody else holds stays as it is`() throws {
      let values = Case(.float32, [4, 16, 5, 5])
      let layer = BatchNormalisation(16, on: .cpu)
      let input = values.input.copy().settingRequiresGradient()
      let other = values.residual.copy().settingRequiresGradient()
      // The sum hands one and the same gradient to both of its operands.
      try ((layer.rectified(input, training: true) + other) * values.factors[0]).sum().backward()
      #expect(try #require(other.gradient).floats() == values.factors[0].floats())
    }

    @Test func `A change of one of two equal results is found behind the other`() throws {
      let values = Case(.float32, [4, 16, 5, 5])
      let layer = BatchNormalisation(16, on: .cpu)
      let (first, second) = layer.rectifiedTwice(values.input, training: true)
      let loss = first.squared().sum()
      Torch.withoutGradients { second.zero() }
      #expect(throws: TorchError.self) { try loss.backward() }
    }

    @Test func `No number at all stays visible behind the ReLU`() throws {
      let layer = BatchNormalisation(16, on: .cpu)
      let input = Tensor.full([2, 16, 3, 3], .nan).channelsLast()
      #expect(try layer.rectified(input, training: true).floats().allSatisfy(\.isNaN))
    }

    @Test func `A residual of another shape is refused like any addition`() throws {
      let layer = BatchNormalisation(16, on: .cpu)
      let input = Case(.float32, [2, 16, 3, 3]).input
      let residual = Case(.float32, [2, 16, 4, 4]).residual
      #expect(throws: TorchError.self) {
        try layer.rectified(input, adding: residual, training: true).floats()
      }
    }

    @Test func `A single value of each channel has no variance and is refused, but for inference`()
      throws
    {
      let layer = BatchNormalisation(16, on: .cpu)
      let input = Tensor.full([1, 16, 1, 1], 1, on: .cpu).channelsLast()
      #expect(throws: TorchError.self) { try layer.rectified(input, training: true).floats() }
      #expect(try layer.rectified(input, training: false).floats().allSatisfy(\.isFinite))
      #expect(try layer.runningVariance.floats().allSatisfy(\.isFinite))
    }
  }
}
