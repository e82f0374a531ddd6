import Core

/// Where the weights of a convolution start from.
///
///     let layer = Convolution(3, 64, kernel: 3, initialisation: .torchDefault, on: .cpu, from: &stream)
public enum ConvolutionInitialisation: String, CaseIterable, Sendable {
  /// He's normal distribution over the fan out, of variance 2 / (outputs x kernel area): torchvision's
  /// ResNet.
  case he
  /// Uniform within 1 / sqrt(fan in), of variance 1 / (3 fan in): what torch.nn.Conv2d has where nothing
  /// else is asked for (He's uniform distribution with a = sqrt(5)).
  case torchDefault = "torch-default"

  /// Weights [outputs, inputs, kernel, kernel].
  func weights(
    _ inputs: Int, _ outputs: Int, kernel: Int, from stream: inout RandomStream
  ) -> Tensor {
    let shape = [outputs, inputs, kernel, kernel]
    switch self {
    case .he:
      let fanOut = Double(outputs * kernel * kernel)
      return .normal(
        shape, standardDeviation: (2 / fanOut).squareRoot(), from: &stream)
    case .torchDefault:
      let fanIn = Double(inputs * kernel * kernel)
      return .uniform(shape, bound: 1 / fanIn.squareRoot(), from: &stream)
    }
  }
}

/// A convolution without bias, as residual networks have it.
///
/// ```swift
/// var stream = RandomStream(seed: 1, purpose: .weights)
/// let layer = Convolution(3, 64, kernel: 3, padding: 1, on: .cpu, from: &stream)
/// let maps = layer(images)  // [B, 3, 32, 32] to [B, 64, 32, 32]
/// ```
public struct Convolution: Module {
  /// [outputs, inputs, kernel, kernel]
  public let weight: Tensor
  /// Pixels between windows.
  public let stride: Int
  /// Pixels of zeros around the image.
  public let padding: Int

  /// - Parameters:
  ///   - inputs: channels of the input.
  ///   - outputs: channels of the output.
  ///   - kernel: height and width of a window in pixels.
  ///   - stride: pixels between windows.
  ///   - padding: pixels of zeros around the image.
  ///   - initialisation: the distribution of the weights.
  ///   - device: where the tensors are.
  ///   - stream: what the weights are drawn from.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    initialisation: ConvolutionInitialisation = .he, on device: Device,
    from stream: inout RandomStream
  ) {
    weight = initialisation.weights(inputs, outputs, kernel: kernel, from: &stream)
      .to(device).channelsLast().settingRequiresGradient()
    self.stride = stride
    self.padding = padding
  }

  public var ownParameters: [NamedTensor] { [("weight", weight)] }

  /// [N, inputs, H, W] to [N, outputs, (H + 2 padding - kernel) / stride + 1, ...].
  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.convolved(weight, stride: stride, padding: padding)
  }
}

/// Batch normalisation over the channels of [N, C, H, W] or the columns of [N, C], with torch's momentum
/// 0.1 and epsilon 1e-5 (Ioffe and Szegedy, "Batch Normalization", ICML 2015).
///
///     let normalisation = BatchNormalisation(64, on: .cpu)
///     let outputs = normalisation(images, training: true)   // [N, 64, H, W]
public struct BatchNormalisation: Module {
  /// gamma, [C]. Ones for a layer without one.
  public let weight: Tensor
  private let hasWeight: Bool
  /// Zero for a layer without one.
  let bias: Tensor
  private let hasBias: Bool
  /// The mean of past batches, [C]: 0.9 of it stays with each batch in training.
  public let runningMean: Tensor
  /// The unbiased variance of past batches, [C], which moves in the same way.
  public let runningVariance: Tensor
  let momentum = 0.1
  let epsilon = 1e-5

  /// - Parameters:
  ///   - channels: C.
  ///   - gamma: the initial weight.
  ///   - hasWeight: whether the weight is learnt; else there is none.
  ///   - hasBias: whether a bias is added, which starts at 0.
  ///   - device: where the tensors are.
  public init(
    _ channels: Int, gamma: Double = 1, hasWeight: Bool = true, hasBias: Bool = true,
    on device: Device
  ) {
    weight = Tensor.full([channels], hasWeight ? gamma : 1, on: device)
      .settingRequiresGradient(hasWeight)
    self.hasWeight = hasWeight
    bias = Tensor.zeros([channels], on: device).settingRequiresGradient(hasBias)
    self.hasBias = hasBias
    runningMean = Tensor.zeros([channels], on: device)
    runningVariance = Tensor.full([channels], 1, on: device)
  }

  public var ownParameters: [NamedTensor] {
    (hasWeight ? [("weight", weight)] : []) + (hasBias ? [("bias", bias)] : [])
  }

  public var ownBuffers: [NamedTensor] {
    [("running_mean", runningMean), ("running_var", runningVariance)]
  }

  /// (x - mean) / sqrt(variance + epsilon) gamma + beta, of the shape of `input`. In training, mean and
  /// variance are the batch's, and the running ones are updated in place. Otherwise they are the running
  /// ones.
  public func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
    let operands = [input, weight, bias, runningMean, runningVariance]
    return Tensor(of: operands, "BatchNormalisation") {
      caten.batch_norm(
        input.handle, weight.handle, bias.handle, runningMean.handle, runningVariance.handle,
        training, momentum, epsilon)
    }
  }

  /// The same with the batch's mean and variance, where the running ones stay as they are: predictions of
  /// networks that keep no running statistics.
  public func withBatchStatistics(_ input: Tensor) -> Tensor {
    // What the operator would update is of no use to anybody.
    let (mean, variance) = (runningMean.copy(), runningVariance.copy())
    return Tensor(of: [input, weight, bias, mean, variance], "BatchNormalisation") {
      caten.batch_norm(
        input.handle, weight.handle, bias.handle, mean.handle, variance.handle, true, momentum,
        epsilon)
    }
  }
}

