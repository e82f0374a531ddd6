import CTurboJPEG

/// Encodes drawn images as JPEG.
enum JPEGEncoder {
  enum ColourSpace {
    case colour, greyscale
    /// Four inks, all inverted as Adobe's programs do it.
    case cmyk
  }

  private static let quality: Int32 = 90

  /// The bytes of a JPEG file.
  /// - Throws: `BenchmarkError.unwritable` in the name of `file` if libjpeg-turbo has no memory.
  static func encode(
    _ image: RGBImage, as space: ColourSpace = .colour, file: String
  ) throws(BenchmarkError) -> [UInt8] {
    guard let encoder = tjInitCompress() else {
      throw .unwritable(file: file, reason: "no memory for a JPEG encoder")
    }
    defer { tjDestroy(encoder) }
    var buffer: UnsafeMutablePointer<UInt8>?
    var size: UInt = 0
    defer { tjFree(buffer) }
    let sampling = space == .greyscale ? TJSAMP_GRAY : TJSAMP_420
    let format = space == .cmyk ? TJPF_CMYK : TJPF_RGB
    let status = tjCompress2(
      encoder, space == .cmyk ? cmyk(image) : image.pixels, Int32(image.width), 0,
      Int32(image.height), Int32(format.rawValue), &buffer, &size, Int32(sampling.rawValue),
      quality, TJFLAG_ACCURATEDCT)
    guard status == 0 else {
      throw .unwritable(file: file, reason: String(cString: tjGetErrorStr2(encoder)))
    }
    return [UInt8](UnsafeBufferPointer(start: buffer, count: Int(size)))
  }

  /// Without black, inverted inks are the colours.
  private static func cmyk(_ image: RGBImage) -> [UInt8] {
    var inks: [UInt8] = []
    for start in stride(from: 0, to: image.pixels.count, by: 3) {
      inks += image.pixels[start..<start + 3] + [255]
    }
    return inks
  }

  /// The file with an Exif segment that says: to be turned by a quarter, clockwise (orientation 6).
  static func withOrientation6(_ jpeg: [UInt8]) -> [UInt8] {
    let tiff: [UInt8] =
      [0x49, 0x49, 42, 0, 8, 0, 0, 0]  // little-endian; the directory follows
      + [1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]  // one entry: orientation, short, 6
      + [0, 0, 0, 0]
    let body = Array("Exif\0\0".utf8) + tiff
    return Array(jpeg.prefix(2)) + [0xFF, 0xE1, 0, UInt8(body.count + 2)] + body + jpeg.dropFirst(2)
  }
}
