import Core
import Testing
import Torch

/// A residual network with random weights, once of the layers that methods are made of, once of single operators
/// of libtorch in float64.
private final class ResidualNetwork {
  /// What a tensor is computed as: by the layers in float32, or by definition in float64.
  private let isDefined: Bool
  private var stream = RandomStream(seed: 5, purpose: .weights)
  private(set) var parameters: [(name: String, tensor: Tensor)] = []

  init(isDefined: Bool) { self.isDefined = isDefined }

  private func random(_ shape: [Int], mean: Double = 0, _ deviation: Double) -> Tensor {
    let values = Tensor.normal(shape, standardDeviation: deviation, from: &stream) + mean
    return isDefined ? values.to(.float64) : values
  }

  private func convolution(_ input: Tensor, to outputs: Int, kernel: Int = 3, stride: Int = 1)
    -> Tensor
  {
    let shape = [outputs, input.shape[1], kernel, kernel]
    let deviation = (2 / Double(outputs * kernel * kernel)).squareRoot()
    let weight = random(shape, deviation).settingRequiresGradient()
    parameters.append(("convolution \(parameters.count)", weight))
    return input.convolved(weight, stride: stride, padding: kernel / 2)
  }

  /// Normalises, adds `residual` and rectifies; without `isRectified`, normalises alone. The result is given for two
  /// places that use it.
  private func normalised(
    _ input: Tensor, adding residual: Tensor? = nil, isRectified: Bool = true
  ) throws -> (Tensor, Tensor) {
    let channels = input.shape[1]
    let (factors, offsets) = (random([channels], mean: 1, 0.2), random([channels], 0.5))
    let layer = BatchNormalisation(channels, on: .cpu)
    let weight = isDefined ? factors.settingRequiresGradient() : layer.weight
    let bias = isDefined ? offsets.settingRequiresGradient() : layer.ownParameters[1].tensor
    parameters.append(("weight \(parameters.count)", weight))
    parameters.append(("bias \(parameters.count)", bias))
    if isDefined {
      let column = [1, channels, 1, 1]
      let deviations = input - input.mean(along: [0, 2, 3], keep: true)
      let variance = deviations.squared().mean(along: [0, 2, 3], keep: true)
      var result =
        deviations / (variance + 1e-5).squareRoot() * weight.reshaped(column)
        + bias.reshaped(column)
      if let residual { result = result + residual }
      if isRectified { result = result.relu() }
      return (result, result)
    }
    Torch.withoutGradients {
      weight.copy(from: factors)
      bias.copy(from: offsets)
    }
    if !isRectified {
      let result = layer(input, training: true)
      return (result, result)
    }
    return layer.rectifiedTwice(input, adding: residual, training: true)
  }

  private func block(_ input: (Tensor, Tensor), to outputs: Int, stride: Int = 1) throws
    -> (Tensor, Tensor)
  {
    let inner = try normalised(convolution(input.0, to: outputs, stride: stride)).0
    var around = input.1
    if stride != 1 {
      around = try normalised(
        convolution(around, to: outputs, kernel: 1, stride: stride), isRectified: false
      ).0
    }
    return try normalised(convolution(inner, to: outputs), adding: around)
  }

  /// A random weighting of the features of random images, and its gradients by name.
  func gradients() throws -> [(name: String, tensor: Tensor)] {
    let images = random([6, 16, 8, 8], 1).channelsLast().settingRequiresGradient()
    parameters.append(("images", images))
    var x = try normalised(convolution(images, to: 16))
    for (outputs, stride) in [(16, 1), (16, 1), (32, 2), (32, 1), (64, 2), (64, 1)] {
      x = try block(x, to: outputs, stride: stride)
    }
    let features = x.0.mean(along: [2, 3], keep: true)
    try (features * random(features.shape, 1)).sum().backward()
    return try parameters.map { ($0.name, try #require($0.tensor.gradient)) }
  }
}

extension TorchTests {
  /// Convolutions and normalisation together, as they pass memory to each other.
  @Suite struct ResidualNetworks {
    @Test func `All gradients of a residual network agree with float64`() throws {
      let results = try ResidualNetwork(isDefined: false).gradients()
      let references = try ResidualNetwork(isDefined: true).gradients()
      for (result, reference) in zip(results, references) {
        let difference = (result.tensor.to(.float64) - reference.tensor).squared().sum()
        let error = try (difference / reference.tensor.squared().sum()).squareRoot().scalar()
        #expect(error < 1e-5, "\(result.name)")
      }
    }
  }
}
