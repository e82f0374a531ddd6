import CPNG
import CTurboJPEG
import Foundation

/// Decodes JPEG and PNG files to 8-bit colour, as Pillow's `Image.open(...).convert("RGB")` does.
public enum ImageDecoder {
  /// Images of more pixels are taken for damaged headers.
  private static let pixelLimit = 1 << 26

  /// Decodes an image; its first bytes, not its name, say which format it has.
  ///
  /// A greyscale image gets three equal channels, CMYK is taken as inverted (Adobe's convention),
  /// and transparency is dropped. A JPEG that libjpeg decodes only with a warning (a truncated one,
  /// say) or in very many scans is refused.
  /// - Parameters:
  ///   - file: the name that an error carries.
  ///   - willUse: told how many bytes decoding takes, before they are taken.
  /// - Throws: `BenchmarkError.unreadableImage` or `.emptyFile`.
  public static func decode(
    _ bytes: [UInt8], file: String, willUse: (Int) -> Void = { _ in }
  ) throws(BenchmarkError) -> RGBImage {
    if bytes.isEmpty { throw .emptyFile(file: file) }
    if isLossy(bytes) { return try decodeJPEG(bytes, file, willUse) }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      return try decodePNG(bytes, file, willUse)
    }
    throw .unreadableImage(file: file, reason: "it is neither a JPEG nor a PNG file")
  }

  /// Whether these are the bytes of a format that does not keep every pixel: JPEG.
  static func isLossy(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }

  // MARK: - JPEG

  private static func decodeJPEG(
    _ bytes: [UInt8], _ file: String, _ willUse: (Int) -> Void
  ) throws(BenchmarkError) -> RGBImage {
    guard let decoder = tjInitDecompress() else {
      throw .unreadableImage(file: file, reason: "no memory for a JPEG decoder")
    }
    defer { tjDestroy(decoder) }
    func failure() -> BenchmarkError {
      .unreadableImage(file: file, reason: String(cString: tjGetErrorStr2(decoder)))
    }
    var width: Int32 = 0
    var height: Int32 = 0
    var subsampling: Int32 = 0
    var colourSpace: Int32 = 0
    let count = UInt(bytes.count)
    guard
      tjDecompressHeader3(
        decoder, bytes, count, &width, &height, &subsampling, &colourSpace) == 0
    else { throw failure() }
    try requireSane(width: Int(width), height: Int(height), file)

    let hasBlack =
      colourSpace == Int32(TJCS_CMYK.rawValue) || colourSpace == Int32(TJCS_YCCK.rawValue)
    let format = Int32((hasBlack ? TJPF_CMYK : TJPF_RGB).rawValue)
    let size = Int(width) * Int(height) * (hasBlack ? 4 : 3)
    // Beside the pixels, a progressive file takes two bytes for each of its coefficients.
    willUse(Int(width) * Int(height) * (hasBlack ? 4 + 3 + 8 : 3 + 6))
    var status: Int32 = 0
    let pixels = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      status = tjDecompress2(
        decoder, bytes, count, buffer.baseAddress, width, 0, height, format,
        TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS)
      filled = status == 0 ? size : 0
    }
    guard status == 0 else { throw failure() }
    return RGBImage(
      height: Int(height), width: Int(width), pixels: hasBlack ? rgb(invertedCMYK: pixels) : pixels)
  }

  /// Pillow's conversion: colour = black - (255 - ink) x black / 255, with all four values stored
  /// inverted and the division rounded.
  private static func rgb(invertedCMYK pixels: [UInt8]) -> [UInt8] {
    let count = pixels.count / 4
    return [UInt8](unsafeUninitializedCapacity: count * 3) { result, filled in
      for pixel in 0..<count {
        let black = Int32(pixels[pixel * 4 + 3])
        for channel in 0..<3 {
          let product = (255 - Int32(pixels[pixel * 4 + channel])) * black + 128
          let quotient = ((product >> 8) + product) >> 8
          result[pixel * 3 + channel] = UInt8(truncatingIfNeeded: max(black - quotient, 0))
        }
      }
      filled = count * 3
    }
  }

  // MARK: - PNG

  private static func decodePNG(
    _ bytes: [UInt8], _ file: String, _ willUse: (Int) -> Void
  ) throws(BenchmarkError) -> RGBImage {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    guard png_image_begin_read_from_memory(&image, bytes, bytes.count) != 0 else {
      throw .unreadableImage(file: file, reason: image.text)
    }
    try requireSane(width: Int(image.width), height: Int(image.height), file)
    // Four channels are asked for because libpng would lay three over a background colour.
    image.format = UInt32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)
    image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
    let count = Int(image.width) * Int(image.height)
    willUse(count * 7)
    var status: Int32 = 0
    let pixels = [UInt8](unsafeUninitializedCapacity: count * 4) { buffer, filled in
      status = png_image_finish_read(&image, nil, buffer.baseAddress, 0, nil)
      filled = status == 0 ? 0 : count * 4
    }
    guard status != 0 else { throw .unreadableImage(file: file, reason: image.text) }
    let colours = [UInt8](unsafeUninitializedCapacity: count * 3) { result, filled in
      for pixel in 0..<count {
        for channel in 0..<3 { result[pixel * 3 + channel] = pixels[pixel * 4 + channel] }
      }
      filled = count * 3
    }
    return RGBImage(height: Int(image.height), width: Int(image.width), pixels: colours)
  }

  private static func requireSane(
    width: Int, height: Int, _ file: String
  ) throws(BenchmarkError) {
    guard width > 0, height > 0, width * height <= pixelLimit else {
      throw .unreadableImage(
        file: file, reason: "its header claims a size of \(width) x \(height) pixels")
    }
  }
}
