import Crypto
import Foundation

/// An incremental SHA-256 (FIPS 180-4). It identifies runs, contents of benchmark files and
/// images.
///
///     var hash = SHA256Hash()
///     hash.update("abc")
///     hash.hexadecimal  // "ba7816bf8f01cfea…"
package struct SHA256Hash: Sendable {
  private var hash = SHA256()

  package init() {}

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    hash.update(bufferPointer: bytes)
  }

  package mutating func update(_ data: Data) {
    hash.update(data: data)
  }

  /// Adds the text's UTF-8 bytes.
  package mutating func update(_ text: String) {
    hash.update(data: Data(text.utf8))
  }

  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest of everything added so far: 64 lower-case hexadecimal digits.
  package var hexadecimal: String { hash.finalize().hexadecimal }

  /// The digest in Base64, as content security policies have it.
  package var base64: String { Data(hash.finalize()).base64EncodedString() }

  /// The first 16 bytes of the digest as two big-endian numbers. They take 16 bytes per image
  /// instead of a string of 64 characters, and sort like the digests.
  package var leadingWords: (UInt64, UInt64) {
    let words = hash.finalize().prefix(16).reduce(into: (UInt64(0), UInt64(0))) { words, byte in
      words = (words.0 << 8 | words.1 >> 56, words.1 << 8 | UInt64(byte))
    }
    return words
  }
}

/// An incremental MD5 (RFC 1321), the checksum that publishers of data sets state. It detects
/// damaged downloads and does not resist attackers.
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
