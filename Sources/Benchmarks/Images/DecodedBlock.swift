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
  /// [images, side, side, 3].
  let pixels: [UInt8]
  /// SHA-256 of each file.
  let checksums: [String]

  /// - Throws: the error of the first image that cannot be decoded or does not fit.
  init(_ images: [EncodedImage], fit: ImageFit) throws(BenchmarkError) {
    let imageSize = fit.side * fit.side * 3
    let memory = DecodingMemory()
    var results = [Result<String, BenchmarkError>?](repeating: nil, count: images.count)
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
    var checksums: [String] = []
    for result in results {
      guard let checksum = try result?.get() else { continue }
      checksums.append(checksum)
    }
    self.checksums = checksums
  }

  private static func decode(
    _ encoded: EncodedImage, fit: ImageFit, _ memory: DecodingMemory,
    into slot: UnsafeMutableBufferPointer<UInt8>
  ) throws(BenchmarkError) -> String {
    var reserved = 0
    defer { memory.release(reserved) }
    let image = try ImageDecoder.decode(encoded.bytes, file: encoded.name) { bytes in
      reserved = memory.reserve(bytes)
    }
    _ = slot.update(from: try fit.fitted(image, from: encoded).pixels)
    var hash = SHA256Hash()
    hash.update(encoded.bytes)
    return hash.hexadecimal
  }
}
