import Domain
import HDF5

/// A benchmark file that was opened and found consistent.
///
/// Pixels and labels are read by separate calls, so that whoever trains is handed pixels alone.
package struct BenchmarkFile: Sendable {
  package let path: String
  package let info: BenchmarkInfo
  /// The split of each image.
  package let splits: [Split]

  /// Opens a file and checks its schema, its shapes, and that its labels, splits and counts agree
  /// with each other and with the benchmark's definition; the pixels are not read (`verify` does that).
  /// - Throws: `BenchmarkError.invalid` or `.unreadable`.
  package static func open(_ path: String) throws(BenchmarkError) -> BenchmarkFile {
    try reading(path) { try BenchmarkValidation($0).read() }
  }

  /// Opens `path` and turns libhdf5's errors into this room's.
  private static func reading<Value>(
    _ path: String, _ body: (HDF5File) throws -> Value
  ) throws(BenchmarkError) -> Value {
    do {
      return try body(HDF5File(reading: path))
    } catch let error as BenchmarkError {
      throw error
    } catch HDF5Error.unreadable(_, let reason) {
      throw .unreadable(file: path, reason: reason)
    } catch HDF5Error.notHDF5 {
      throw .invalid(file: path, reason: "it is not an HDF5 file")
    } catch {
      throw .invalid(file: path, reason: "\(error)")
    }
  }
}

// MARK: - Reading

extension BenchmarkFile {
  /// The indices in the file of the images of some splits, ascending.
  package func indices(of splits: Set<Split>) -> [Int] {
    self.splits.indices.filter { splits.contains(self.splits[$0]) }
  }

  /// The pixels of all images: [N, H, W, 3].
  package func pixels() throws(BenchmarkError) -> [UInt8] {
    try Self.reading(path) { file in
      try file.dataSet(BenchmarkSchema.images).read()
    }
  }

  /// The pixels of the images at these indices, in their order: [indices, H, W, 3].
  package func pixels(at indices: [Int]) throws(BenchmarkError) -> [UInt8] {
    let count = splits.count
    if let wrong = indices.first(where: { !(0..<count).contains($0) }) {
      throw .indexOutOfRange(file: path, index: wrong, count: count)
    }
    return try Self.reading(path) { file in
      let images = try file.dataSet(BenchmarkSchema.images)
      let total = indices.count * images.rowSize
      var failure: HDF5Error?
      let pixels = [UInt8](unsafeUninitializedCapacity: total) { buffer, filled in
        do throws(HDF5Error) {
          for run in consecutiveRuns(indices) {
            let place = run.place * images.rowSize..<(run.place + run.rows.count) * images.rowSize
            try images.read(
              rows: run.rows, into: UnsafeMutableBufferPointer(rebasing: buffer[place]))
          }
          filled = total
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      return pixels
    }
  }

  /// The central squares of the images at these indices, in their order: [indices, side, side, 3].
  ///
  /// What torchvision's CenterCrop leaves of images that were stored with a margin.
  /// - Parameter side: pixels; at most the file's image size.
  package func pixels(at indices: [Int], side: Int) throws(BenchmarkError) -> [UInt8] {
    if side == info.imageSize { return try pixels(at: indices) }
    let (stored, imageSize) = (info.imageSize, info.imageSize * info.imageSize * 3)
    var squares: [UInt8] = []
    squares.reserveCapacity(indices.count * side * side * 3)
    // Block by block, so that all images are not in memory twice.
    for start in stride(from: 0, to: indices.count, by: 1_024) {
      let block = indices[start..<min(start + 1_024, indices.count)]
      let whole = try pixels(at: Array(block))
      for image in block.indices {
        let place = (image - start) * imageSize
        squares +=
          RGBImage(
            height: stored, width: stored, pixels: Array(whole[place..<place + imageSize])
          ).centreCropped(to: side).pixels
      }
    }
    return squares
  }

  /// The labels of all images: [N], -1 where unlabelled.
  package func labels() throws(BenchmarkError) -> [Int32] {
    try Self.reading(path) { file in
      try file.dataSet(BenchmarkSchema.labels).read()
    }
  }

  /// The fine labels of all images: [N]; empty where the benchmark has none.
  package func fineLabels() throws(BenchmarkError) -> [Int32] {
    if info.fineClassNames.isEmpty { return [] }
    return try Self.reading(path) { file in
      try file.dataSet(BenchmarkSchema.fineLabels).read()
    }
  }

  /// The original of each image: its path below the folder or archive that was prepared, of a record with
  /// its number after it ("data_batch_1.bin#17"). Empty where the file does not say.
  package func fileNames() throws(BenchmarkError) -> [String] {
    guard info.hasFileNames else { return [] }
    return try Self.reading(path) { file in
      try file.dataSet(BenchmarkSchema.fileNames).readStrings()
    }
  }

  /// Reads everything and compares it with the content's SHA-256 in the file, and fine labels with
  /// the superclasses that they belong to.
  /// - Parameter report: told how far it is, often.
  /// - Throws: `BenchmarkError.invalid` if they differ.
  package func verify(
    report: (PreparationStep) -> Void = { _ in }
  ) throws(BenchmarkError) {
    let info = info
    try verifyFineLabels()
    let found = try Self.reading(path) { file in
      let images = try file.dataSet(BenchmarkSchema.images)
      var content = ContentHash(shape: images.shape)
      try content.add(images, upTo: images.rowCount) { report(.rereading(bytes: $0, of: $1)) }
      return try content.finish(
        labels: file.dataSet(BenchmarkSchema.labels).read(),
        splits: file.dataSet(BenchmarkSchema.splits).read(), classNames: info.classNames,
        fineLabels: info.fineClassNames.isEmpty
          ? [] : file.dataSet(BenchmarkSchema.fineLabels).read())
    }
    guard found == info.contentSHA256 else {
      throw .invalid(
        file: path,
        reason: "its content's SHA-256 is \(found), but it was made with \(info.contentSHA256)")
    }
  }

  private func verifyFineLabels() throws(BenchmarkError) {
    let definition = BenchmarkDefinition.all.first { $0.name == info.benchmark }
    guard let fine = definition?.fineClasses, fine.names == info.fineClassNames else { return }
    let pairs = try zip(fineLabels(), labels())
    for (index, (fineLabel, label)) in pairs.enumerated()
    where fineLabel < 0 || fine.superclasses[Int(fineLabel)] != Int(label) {
      throw .invalid(
        file: path, reason: "image \(index) has the fine label \(fineLabel) and the label \(label)")
    }
  }
}
