import Crypto
import Foundation

/// An incremental SHA-256.
package struct SHA256Hash: Sendable {
  private var hash = SHA256()

  package init() {}

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    hash.update(bufferPointer: bytes)
  }

  package mutating func update(_ data: Data) {
    hash.update(data: data)
  }

  package mutating func update(_ text: String) {
    hash.update(data: Data(text.utf8))
  }

  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest of everything added so far: 64 lower-case hexadecimal digits.
  package var hexadecimal: String { hash.finalize().hexadecimal }

  /// The first 16 bytes of the digest as two big-endian numbers.
  package var leadingWords: (UInt64, UInt64) {
    let words = hash.finalize().prefix(16).reduce(into: (UInt64(0), UInt64(0))) { words, byte in
      words = (words.0 << 8 | words.1 >> 56, words.1 << 8 | UInt64(byte))
    }
    return words
  }
}

/// An incremental MD5, the checksum that publishers of data sets state. It does not resist attackers.
package struct MD5Hash: Sendable {
  private var hash = Insecure.MD5()

  package init() {}

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    hash.update(bufferPointer: bytes)
  }

  package mutating func update(_ data: Data) {
    hash.update(data: data)
  }

  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest of everything added so far: 32 lower-case hexadecimal digits.
  package var hexadecimal: String { hash.finalize().hexadecimal }
}

extension Sequence<UInt8> {
  /// Two lower-case digits for each byte.
  var hexadecimal: String {
    map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
