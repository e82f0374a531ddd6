import Core
import HDF5

/// The pixels of a benchmark file that is being written. Rows may come in any order.
final class ImageStore {
  let file: HDF5File
  private let images: HDF5DataSet
  /// The hash so far: of the first images, up to the first that came out of order.
  private var content: ContentHash
  /// The number of stored rows, and the row after the last.
  private var (count, end) = (0, 0)

  /// Creates the file and its data set of images.
  /// - Parameters:
  ///   - path: the file, which is replaced if it exists.
  ///   - count: the number of images.
  ///   - side: their side in pixels.
  /// - Throws: `BenchmarkError.unwritable`.
  init(_ path: String, count: Int, side: Int) throws(BenchmarkError) {
    do throws(HDF5Error) {
      file = try HDF5File(creating: path)
      // Contiguous and uncompressed, since the trainer reads everything at once.
      images = try file.createDataSet(
        BenchmarkSchema.images, of: UInt8.self, shape: [count, side, side, 3])
    } catch {
      throw .unwritable(path, because: error)
    }
    content = ContentHash(shape: images.shape)
  }

  /// Stores images.
  /// - Parameters:
  ///   - pixels: [rows, side, side, 3].
  ///   - rows: the row of each image; each row once over all calls.
  /// - Throws: `BenchmarkError.unwritable`.
  func put(_ pixels: [UInt8], rows: [Int]) throws(BenchmarkError) {
    let runs = consecutiveRuns(rows)
    do throws(HDF5Error) {
      try pixels.withUnsafeBufferPointer { pixels throws(HDF5Error) in
        for run in runs {
          let place = run.place * images.rowSize..<(run.place + run.rows.count) * images.rowSize
          let part = UnsafeBufferPointer(rebasing: pixels[place])
          try images.write(part, rows: run.rows)
          // Images in order are hashed at once, so that most need not be read again.
          if run.rows.lowerBound == count, end <= count {
            try content.add(images, upTo: count)
            content.add(part, count: run.rows.count)
          }
          count += run.rows.count
          end = max(end, run.rows.upperBound)
        }
      }
    } catch {
      throw .unwritable(images.file, because: error)
    }
  }

  /// Closes the images and completes the hash.
  /// - Parameters:
  ///   - labels: [N], -1 where unlabelled.
  ///   - splits: [N], raw values of `Split`.
  ///   - classNames: in the order of the labels.
  ///   - fineLabels: [N], or empty.
  ///   - report: called with the progress of hashing images that came out of order.
  /// - Returns: the SHA-256 of the content.
  /// - Throws: `HDF5Error`.
  func finish(
    labels: [Int32], splits: [UInt8], classNames: [String], fineLabels: [Int32],
    report: (PreparationStep) -> Void
  ) throws(HDF5Error) -> String {
    try content.add(images, upTo: images.rowCount) { report(.rereading(bytes: $0, of: $1)) }
    try images.close()
    return content.finish(
      labels: labels, splits: splits, classNames: classNames, fineLabels: fineLabels)
  }
}

/// The runs of consecutive indices, each with its position in the list.
///
///     consecutiveRuns([4, 5, 6, 1])  // [(place: 0, rows: 4..<7), (place: 3, rows: 1..<2)]
func consecutiveRuns(_ indices: [Int]) -> [(place: Int, rows: Range<Int>)] {
  var runs: [(place: Int, rows: Range<Int>)] = []
  for (place, index) in indices.enumerated() {
    if let last = runs.last, last.rows.upperBound == index {
      runs[runs.count - 1].rows = last.rows.lowerBound..<index + 1
    } else {
      runs.append((place, index..<index + 1))
    }
  }
  return runs
}

/// The SHA-256 of a benchmark's content, independent of its original form. Runs are identified
/// by it.
///
/// Hashed in this order:
///
/// 1. the line "<N> <H> <W> 3\n" in ASCII;
/// 2. the images, [N, H, W, 3] bytes;
/// 3. the labels, [N] little-endian int32;
/// 4. the splits, [N] bytes;
/// 5. each class name in UTF-8, followed by "\n";
/// 6. the fine labels, if any, [N] little-endian int32.
///
/// Names of files, checksums and remarks are not part of it: the same pixels and labels have
/// one hash in every form.
struct ContentHash {
  /// The number of image bytes per read.
  private static let blockSize = 4 << 20

  private var hash = SHA256Hash()
  /// The number of hashed images.
  private(set) var imageCount = 0

  /// - Parameter shape: the shape of the images, [N, H, W, 3].
  init(shape: [Int]) {
    hash.update("\(shape[0]) \(shape[1]) \(shape[2]) 3\n")
  }

  /// Adds the next images.
  /// - Parameter count: their number.
  mutating func add(_ pixels: UnsafeBufferPointer<UInt8>, count: Int) {
    hash.update(UnsafeRawBufferPointer(pixels))
    imageCount += count
  }

  /// Reads and adds the next images of a file up to `end`.
  /// - Parameter report: called with the hashed and the total number of bytes.
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

  /// Adds the rest of the content.
  /// - Returns: the SHA-256 in hexadecimal.
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
