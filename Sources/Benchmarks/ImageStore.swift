import HDF5

/// The images of a benchmark file on its way, whose rows may come in any order.
final class ImageStore {
  let file: HDF5File
  private let images: HDF5DataSet
  private var content: ContentHash
  /// How many rows are stored, and the row after the last of them.
  private var (count, end) = (0, 0)

  /// Makes the file.
  /// - Parameter count: how many images will come, of `side` x `side` pixels.
  init(_ path: String, count: Int, side: Int) throws(BenchmarkError) {
    do throws(HDF5Error) {
      file = try HDF5File(creating: path)
      // In one piece and not compressed: the trainer reads all of it at once.
      images = try file.createDataSet(
        BenchmarkSchema.images, of: UInt8.self, shape: [count, side, side, 3])
    } catch {
      throw .unwritable(path, because: error)
    }
    content = ContentHash(shape: images.shape)
  }

  /// Stores images [rows, side, side, 3], each row once.
  func put(_ pixels: [UInt8], rows: [Int]) throws(BenchmarkError) {
    let runs = consecutiveRuns(rows)
    do throws(HDF5Error) {
      try pixels.withUnsafeBufferPointer { pixels throws(HDF5Error) in
        for run in runs {
          let place = run.place * images.rowSize..<(run.place + run.rows.count) * images.rowSize
          let part = UnsafeBufferPointer(rebasing: pixels[place])
          try images.write(part, rows: run.rows)
          // The checksum goes along where the images before these are there, so that most need not be
          // read again for it.
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

  /// Closes the images and returns the checksum of them and of what belongs to them.
  /// - Parameter report: told how far the images are read again for it.
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

/// Neighbours among `indices`, each run with its place in the list.
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
