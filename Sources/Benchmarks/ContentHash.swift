import Core

/// The SHA-256 of what a benchmark file says, whatever it was made from and by.
///
/// Hashed in this order: the line "<N> <H> <W> 3\n"; the images [N, H, W, 3]; the labels as
/// little-endian int32; the splits, a byte each; and each class name with "\n" after it.
struct ContentHash {
  private var hash = SHA256Hash()

  init(count: Int, height: Int, width: Int) {
    hash.update("\(count) \(height) \(width) 3\n")
  }

  /// Adds the next images.
  mutating func update(pixels: [UInt8]) {
    hash.update(pixels)
  }

  /// Ends the hash and returns its 64 hexadecimal digits.
  mutating func finish(labels: [Int32], splits: [UInt8], classNames: [String]) -> String {
    labels.map(\.littleEndian).withUnsafeBytes { hash.update($0) }
    hash.update(splits)
    for name in classNames { hash.update(name + "\n") }
    return hash.hexadecimal
  }
}
