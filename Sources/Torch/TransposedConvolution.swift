import Core

/// A transposed convolution with bias, for decoders.
///
/// Weight and bias start uniformly within 1 / sqrt(outputs k^2), as torch.nn.ConvTranspose2d.
public struct TransposedConvolution: Module {
  public let weight: Tensor
  public let bias: Tensor
  private let stride: Int
  private let padding: Int

  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    on device: Device, from stream: inout RandomStream
  ) throws {
    let bound = 1 / Double(outputs * kernel * kernel).squareRoot()
    weight = try Tensor.uniform([inputs, outputs, kernel, kernel], bound: bound, from: &stream)
      .to(device).settingRequiresGradient()
    bias = try Tensor.uniform([outputs], bound: bound, from: &stream)
      .to(device).settingRequiresGradient()
    self.stride = stride
    self.padding = padding
  }

  public var ownParameters: [NamedTensor] { [("weight", weight), ("bias", bias)] }

  /// [N, inputs, H, W] to [N, outputs, (H - 1) stride - 2 padding + kernel, likewise].
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.transposedConvolved(weight, bias: bias, stride: stride, padding: padding)
  }
}
