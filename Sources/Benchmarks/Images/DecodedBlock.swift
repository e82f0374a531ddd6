import Core
import Dispatch

/// An image file in memory.
struct EncodedImage: Sendable {
  /// For messages.
  let name: String
  let bytes: [UInt8]
}

/// Image files decoded on all cores, in the order in which they were given.
struct DecodedBlock {
  /// What is known of a decoded file.
  struct File: Sendable {
    let sha256: String
    let remark: ImageDecoder.Remark?
  }

  /// [images, side, side, 3]; those that could not be decoded are black.
  let pixels: [UInt8]
  /// What became of each image.
  let results: [Result<File, BenchmarkError>]

  init(_ images: [EncodedImage], fit: ImageFit) {
    let imageSize = fit.side * fit.side * 3
    let memory = DecodingMemory()
    var results = [Result<File, BenchmarkError>?](repeating: nil, count: images.count)
    pixels = results.withUnsafeMutableBufferPointer { results in
      // Every iteration writes its own slot of both buffers and nothing else.
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
