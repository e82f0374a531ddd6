import CATen
import Core

/// A convolution without bias, as residual networks have it.
///
/// Weights start from He's normal distribution over the fan out, as torchvision's ResNet.
public struct Convolution: Module {
  public let weight: Tensor
  public let stride: Int
  public let padding: Int

  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    on device: Device, from stream: inout RandomStream
  ) throws {
    let fanOut = Double(outputs * kernel * kernel)
    weight = try Tensor.normal(
      [outputs, inputs, kernel, kernel], standardDeviation: (2 / fanOut).squareRoot(),
      from: &stream
    ).to(device).channelsLast().settingRequiresGradient()
    self.stride = stride
    self.padding = padding
  }

  public var ownParameters: [NamedTensor] { [("weight", weight)] }

  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.convolved(weight, stride: stride, padding: padding)
  }
}

/// Batch normalisation over the channels of [N, C, H, W] or the columns of [N, C].
public struct BatchNormalisation: Module {
  public let weight: Tensor
  public let bias: Tensor
  public let runningMean: Tensor
  public let runningVariance: Tensor
  private let momentum = 0.1
  private let epsilon = 1e-5

  public init(_ channels: Int, on device: Device) throws {
    weight = try Tensor.full([channels], 1, on: device).settingRequiresGradient()
    bias = try Tensor.zeros([channels], on: device).settingRequiresGradient()
    runningMean = try Tensor.zeros([channels], on: device)
    runningVariance = try Tensor.full([channels], 1, on: device)
  }

  public var ownParameters: [NamedTensor] { [("weight", weight), ("bias", bias)] }

  public var ownBuffers: [NamedTensor] {
    [("running_mean", runningMean), ("running_var", runningVariance)]
  }

  /// In training, the batch's statistics normalise and the running ones are updated.
  public func callAsFunction(_ input: Tensor, training: Bool) throws -> Tensor {
    try Tensor(
      caten_batch_norm(
        input.handle, weight.handle, bias.handle, runningMean.handle, runningVariance.handle,
        training, momentum, epsilon))
  }
}

/// x W^T + b; weight and bias start uniformly within 1 / sqrt(inputs), as torch.nn.Linear.
public struct Linear: Module {
  public let weight: Tensor
  /// Nil for a layer without one.
  public let bias: Tensor?

  public init(
    _ inputs: Int, _ outputs: Int, hasBias: Bool = true, on device: Device,
    from stream: inout RandomStream
  ) throws {
    let bound = 1 / Double(inputs).squareRoot()
    weight = try Tensor.uniform([outputs, inputs], bound: bound, from: &stream)
      .to(device).settingRequiresGradient()
    bias =
      hasBias
      ? try Tensor.uniform([outputs], bound: bound, from: &stream)
        .to(device).settingRequiresGradient() : nil
  }

  public var ownParameters: [NamedTensor] {
    [("weight", weight)] + (bias.map { [("bias", $0)] } ?? [])
  }

  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.linear(weight, bias: bias)
  }
}
