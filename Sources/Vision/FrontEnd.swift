import Torch

/// A fixed first layer of a network, which removes colours so that images are not clustered by them.
///
/// ```swift
/// let edges = FrontEnd.sobel(images)  // [B, 3, H, W] to [B, 2, H, W]
/// ```
public enum FrontEnd: String, CaseIterable, Sendable {
  /// The colours as they are.
  case none
  /// Horizontal and vertical Sobel gradients of the mean of the three channels (DeepCluster and PICA).
  case sobel
  /// The same of the luma of ITU-R BT.601 (IIC).
  case lumaSobel = "luma-sobel"

  /// The number of channels that it gives.
  public var channels: Int { self == .none ? 3 : 2 }

  /// [B, 3, H, W] to [B, channels, H, W]; the border counts as zero.
  public func callAsFunction(_ images: Tensor) -> Tensor {
    let grey: Tensor
    switch self {
    case .none: return images
    case .sobel: grey = images.mean(along: [1], keep: true)
    case .lumaSobel: grey = ColourOperation.grey(images)
    }
    // As a convolution has it: without a flip (DeepCluster 2d1927e, PICA a82957e, IIC b7602b7).
    let kernels = Tensor(
      [1, 0, -1, 2, 0, -2, 1, 0, -1, 1, 2, 1, 0, 0, 0, -1, -2, -1] as [Float], shape: [2, 1, 3, 3]
    ).to(images.device)
    return grey.convolved(kernels, padding: 1).channelsLast()
  }
}
