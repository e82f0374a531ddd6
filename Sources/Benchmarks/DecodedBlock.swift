import Core
import Dispatch

/// Image files decoded on all cores, in the order in which they were given.
struct DecodedBlock {
  /// How many files a block should have at most.
  static let capacity = 1_024

  /// [files, side, side, 3].
  let pixels: [UInt8]
  /// SHA-256 of each file.
  let checksums: [String]
  /// Bytes of all files together.
  let size: Int64

  private struct Decoded {
    let checksum: String
    let size: Int
  }

  /// - Throws: the error of the first file that cannot be read or decoded, or is not of side x side
  ///   pixels.
  init(_ files: [String], side: Int) throws(BenchmarkError) {
    let imageSize = side * side * 3
    var results = [Result<Decoded, BenchmarkError>?](repeating: nil, count: files.count)
    pixels = results.withUnsafeMutableBufferPointer { results in
      // Every iteration writes its own slot of both buffers and nothing else.
      nonisolated(unsafe) let results = results
      return [UInt8](unsafeUninitializedCapacity: files.count * imageSize) { pixels, filled in
        pixels.initialize(repeating: 0)
        nonisolated(unsafe) let pixels = pixels
        DispatchQueue.concurrentPerform(iterations: files.count) { index in
          let slot = UnsafeMutableBufferPointer(
            rebasing: pixels[index * imageSize..<(index + 1) * imageSize])
          results[index] = Result { () throws(BenchmarkError) in
            try Self.decode(files[index], side: side, into: slot)
          }
        }
        filled = files.count * imageSize
      }
    }
    var checksums: [String] = []
    var size: Int64 = 0
    for result in results {
      guard let decoded = try result?.get() else { continue }
      checksums.append(decoded.checksum)
      size += Int64(decoded.size)
    }
    self.checksums = checksums
    self.size = size
  }

  private static func decode(
    _ file: String, side: Int, into slot: UnsafeMutableBufferPointer<UInt8>
  ) throws(BenchmarkError) -> Decoded {
    let bytes = try contents(of: file)
    let image = try ImageDecoder.decode(bytes, file: file)
    guard image.width == side, image.height == side else {
      throw .wrongImageSize(
        file: file, width: image.width, height: image.height, expected: side)
    }
    _ = slot.update(from: image.pixels)
    var hash = SHA256Hash()
    hash.update(bytes)
    return Decoded(checksum: hash.hexadecimal, size: bytes.count)
  }
}
