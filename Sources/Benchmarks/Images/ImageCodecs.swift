import CPNG
import CTurboJPEG
import Foundation

/// Decodes JPEG and PNG files to 8-bit colour, like Pillow's `Image.open(...).convert("RGB")`.
///
///     let image = try ImageDecoder.decode(bytes, file: "cat.jpg")
///     let square = image.centreSquare(of: 96)
///
/// Pillow also decodes JPEG with libjpeg-turbo and its accurate integer transform, so the
/// pixels agree with those of published pipelines.
package enum ImageDecoder {
  /// A caveat about a decoded image.
  package enum Remark: Hashable, Sendable {
    /// libjpeg warned of stray bytes or a damaged segment. Pillow, OpenCV and TensorFlow accept
    /// such files silently.
    case warning
    /// It is 16-bit greyscale, of which Pillow reads all values from 255 on as white.
    case deepGrey
  }

  /// The maximum number of pixels, 64 Mi. A larger size indicates a damaged header.
  private static let pixelLimit = 1 << 26

  /// Decodes an image. Its first bytes, not its name, determine the format.
  ///
  /// - Greyscale images get three equal channels.
  /// - CMYK is assumed to be inverted (Adobe's convention).
  /// - Transparency is dropped, and gamma and colour profiles are ignored.
  /// - Truncated files are refused, as by Pillow, and so are JPEG files with excessive scans
  ///   and PNG files with wrong checksums.
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - file: the name for error messages.
  ///   - willUse: called with the number of bytes that decoding needs, before allocating them.
  ///   - remark: called if there is a caveat about the image.
  /// - Throws: `BenchmarkError.unreadableImage` or `.emptyFile`.
  package static func decode(
    _ bytes: [UInt8], file: String, willUse: (Int) -> Void = { _ in },
    remark: (Remark) -> Void = { _ in }
  ) throws(BenchmarkError) -> RGBImage {
    if bytes.isEmpty { throw .emptyFile(file: file) }
    if isLossy(bytes) { return try decodeJPEG(bytes, file, willUse, remark) }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      return try decodePNG(bytes, file, willUse, remark)
    }
    throw .unreadableImage(file: file, reason: "it is neither a JPEG nor a PNG file")
  }

  /// Whether the format is lossy (JPEG).
  static func isLossy(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }

  // MARK: - JPEG

  /// Decodes JPEG with libjpeg-turbo. Warnings are accepted if the end of the image is there.
  private static func decodeJPEG(
    _ bytes: [UInt8], _ file: String, _ willUse: (Int) -> Void, _ remark: (Remark) -> Void
  ) throws(BenchmarkError) -> RGBImage {
    guard let decoder = tjInitDecompress() else {
      throw .unreadableImage(file: file, reason: "out of memory")
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
    // Despite a problem in the header, decoding may work if the size is known.
    let status = tjDecompressHeader3(
      decoder, bytes, count, &width, &height, &subsampling, &colourSpace)
    guard status == 0 || (width > 0 && height > 0 && colourSpace >= 0) else { throw failure() }
    try requireSane(width: Int(width), height: Int(height), file)

    let hasBlack =
      colourSpace == Int32(TJCS_CMYK.rawValue) || colourSpace == Int32(TJCS_YCCK.rawValue)
    let format = Int32((hasBlack ? TJPF_CMYK : TJPF_RGB).rawValue)
    let size = Int(width) * Int(height) * (hasBlack ? 4 : 3)
    // In addition to pixels, progressive files need two bytes per coefficient.
    willUse(Int(width) * Int(height) * (hasBlack ? 4 + 3 + 8 : 3 + 6))
    var isDecoded = false
    let pixels = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      let status = tjDecompress2(
        decoder, bytes, count, buffer.baseAddress, width, 0, height, format,
        TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS)
      isDecoded = status == 0
      filled = size
    }
    if !isDecoded {
      // libjpeg reports only the first warning; the file may be truncated as well.
      guard tjGetErrorCode(decoder) == Int32(TJERR_WARNING.rawValue) else { throw failure() }
      guard JPEGSegments.endsImage(bytes) else {
        throw .unreadableImage(file: file, reason: "it is truncated before the end of the image")
      }
      remark(.warning)
    }
    return RGBImage(
      height: Int(height), width: Int(width), pixels: hasBlack ? rgb(invertedCMYK: pixels) : pixels)
  }

  /// Pillow's conversion of CMYK: colour = black - (255 - ink) x black / 255, with all four
  /// values stored inverted and the division rounded.
  /// - Parameter pixels: [pixels, 4].
  /// - Returns: [pixels, 3].
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

  /// Decodes PNG with libpng: the header first, to know the size, then the pixels.
  private static func decodePNG(
    _ bytes: [UInt8], _ file: String, _ willUse: (Int) -> Void, _ remark: (Remark) -> Void
  ) throws(BenchmarkError) -> RGBImage {
    var header = cpng_header()
    var message = [CChar](repeating: 0, count: 160)
    func failure() -> BenchmarkError {
      let words = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      return .unreadableImage(file: file, reason: String(decoding: words, as: UTF8.self))
    }
    guard cpng_decode(bytes, bytes.count, &header, nil, &message) == 1 else { throw failure() }
    let (width, height) = (Int(header.width), Int(header.height))
    try requireSane(width: width, height: height, file)
    let size = width * height * 3
    willUse(size)
    var isDecoded = false
    let pixels = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      isDecoded = cpng_decode(bytes, bytes.count, &header, buffer.baseAddress, &message) == 1
      filled = isDecoded ? size : 0
    }
    guard isDecoded else { throw failure() }
    if header.is_deep_grey != 0 { remark(.deepGrey) }
    return RGBImage(height: height, width: width, pixels: pixels)
  }

  /// Refuses sizes that no image of a data set has, before memory is allocated for them.
  private static func requireSane(
    width: Int, height: Int, _ file: String
  ) throws(BenchmarkError) {
    guard width > 0, height > 0, width * height <= pixelLimit else {
      throw .unreadableImage(
        file: file, reason: "its header claims a size of \(width) x \(height) pixels")
    }
  }
}

/// Encodes 8-bit colour images as PNG.
package enum PNGEncoder {
  /// The bytes of a PNG file. The same image gives the same bytes.
  /// - Parameters:
  ///   - image: at least one pixel.
  ///   - file: the path for error messages.
  /// - Throws: `BenchmarkError.unwritable` if libpng fails.
  package static func encode(_ image: RGBImage, file: String) throws(BenchmarkError) -> [UInt8] {
    var header = png_image()
    header.version = UInt32(PNG_IMAGE_VERSION)
    header.width = UInt32(image.width)
    header.height = UInt32(image.height)
    header.format = UInt32(PNG_FORMAT_FLAG_COLOR)
    defer { png_image_free(&header) }
    // The first call only counts.
    var size: png_alloc_size_t = 0
    guard png_image_write_to_memory(&header, nil, &size, 0, image.pixels, 0, nil) != 0 else {
      throw .unwritable(file: file, reason: header.text)
    }
    var status: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, filled in
      status = png_image_write_to_memory(
        &header, buffer.baseAddress, &size, 0, image.pixels, 0, nil)
      filled = status == 0 ? 0 : Int(size)
    }
    guard status != 0 else { throw .unwritable(file: file, reason: header.text) }
    return bytes
  }
}

extension png_image {
  /// libpng's error message.
  var text: String {
    withUnsafeBytes(of: message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
