import CPNG

/// Encodes 8-bit colour images as PNG.
package enum PNGEncoder {
  /// The bytes of a PNG file. The same image gives the same bytes.
  /// - Parameter file: the path for error messages.
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
