import Torch

/// torchvision's colour changes, on floats in 0...1, with one factor an image.
///
/// ```swift
/// let darker = ColourOperation.brightness.apply(to: images, factors: [0.8, 0.6])  // B = 2
/// ```
public enum ColourOperation: CaseIterable, Sendable {
  /// The image times a factor.
  case brightness
  /// The image blended with the mean of its luma.
  case contrast
  /// The image blended with its luma.
  case saturation
  /// The hue turned by a part of the circle.
  case hue

  /// - Parameters:
  ///   - images: float [B, 3, H, W] in 0...1.
  ///   - factors: one an image; 1 leaves brightness, contrast and saturation alone, 0 leaves hue.
  /// - Returns: float [B, 3, H, W], clamped to 0...1.
  public func apply(to images: Tensor, factors: [Double]) -> Tensor {
    let factor = Tensor(factors.map { Float($0) }, shape: [factors.count, 1, 1, 1])
      .to(images.device)
    switch self {
    case .brightness:
      return (images * factor).clamped(to: 0...1)
    case .contrast:
      return Self.blend(
        images, with: Self.grey(images).mean(along: [1, 2, 3], keep: true), factor)
    case .saturation:
      return Self.blend(images, with: Self.grey(images), factor)
    case .hue:
      return Self.shiftHue(images, by: factor)
    }
  }

  /// Luma of ITU-R BT.601 as Pillow's "L" has it, 0.299 R + 0.587 G + 0.114 B:
  /// [B, 3, H, W] to [B, 1, H, W].
  public static func grey(_ images: Tensor) -> Tensor {
    let weights = Tensor([0.299, 0.587, 0.114], shape: [1, 3, 1, 1]).to(images.device)
    return (images * weights).sum(along: [1], keep: true)
  }

  /// images factor + other (1 - factor), clamped to 0...1, for factors [B, 1, 1, 1].
  private static func blend(_ images: Tensor, with other: Tensor, _ factor: Tensor) -> Tensor {
    (images * factor + other * (1 - factor)).clamped(to: 0...1)
  }

  /// Turns the hue by `shift` of a full circle, through HSV and back.
  private static func shiftHue(_ images: Tensor, by shift: Tensor) -> Tensor {
    let red = images.narrowed(1, to: 0..<1)
    let green = images.narrowed(1, to: 1..<2)
    let blue = images.narrowed(1, to: 2..<3)
    let value = images.maximum(along: [1], keep: true)
    let chroma = value - images.minimum(along: [1], keep: true)
    // Grey pixels have no hue; a divisor of 1 gives them hue 0 and keeps them grey.
    let divisor = chroma.filled(where: chroma.isEqual(to: 0), with: 1)
    let redIsLargest = value.isEqual(to: red)
    let greenIsLargest = value.isEqual(to: green)
    let sextant = redIsLargest.select(
      (green - blue) / divisor,
      else: greenIsLargest.select(
        (blue - red) / divisor + 2.0, else: (red - green) / divisor + 4.0))
    let turned = (sextant + shift * 6.0).remainder(6)
    // Each channel falls from `value` by the chroma where the hue is far from it (Smith, 1978, in
    // the closed form f(n) = V - C max(0, min(k, 4 - k, 1)), k = (n + H) mod 6).
    let channels = [5.0, 3.0, 1.0].map { offset in
      let k = (turned + offset).remainder(6)
      return value - chroma * k.minimum(4 - k).clamped(to: 0...1)
    }
    return Tensor.concatenated(channels, along: 1).clamped(to: 0...1)
  }
}
