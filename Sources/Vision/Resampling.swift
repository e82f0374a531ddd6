import Foundation
import Torch

/// Linear maps along an image's height or width, one small matrix an image.
///
/// Cropping, antialiased resizing, flipping and blurring are all linear in the pixels and separable,
/// so a batch of them is two batched matrix products, exact for every image's own parameters.
///
/// ```swift
/// let halves = Resampling.resizedCrop(
///   images.bytes(at: [0, 1]), top: 0, left: 0, height: 32, width: 32, size: 16, isFlipped: false)
/// ```
public enum Resampling {
  /// The matrix [size, extent] that crops `length` pixels from `start` and resizes them to `size`,
  /// as Pillow's antialiased filters do: as wide as the reduction, half-pixel centres, clipped to the
  /// crop and normalised.
  static func cropResize(
    extent: Int, start: Int, length: Int, size: Int, isFlipped: Bool = false,
    _ interpolation: Interpolation
  ) -> [Float] {
    var matrix = [Float](repeating: 0, count: size * extent)
    let scale = Double(length) / Double(size)
    let reduction = max(scale, 1)
    let support = interpolation.support * reduction
    for output in 0..<size {
      let centre = (Double(output) + 0.5) * scale
      let first = max(0, Int(centre - support + 0.5))
      let last = min(length, Int(centre + support + 0.5))
      var weights: [Double] = []
      for input in first..<last {
        weights.append(interpolation.weight(at: (Double(input) - centre + 0.5) / reduction))
      }
      let total = weights.reduce(0, +)
      let row = isFlipped ? size - 1 - output : output
      for (offset, weight) in weights.enumerated() {
        matrix[row * extent + start + first + offset] = Float(weight / total)
      }
    }
    return matrix
  }

  /// The matrix [extent, extent] of a Gaussian blur with `kernel` taps and mirrored borders; the
  /// identity where `sigma` is nil.
  static func blur(extent: Int, kernel: Int, sigma: Double?) -> [Float] {
    var matrix = [Float](repeating: 0, count: extent * extent)
    let half = kernel / 2
    let taps = (-half...half).map { offset -> Double in
      guard let sigma else { return offset == 0 ? 1 : 0 }
      return exp(-0.5 * (Double(offset) / sigma) * (Double(offset) / sigma))
    }
    let total = taps.reduce(0, +)
    for output in 0..<extent {
      for (tap, weight) in taps.enumerated() {
        var input = abs(output + tap - half)
        if input >= extent { input = 2 * (extent - 1) - input }
        matrix[output * extent + input] += Float(weight / total)
      }
    }
    return matrix
  }

  /// rows x image x columns^T for [B, 3, H, W], rows [B, h, H] and columns [B, w, W].
  static func apply(rows: Tensor, columns: Tensor, to images: Tensor) -> Tensor {
    let (b, h, w) = (images.size(0), rows.size(1), columns.size(1))
    let (height, width) = (images.size(2), images.size(3))
    let across = images.reshaped([b, 3 * height, width]).matmul(columns.transposed(1, 2))
    let stacked = across.reshaped([b, 3, height, w]).transposed(1, 2)
      .reshaped([b, height, 3 * w])
    return rows.matmul(stacked).reshaped([b, h, 3, w]).transposed(1, 2).contiguous()
  }

  /// uint8 [B, H, W, 3] to float [B, 3, H, W] in 0...1.
  public static func floats(_ bytes: Tensor) -> Tensor {
    bytes.permuted([0, 3, 1, 2]).to(.float32) / 255
  }

  /// Crops a rectangle from every image, resizes it to `size` x `size` and flips it if asked:
  /// uint8 [B, H, W, 3] to float [B, 3, size, size] in 0...1. It fails for a rectangle that is not within the
  /// images.
  public static func resizedCrop(
    _ bytes: Tensor, top: Int, left: Int, height: Int, width: Int, size: Int, isFlipped: Bool,
    _ interpolation: Interpolation = .bilinear
  ) -> Tensor {
    let (b, fullHeight, fullWidth) = (bytes.size(0), bytes.size(1), bytes.size(2))
    guard min(top, left) >= 0, min(height, width) > 0, height <= fullHeight - top,
      width <= fullWidth - left
    else {
      // Fails: there is no such row. Of the rectangle itself libtorch would count a negative start from the end.
      return bytes.narrowed(1, to: fullHeight..<fullHeight + 1)
    }
    let rows = cropResize(
      extent: fullHeight, start: top, length: height, size: size, interpolation)
    let columns = cropResize(
      extent: fullWidth, start: left, length: width, size: size, isFlipped: isFlipped,
      interpolation)
    return cutOff(
      apply(
        rows: Tensor(rows, shape: [1, size, fullHeight]).to(bytes.device).expanded([b, -1, -1]),
        columns: Tensor(columns, shape: [1, size, fullWidth]).to(bytes.device)
          .expanded([b, -1, -1]),
        to: floats(bytes)), interpolation)
  }

  /// What an interpolation may have put beyond 0...1 is cut off.
  static func cutOff(_ images: Tensor, _ interpolation: Interpolation) -> Tensor {
    switch interpolation {
    case .bilinear: images
    case .bicubic: images.clamped(to: 0...1)
    }
  }

  /// A Gaussian blur with mirrored borders, of [B, 3, H, W].
  /// - Parameters:
  ///   - images: [B, 3, H, W].
  ///   - kernel: the number of taps, odd.
  ///   - sigma: the standard deviation in pixels.
  public static func blurred(_ images: Tensor, kernel: Int, sigma: Double) -> Tensor {
    let (b, height, width) = (images.size(0), images.size(2), images.size(3))
    let rows = blur(extent: height, kernel: kernel, sigma: sigma)
    let columns = blur(extent: width, kernel: kernel, sigma: sigma)
    return apply(
      rows: Tensor(rows, shape: [1, height, height]).to(images.device).expanded([b, -1, -1]),
      columns: Tensor(columns, shape: [1, width, width]).to(images.device).expanded([b, -1, -1]),
      to: images)
  }
}
