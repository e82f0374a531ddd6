import Core
import Dispatch
import Foundation

/// A JPEG or PNG file in memory.
struct EncodedImage: Sendable {
  /// The name in messages.
  let name: String
  let bytes: [UInt8]
}

/// Image files decoded on all cores, in their given order. A failure of one does not affect the
/// others.
///
///     let block = DecodedBlock(images, fit: ImageFit(side: 96, cutsImages: true))
///     block.pixels   // [images, 96, 96, 3]
///     block.results  // a checksum or an error for each image
struct DecodedBlock {
  /// A decoded file.
  struct File: Sendable {
    /// SHA-256 of the encoded bytes, in hexadecimal.
    let sha256: String
    /// A caveat of the decoder; nil for most files.
    let remark: ImageDecoder.Remark?
  }

  /// [images, side, side, 3]; images that could not be decoded are black.
  let pixels: [UInt8]
  /// The result for each image.
  let results: [Result<File, BenchmarkError>]

  /// Decodes all images. Memory is bounded by `DecodingMemory`, besides the result.
  init(_ images: [EncodedImage], fit: ImageFit) {
    let imageSize = fit.side * fit.side * 3
    let memory = DecodingMemory()
    var results = [Result<File, BenchmarkError>?](repeating: nil, count: images.count)
    pixels = results.withUnsafeMutableBufferPointer { results in
      // Each iteration writes its own slots of both buffers only.
      nonisolated(unsafe) let results = results
      return [UInt8](unsafeUninitializedCapacity: images.count * imageSize) { pixels, filled in
        pixels.initialize(repeating: 0)
        nonisolated(unsafe) let pixels = pixels
        DispatchQueue.concurrentPerform(iterations: images.count) { index in
          let slot = UnsafeMutableBufferPointer(
            rebasing: pixels[index * imageSize..<(index + 1) * imageSize])
          results[index] = Result { () throws(BenchmarkError) in
            try Self.decode(images[index], fit: fit, memory, into: slot)
          }
        }
        filled = images.count * imageSize
      }
    }
    self.results = results.compactMap(\.self)
  }

  /// Decodes one image into its slot of the result.
  private static func decode(
    _ encoded: EncodedImage, fit: ImageFit, _ memory: DecodingMemory,
    into slot: UnsafeMutableBufferPointer<UInt8>
  ) throws(BenchmarkError) -> File {
    var reserved = 0
    defer { memory.release(reserved) }
    var remark: ImageDecoder.Remark?
    let image = try ImageDecoder.decode(
      encoded.bytes, file: encoded.name, willUse: { reserved = memory.reserve($0) },
      remark: { remark = $0 })
    _ = slot.update(from: try fit.fitted(image, from: encoded).pixels)
    var hash = SHA256Hash()
    hash.update(encoded.bytes)
    return File(sha256: hash.hexadecimal, remark: remark)
  }
}

/// The conversion of decoded images to a benchmark file's image size.
struct ImageFit {
  /// The side in pixels.
  let side: Int
  /// Whether to scale the shorter side and crop the central square, like torchvision's `Resize`
  /// and `CenterCrop` with a Pillow image. Otherwise images must have the right size.
  let cutsImages: Bool
  /// Whether these are a user's own images. The EXIF orientation then applies, which published
  /// pipelines of ImageNet ignore, and the user can choose the size.
  var isOwn = false

  /// The image in the right size, and upright if it is a user's own.
  /// - Parameter encoded: the file that it was decoded from.
  /// - Throws: `BenchmarkError.wrongImageSize`, or `.imageSizeNeeded` for a user's own images.
  func fitted(_ image: RGBImage, from encoded: EncodedImage) throws(BenchmarkError) -> RGBImage {
    let image =
      isOwn
      ? image.oriented(EXIFOrientation.tag(of: encoded.bytes) ?? 1) : image
    if cutsImages { return image.centreSquare(of: side) }
    guard image.width == side, image.height == side else {
      if isOwn {
        throw .imageSizeNeeded(file: encoded.name, width: image.width, height: image.height)
      }
      throw .wrongImageSize(
        file: encoded.name, width: image.width, height: image.height, expected: side)
    }
    return image
  }
}

/// Limits the memory of images that are decoded at the same time. Large ones wait for each
/// other.
final class DecodingMemory: @unchecked Sendable {
  /// The limit in bytes. A larger image is decoded alone.
  private static let limit = 512 << 20

  private let condition = NSCondition()
  private var used = 0

  /// Waits for memory and reserves it.
  /// - Parameter bytes: what decoding one image needs.
  /// - Returns: the number of bytes to release afterwards, at most the limit.
  func reserve(_ bytes: Int) -> Int {
    let bytes = min(bytes, Self.limit)
    condition.lock()
    defer { condition.unlock() }
    while used + bytes > Self.limit { condition.wait() }
    used += bytes
    return bytes
  }

  /// Releases reserved memory and wakes those that wait.
  func release(_ bytes: Int) {
    condition.lock()
    used -= bytes
    condition.broadcast()
    condition.unlock()
  }
}
