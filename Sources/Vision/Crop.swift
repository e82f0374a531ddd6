/// How the part of an image that a view shows is found.
///
/// ```swift
/// let augmentation = try Augmentation(
///   settings: .unchanged(), size: 32, crop: .square(share: 0.8), seed: 1, images: images, on: .cpu)
/// ```
public enum Crop: Hashable, Sendable {
  /// torchvision's RandomResizedCrop: an area of the settings' `crop_scale` to 1, of any ratio.
  case randomResized
  /// A square at a random place whose side is this share of the image's, in whole pixels: 0.8 is
  /// Resize(40) and RandomCrop(32). Scored images show the square in the middle.
  case square(share: Double)

  /// The side of a square in pixels: this share of the image's shorter side, at least 1.
  static func side(of share: Double, height: Int, width: Int) -> Int {
    max(1, Int((share * Double(min(height, width))).rounded()))
  }
}
