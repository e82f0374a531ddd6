import Foundation

/// An 8-bit colour image.
///
///     let grey = RGBImage(height: 2, width: 2, pixels: [UInt8](repeating: 128, count: 12))
///     grey.resized(height: 4, width: 4).pixels.count  // 48
///
/// Scaling and cropping give the same bytes as torchvision's transforms of Pillow images.
package struct RGBImage: Equatable, Sendable {
  /// The number of rows.
  package let height: Int
  /// The number of columns.
  package let width: Int
  /// [height, width, 3], row-major, red first.
  package let pixels: [UInt8]

  /// - Parameter pixels: height x width x 3 values. The number is not checked.
  package init(height: Int, width: Int, pixels: [UInt8]) {
    self.height = height
    self.width = width
    self.pixels = pixels
  }

  /// The central square, scaled to `size` pixels: the same as `resizedShorterSide(to:
  /// size).centreCropped(to: size)`, without computing the parts that are cropped.
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

  /// The image scaled so that its shorter side has `size` pixels, like torchvision's `Resize`
  /// with a Pillow image: antialiased bilinear, the longer side rounded down.
  package func resizedShorterSide(to size: Int) -> RGBImage {
    let shorter = min(height, width)
    let longer = max(height, width)
    guard shorter > 0, shorter != size else { return self }
    let scaled = Int(Double(size * longer) / Double(shorter))
    return height <= width
      ? resized(height: size, width: scaled) : resized(height: scaled, width: size)
  }

  /// The central square of `size` pixels, like torchvision's `CenterCrop`.
  ///
  /// Offsets are half of the surplus, rounded half to even as Python's `round`. Smaller images
  /// are padded with black on both sides.
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

  /// The first row or column of the central part; negative if the image has to be padded.
  private static func cropOffset(length: Int, size: Int) -> Int {
    length < size
      ? -((size - length) / 2)
      : Int((Double(length - size) / 2).rounded(.toNearestOrEven))
  }
}

extension RGBImage {
  /// The upright image for an EXIF orientation, like Pillow's `exif_transpose`.
  /// - Parameter tag: 1 to 8 (`EXIFOrientation`).
  func oriented(_ tag: Int) -> RGBImage {
    if tag == 1 { return self }
    // Orientations 5 to 8 swap rows and columns.
    let (newHeight, newWidth) = tag >= 5 ? (width, height) : (height, width)
    let source = self
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { buffer, filled in
      for row in 0..<newHeight {
        for column in 0..<newWidth {
          let (y, x) =
            switch tag {
            case 2: (row, source.width - 1 - column)
            case 3: (source.height - 1 - row, source.width - 1 - column)
            case 4: (source.height - 1 - row, column)
            case 5: (column, row)
            case 6: (source.height - 1 - column, row)
            case 7: (source.height - 1 - column, source.width - 1 - row)
            default: (column, source.width - 1 - row)
            }
          let place = (row * newWidth + column) * 3
          for channel in 0..<3 {
            buffer[place + channel] = source.pixels[(y * source.width + x) * 3 + channel]
          }
        }
      }
      filled = source.pixels.count
    }
    return RGBImage(height: newHeight, width: newWidth, pixels: turned)
  }
}
