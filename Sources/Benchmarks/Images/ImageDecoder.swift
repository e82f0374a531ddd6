import CPNG
import CTurboJPEG
import Foundation

/// Decodes JPEG and PNG files to 8-bit colour, as Pillow's `Image.open(...).convert("RGB")` does.
package enum ImageDecoder {
  /// What is worth telling of an image that was decoded all the same.
  package enum Remark: Hashable, Sendable {
    /// libjpeg decoded it with a warning, for stray bytes or a damaged segment: Pillow, OpenCV and
    /// TensorFlow take such files without a word.
    case warning
    /// It is greyscale of 16 bits, of which Pillow makes everything from 255 on white.
    case deepGrey
  }

  /// Images of more pixels are taken for damaged headers.
  private static let pixelLimit = 1 << 26

  /// Decodes an image; its first bytes, not its name, say which format it has.
  ///
  /// A greyscale image gets three equal channels, CMYK is taken as inverted (Adobe's convention),
  /// transparency is dropped, and gamma and colour profiles are ignored. A file that breaks off is
  /// refused, as Pillow does, and a JPEG in very many scans, and a PNG whose checksums do not match.
  /// - Parameters:
  ///   - file: the name that an error carries.
  ///   - willUse: told how many bytes decoding takes, before they are taken.
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

  /// Whether these are the bytes of a format that does not keep every pixel: JPEG.
  static func isLossy(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }

  // MARK: - JPEG

  private static func decodeJPEG(
    _ bytes: [UInt8], _ file: String, _ willUse: (Int) -> Void, _ remark: (Remark) -> Void
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
    // Whatever it says of the header, decoding decides where there is a size.
    let status = tjDecompressHeader3(
      decoder, bytes, count, &width, &height, &subsampling, &colourSpace)
    guard status == 0 || (width > 0 && height > 0 && colourSpace >= 0) else { throw failure() }
    try requireSane(width: Int(width), height: Int(height), file)

    let hasBlack =
      colourSpace == Int32(TJCS_CMYK.rawValue) || colourSpace == Int32(TJCS_YCCK.rawValue)
    let format = Int32((hasBlack ? TJPF_CMYK : TJPF_RGB).rawValue)
    let size = Int(width) * Int(height) * (hasBlack ? 4 : 3)
    // Beside the pixels, a progressive file takes two bytes for each of its coefficients.
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
      // Of several warnings libjpeg tells the first: that the file breaks off may be another.
      guard tjGetErrorCode(decoder) == Int32(TJERR_WARNING.rawValue) else { throw failure() }
      guard JPEGSegments.endsImage(bytes) else {
        throw .unreadableImage(file: file, reason: "it breaks off before the end of the image")
      }
      remark(.warning)
    }
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

  private static func requireSane(
    width: Int, height: Int, _ file: String
  ) throws(BenchmarkError) {
    guard width > 0, height > 0, width * height <= pixelLimit else {
      throw .unreadableImage(
        file: file, reason: "its header claims a size of \(width) x \(height) pixels")
    }
  }
}
