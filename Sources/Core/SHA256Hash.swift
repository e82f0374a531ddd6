import Crypto
import Foundation

/// SHA-256 over any number of pieces, as 64 lower-case hexadecimal digits.
public struct SHA256Hash: Sendable {
  private var hash = SHA256()

  public init() {}

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    hash.update(bufferPointer: bytes)
  }

  public mutating func update(_ data: Data) {
    hash.update(data: data)
  }

  public mutating func update(_ text: String) {
    hash.update(data: Data(text.utf8))
  }

  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest of all that was given so far.
  public var hexadecimal: String { hash.finalize().hexadecimal }

  /// The first 16 bytes of that digest as two numbers, the first byte being the highest.
  public var leadingWords: (UInt64, UInt64) {
    let words = hash.finalize().prefix(16).reduce(into: (UInt64(0), UInt64(0))) { words, byte in
      words = (words.0 << 8 | words.1 >> 56, words.1 << 8 | UInt64(byte))
    }
    return words
  }
}
