import Core
import Torch

/// How an affine view is made. The defaults are those of DCCM's code for CIFAR-10 (commit 69ed7ae), which
/// DAC's code has for CIFAR-100 too.
///
///     var augmentation = AffineAugmentationSettings()   // a property of a method's settings
///     augmentation.rotation = 10
public struct AffineAugmentationSettings: Configurable {
  /// r: an angle is drawn from -r to r degrees.
  public var rotation = 20.0
  /// s: shifts in both directions are drawn from -s to s, as shares of the side.
  public var shift = 0.18
  /// h: a slant is drawn from -h to h degrees.
  public var shear = 0.0
  /// z: factors of both directions are drawn from 1 - z to 1 + z.
  public var zoom = 0.15
  /// c: what is added to a channel is drawn from -c to c, on the scale 0...1.
  public var channelShift = 0.1
  /// What pixels are multiplied by in the end.
  public var rescale = 0.95
  /// The probability of a horizontal flip.
  public var flip = 0.5

  public init() {}

  public static let schema = SettingsSchema<Self>([
    .number("rotation", \.rotation, in: 0...180, "angle drawn from -r to r degrees"),
    .number("shift", \.shift, in: 0...1, "shift of both directions, as a share of the side"),
    .number("shear", \.shear, in: 0...80, "slant drawn from -h to h degrees"),
    .number("zoom", \.zoom, in: 0...0.9, "factor of each direction drawn from 1 - z to 1 + z"),
    .number("channel_shift", \.channelShift, in: 0...1, "added to a channel, drawn from -c to c"),
    .number("rescale", \.rescale, in: 0.01...2, "what the pixels of a view are multiplied by"),
    .number("flip", \.flip, in: 0...1, "probability of a horizontal flip"),
  ])
}

/// Affine views: an image is turned, shifted, slanted and stretched with its border carried on outwards,
/// flipped, and its channels made lighter or darker. They are the views of the clustering methods of the
/// Keras years (DAC, DCCM), whose image generator this follows.
///
/// What happens to an image is drawn from its key, the seed, the epoch and the number of the view.
///
/// ```swift
/// let affine = AffineAugmentation(settings: AffineAugmentationSettings(), beside: augmentation)
/// let views = try affine.view(0, of: images, at: [5, 3], epoch: 0)  // [2, 3, H, W]
/// ```
public struct AffineAugmentation {
  /// The strength of the changes.
  public let settings: AffineAugmentationSettings
  private let plain: Augmentation

  /// - Parameters:
  ///   - settings: the strength of the changes.
  ///   - plain: what makes the images that are scored, whose seed and normalisation are these' too.
  public init(settings: AffineAugmentationSettings, beside plain: Augmentation) {
    self.settings = settings
    self.plain = plain
  }

  /// View number `view` of the images at `positions` in this epoch: float [B, 3, H, W].
  /// - Throws: `TorchError` if the pixels cannot be read.
  public func view(
    _ view: Int, of images: ImageSet, at positions: [Int], epoch: Int
  ) throws -> Tensor {
    let (height, width) = (images.height, images.width)
    let bytes = try images.bytes(at: positions).bytes()
    var changed = [UInt8](repeating: 0, count: bytes.count)
    var shifts: [Float] = []
    bytes.withUnsafeBufferPointer { bytes in
      changed.withUnsafeMutableBufferPointer { changed in
        for (row, position) in positions.enumerated() {
          var stream = plain.stream(view, of: images, at: position, epoch: epoch)
          let part = row * 3 * height * width..<(row + 1) * 3 * height * width
          transform(height, width, from: &stream).apply(
            to: UnsafeBufferPointer(rebasing: bytes[part]),
            into: UnsafeMutableBufferPointer(rebasing: changed[part]), height: height,
            width: width)
          shifts += (0..<3).map { _ in
            Float(stream.uniform(in: -settings.channelShift...settings.channelShift))
          }
        }
      }
    }
    let floats = Resampling.floats(
      Tensor(changed, shape: [positions.count, height, width, 3]).to(plain.device))
    // Lighter or darker channels keep to the range of the image's values.
    let lightened = (floats + Tensor(shifts, shape: [positions.count, 3, 1, 1]).to(plain.device))
      .maximum(floats.minimum(along: [1, 2, 3], keep: true))
      .minimum(floats.maximum(along: [1, 2, 3], keep: true))
    return plain.normalised(lightened * settings.rescale)
  }

  /// Draws the change of an image's geometry.
  private func transform(
    _ height: Int, _ width: Int, from stream: inout RandomStream
  ) -> AffineTransform {
    func factor() -> Double { stream.uniform(in: 1 - settings.zoom...1 + settings.zoom) }
    var transform = AffineTransform()
    transform.rotation = stream.uniform(in: -settings.rotation...settings.rotation)
    transform.rowShift = stream.uniform(in: -settings.shift...settings.shift) * Double(height)
    transform.columnShift = stream.uniform(in: -settings.shift...settings.shift) * Double(width)
    transform.shear = stream.uniform(in: -settings.shear...settings.shear)
    transform.rowZoom = factor()
    transform.columnZoom = factor()
    transform.isFlipped = stream.uniform() < settings.flip
    return transform
  }
}
