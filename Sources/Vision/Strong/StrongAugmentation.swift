import Core
import Torch

/// How a strong view is made. The defaults are SCAN's for CIFAR (commit 952ec31).
///
///     var strong = StrongAugmentationSettings()   // a property of a method's settings
///     strong.operations = 2
public struct StrongAugmentationSettings: Configurable {
  /// How many operations follow one another.
  public var operations = 4
  /// The largest side of the square cut out, as a share of the image's.
  public var cutout = 0.5
  /// The probability of a horizontal flip.
  public var flip = 0.5

  public init() {}

  public static let schema = SettingsSchema<Self>([
    .integer("strong_operations", \.operations, in: 0...14, "RandAugment operations in a row"),
    .number(
      "cutout", \.cutout, in: 0...1, "largest side of the square cut out, as a share of the image's"
    ),
    .number("strong_flip", \.flip, in: 0...1, "probability of a flip of the strong view"),
  ])
}

/// Strong views: a flip, a few operations of RandAugment, and a square cut out (DeVries and Taylor,
/// "Improved Regularization of Convolutional Neural Networks with Cutout", 2017).
///
/// ```swift
/// let strong = StrongAugmentation(settings: StrongAugmentationSettings(), beside: augmentation)
/// let views = try strong.view(1, of: images, at: [5, 3], epoch: 0)  // [2, 3, H, W]
/// ```
public struct StrongAugmentation {
  /// The number and the strength of the changes.
  public let settings: StrongAugmentationSettings
  private let weak: Augmentation

  /// - Parameters:
  ///   - settings: the number and the strength of the changes.
  ///   - weak: what makes the views beside these, whose seed and normalisation are these' too.
  public init(settings: StrongAugmentationSettings, beside weak: Augmentation) {
    self.settings = settings
    self.weak = weak
  }

  /// View number `view` of the images at `positions` in this epoch: float [B, 3, H, W].
  /// - Throws: `TorchError` if the pixels cannot be read.
  public func view(
    _ view: Int, of images: ImageSet, at positions: [Int], epoch: Int
  ) throws -> Tensor {
    let (height, width) = (images.height, images.width)
    let bytes = try images.bytes(at: positions).bytes()
    var changed: [UInt8] = []
    changed.reserveCapacity(bytes.count)
    var kept = [Float](repeating: 1, count: positions.count * height * width)
    for (row, position) in positions.enumerated() {
      var stream = weak.stream(view, of: images, at: position, epoch: epoch)
      let size = 3 * height * width
      var image = PixelImage(
        pixels: Array(bytes[row * size..<(row + 1) * size]), height: height, width: width)
      // A mirror's x is width - 1 - x.
      if stream.uniform() < settings.flip { image.transform(-1, 0, Double(width), 0, 1, 0) }
      for _ in 0..<settings.operations {
        let operation = StrongOperation.allCases[
          stream.integer(below: StrongOperation.allCases.count)]
        operation.apply(to: &image, stream.uniform(in: operation.range))
      }
      changed += image.pixels
      cut(&kept, row, height, width, from: &stream)
    }
    let floats = Resampling.floats(
      Tensor(changed, shape: [positions.count, height, width, 3]).to(weak.device))
    let mask = Tensor(kept, shape: [positions.count, 1, height, width]).to(weak.device)
    // What is cut out is of the images' mean colour; black where there is no normalisation.
    return (weak.normalised(floats) * mask).channelsLast()
  }

  /// Draws the square, which may stand out of the image, and marks it with zeros.
  private func cut(
    _ kept: inout [Float], _ row: Int, _ height: Int, _ width: Int,
    from stream: inout RandomStream
  ) {
    let largest = Int((settings.cutout * Double(height)).rounded())
    guard largest > 1 else { return }
    let side = 1 + stream.integer(below: largest)
    let (y, x) = (stream.integer(below: height), stream.integer(below: width))
    // As the code has it: an odd side loses its last line.
    let columns = max(0, x - side / 2)..<min(width, x + side / 2)
    for line in max(0, y - side / 2)..<min(height, y + side / 2) where !columns.isEmpty {
      for column in columns { kept[(row * height + line) * width + column] = 0 }
    }
  }
}
