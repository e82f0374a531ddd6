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
}
