import Core
import HDF5

/// The SHA-256 of what a benchmark file says, whatever it was made from and by.
///
/// Hashed in this order: the line "<N> <H> <W> 3\n"; the images [N, H, W, 3]; the labels as
/// little-endian int32; the splits, a byte each; each class name with "\n" after it; and the fine labels
/// as little-endian int32, where there are any.
enum ContentHash {
  /// Bytes of images that are read at a time.
  private static let blockSize = 4 << 20

  /// Hashes the data set [N, H, W, 3] of the images and what belongs to it.
  static func of(
    _ images: HDF5DataSet, labels: [Int32], splits: [UInt8], classNames: [String],
    fineLabels: [Int32]
  ) throws(HDF5Error) -> String {
    var hash = SHA256Hash()
    hash.update("\(images.shape[0]) \(images.shape[1]) \(images.shape[2]) 3\n")
    let perBlock = max(1, blockSize / max(1, images.rowSize))
    for start in stride(from: 0, to: images.rowCount, by: perBlock) {
      let rows = start..<min(start + perBlock, images.rowCount)
      hash.update(try images.read(rows: rows, as: UInt8.self))
    }
    labels.map(\.littleEndian).withUnsafeBytes { hash.update($0) }
    hash.update(splits)
    for name in classNames { hash.update(name + "\n") }
    fineLabels.map(\.littleEndian).withUnsafeBytes { hash.update($0) }
    return hash.hexadecimal
  }
}