/// Where a linear layer starts from.
///
///     let head = Linear(512, 10, initialisation: .smallNormal, on: .cpu, from: &stream)
public enum LinearInitialisation: String, CaseIterable, Sendable {
  /// Weight and bias uniform within 1 / sqrt(inputs), as torch.nn.Linear.
  case torchDefault = "torch-default"
  /// Weights of a normal distribution of deviation 0.01, and a bias of zero (VGG, and what follows it).
  case smallNormal = "small-normal"
}

/// x W^T + b.
///
///     let head = Linear(512, 10, on: .cpu, from: &stream)
///     let logits = head(features)   // [B, 10]
public struct Linear: Module {
  /// [outputs, inputs]
  public let weight: Tensor
  /// [outputs], nil for a layer without bias.
  public let bias: Tensor?

  /// - Parameters:
  ///   - inputs: length of an input vector.
  ///   - outputs: length of an output vector.
  ///   - hasBias: whether a bias is added.
  ///   - initialisation: the distribution of weight and bias.
  ///   - device: where the tensors are.
  ///   - stream: what weight and bias are drawn from.
  public init(
    _ inputs: Int, _ outputs: Int, hasBias: Bool = true,
    initialisation: LinearInitialisation = .torchDefault, on device: Device,
    from stream: inout RandomStream
  ) {
    let start: (weight: Tensor, bias: Tensor?)
    switch initialisation {
    case .torchDefault:
      let bound = 1 / Double(inputs).squareRoot()
      let weight = Tensor.uniform([outputs, inputs], bound: bound, from: &stream)
      start = (weight, hasBias ? .uniform([outputs], bound: bound, from: &stream) : nil)
    case .smallNormal:
      let weight = Tensor.normal([outputs, inputs], standardDeviation: 0.01, from: &stream)
      start = (weight, hasBias ? .zeros([outputs]) : nil)
    }
    weight = start.weight.to(device).settingRequiresGradient()
    bias = start.bias?.to(device).settingRequiresGradient()
  }

  /// A layer that starts as the identity of the first min(inputs, outputs) values, with a bias of zero.
  /// - Parameters:
  ///   - inputs: length of an input vector.
  ///   - outputs: length of an output vector.
  ///   - hasBias: whether a bias is added.
  ///   - device: where the tensors are.
  public init(identity inputs: Int, _ outputs: Int, hasBias: Bool = true, on device: Device) {
    var weights = [Float](repeating: 0, count: inputs * outputs)
    for i in 0..<min(inputs, outputs) { weights[i * inputs + i] = 1 }
    weight = Tensor(weights, shape: [outputs, inputs]).to(device).settingRequiresGradient()
    bias = hasBias ? Tensor.zeros([outputs], on: device).settingRequiresGradient() : nil
  }

  public var ownParameters: [NamedTensor] {
    [("weight", weight)] + (bias.map { [("bias", $0)] } ?? [])
  }

  /// [N, inputs] to [N, outputs].
  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.linear(weight, bias: bias)
  }
}

/// A transposed convolution, for decoders and generators.
///
/// Weight and bias start uniformly within 1 / sqrt(outputs k^2), as torch.nn.ConvTranspose2d.
///
///     let layer = TransposedConvolution(64, 3, kernel: 4, stride: 2, padding: 1, on: .cpu, from: &stream)
///     let larger = layer(images)   // [N, 3, 2H, 2W]
public struct TransposedConvolution: Module {
  /// [inputs, outputs, kernel, kernel]
  public let weight: Tensor
  /// [outputs], nil for a layer without bias.
  public let bias: Tensor?
  private let stride: Int
  private let padding: Int

  /// - Parameters:
  ///   - inputs: channels of the input.
  ///   - outputs: channels of the output.
  ///   - kernel: height and width of what a pixel is spread over.
  ///   - stride: how many times larger the output is.
  ///   - padding: pixels that are cut off on each side.
  ///   - hasBias: whether a bias is added.
  ///   - device: where the tensors are.
  ///   - stream: what weight and bias are drawn from.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    hasBias: Bool = true, on device: Device, from stream: inout RandomStream
  ) {
    let bound = 1 / Double(outputs * kernel * kernel).squareRoot()
    weight = Tensor.uniform([inputs, outputs, kernel, kernel], bound: bound, from: &stream)
      .to(device).settingRequiresGradient()
    bias =
      hasBias
      ? Tensor.uniform([outputs], bound: bound, from: &stream)
        .to(device).settingRequiresGradient() : nil
    self.stride = stride
    self.padding = padding
  }

  public var ownParameters: [NamedTensor] {
    [("weight", weight)] + (bias.map { [("bias", $0)] } ?? [])
  }

  /// [N, inputs, H, W] to [N, outputs, (H - 1) stride - 2 padding + kernel, likewise].
  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.transposedConvolved(weight, bias: bias, stride: stride, padding: padding)
  }
}
