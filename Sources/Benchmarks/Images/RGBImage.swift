import Foundation

/// An 8-bit colour image: `pixels` is [height, width, 3] in row-major order, red first.
package struct RGBImage: Equatable, Sendable {
  package let height: Int
  package let width: Int
  package let pixels: [UInt8]

  /// - Parameter pixels: height x width x 3 values.
  package init(height: Int, width: Int, pixels: [UInt8]) {
    self.height = height
    self.width = width
    self.pixels = pixels
  }

  /// What `resizedShorterSide(to: size).centreCropped(to: size)` is, without computing what the crop
  /// throws away.
  package func centreSquare(of size: Int) -> RGBImage {
    let shorter = min(height, width)
    guard shorter > 0, size > 0 else { return centreCropped(to: size) }
    let scaled = Int(Double(size * max(height, width)) / Double(shorter))
    let newHeight = height <= width ? size : scaled
    let newWidth = height <= width ? scaled : size
    let top = Self.cropOffset(length: newHeight, size: size)
    let left = Self.cropOffset(length: newWidth, size: size)
    return resized(
      height: newHeight, width: newWidth, rows: top..<top + size, columns: left..<left + size)
  }

  /// The image scaled so that its shorter side has `size` pixels, as torchvision's `Resize` does to
  /// a Pillow image: bilinear with antialias; the longer side is size x longer / shorter, rounded
  /// down.
  package func resizedShorterSide(to size: Int) -> RGBImage {
    let shorter = min(height, width)
    let longer = max(height, width)
    guard shorter > 0, shorter != size else { return self }
    let scaled = Int(Double(size * longer) / Double(shorter))
    return height <= width
      ? resized(height: size, width: scaled) : resized(height: scaled, width: size)
  }

  /// The central square of `size` pixels, as torchvision's `CenterCrop` cuts it: offsets are rounded
  /// half to even, and where the image is smaller than the square it is surrounded by black.
  package func centreCropped(to size: Int) -> RGBImage {
    let top = Self.cropOffset(length: height, size: size)
    let left = Self.cropOffset(length: width, size: size)
    let rows = max(0, top)..<min(height, top + size)
    let columns = max(0, left)..<min(width, left + size)
    var cropped = [UInt8](repeating: 0, count: size * size * 3)
    for row in rows {
      let source = (row * width + columns.lowerBound) * 3
      let target = ((row - top) * size + columns.lowerBound - left) * 3
      let count = columns.count * 3
      cropped.replaceSubrange(target..<target + count, with: pixels[source..<source + count])
    }
    return RGBImage(height: size, width: size, pixels: cropped)
  }

  private static func cropOffset(length: Int, size: Int) -> Int {
    length < size
      ? -((size - length) / 2)
      : Int((Double(length - size) / 2).rounded(.toNearestOrEven))
  }
}
