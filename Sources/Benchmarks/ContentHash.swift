import Core
import HDF5

/// The SHA-256 of what a benchmark file says, whatever it was made from and by.
///
/// Hashed in this order: the line "<N> <H> <W> 3\n"; the images [N, H, W, 3]; the labels as
/// little-endian int32; the splits, a byte each; each class name with "\n" after it; and the fine labels
/// as little-endian int32, where there are any.
struct ContentHash {
  /// Bytes of images that are read at a time.
  private static let blockSize = 4 << 20

  private var hash = SHA256Hash()
  /// How many images are hashed, from the first on.
  private(set) var imageCount = 0

  /// - Parameter shape: the images' [N, H, W, 3].
  init(shape: [Int]) {
    hash.update("\(shape[0]) \(shape[1]) \(shape[2]) 3\n")
  }

  /// Hashes the next images.
  mutating func add(_ pixels: UnsafeBufferPointer<UInt8>, count: Int) {
    hash.update(UnsafeRawBufferPointer(pixels))
    imageCount += count
  }

  /// Reads the next images from a file, those before `end`, and hashes them.
  /// - Parameter report: told how many of how many bytes of all images are hashed.
  mutating func add(
    _ images: HDF5DataSet, upTo end: Int, report: (_ bytes: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(HDF5Error) {
    let perBlock = max(1, Self.blockSize / max(1, images.rowSize))
    while imageCount < end {
      let rows = imageCount..<min(imageCount + perBlock, end)
      hash.update(try images.read(rows: rows, as: UInt8.self))
      imageCount = rows.upperBound
      report(imageCount * images.rowSize, images.count)
    }
  }

  /// Adds what belongs to the images and returns the SHA-256 of all.
  mutating func finish(
    labels: [Int32], splits: [UInt8], classNames: [String], fineLabels: [Int32]
  ) -> String {
    labels.map(\.littleEndian).withUnsafeBytes { hash.update($0) }
    hash.update(splits)
    for name in classNames { hash.update(name + "\n") }
    fineLabels.map(\.littleEndian).withUnsafeBytes { hash.update($0) }
    return hash.hexadecimal
  }
}
