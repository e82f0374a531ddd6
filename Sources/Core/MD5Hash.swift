import Crypto
import Foundation

/// MD5 over any number of pieces, as 32 lower-case hexadecimal digits: not for anything that has to
/// withstand an attacker, but what the publishers of data sets give.
public struct MD5Hash: Sendable {
  private var hash = Insecure.MD5()

  public init() {}

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    hash.update(bufferPointer: bytes)
  }

  public mutating func update(_ data: Data) {
    hash.update(data: data)
  }

  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest of all that was given so far.
  public var hexadecimal: String { hash.finalize().hexadecimal }
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
