import Core
import Domain
import HDF5

/// An open and consistent benchmark file. docs/architecture.md lists its data sets and
/// attributes.
///
///     let file = try BenchmarkFile.open("data/cifar10.h5")
///     let training = file.indices(of: [.train])
///     let pixels = try file.pixels(at: training)  // 50,000 x 32 x 32 x 3 bytes
///
/// Pixels and labels are read by separate calls, so that training code gets pixels only. The
/// HDF5 file is opened again for every call, so a value of this type can be passed between
/// threads.
package struct BenchmarkFile: Sendable {
  /// The path as given to `open`.
  package let path: String
  /// The metadata, read when the file was opened.
  package let info: BenchmarkInfo
  /// The split of each image, [N].
  package let splits: [Split]

  /// Opens a file and checks its schema, its shapes, and that labels, splits and counts agree
  /// with each other and with the benchmark's definition. Pixels are not read (see `verify`).
  /// - Throws: `BenchmarkError.invalid` or `.unreadable`.
  package static func open(_ path: String) throws(BenchmarkError) -> BenchmarkFile {
    try reading(path) { try BenchmarkValidation($0).read() }
  }

  /// Opens `path` for `body` and converts HDF5 errors to `BenchmarkError`.
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
  /// The indices of the images of some splits, ascending.
  package func indices(of splits: Set<Split>) -> [Int] {
    self.splits.indices.filter { splits.contains(self.splits[$0]) }
  }

  /// The pixels of all images: [N, H, W, 3].
  /// - Throws: `BenchmarkError.invalid` or `.unreadable`.
  package func pixels() throws(BenchmarkError) -> [UInt8] {
    try Self.reading(path) { file in
      try file.dataSet(BenchmarkSchema.images).read()
    }
  }

  /// The pixels of some images in the given order: [indices, H, W, 3]. Consecutive indices are
  /// read at once.
  /// - Throws: `BenchmarkError.indexOutOfRange`, `.invalid` or `.unreadable`.
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

  /// The central squares of some images in the given order: [indices, side, side, 3]. Images
  /// stored with a margin, such as ImageNet-10's 112 pixels for 96, are cropped like by
  /// torchvision's `CenterCrop`.
  /// - Parameter side: the side in pixels, at most the file's image size.
  /// - Throws: `BenchmarkError.indexOutOfRange`, `.invalid` or `.unreadable`.
  package func pixels(at indices: [Int], side: Int) throws(BenchmarkError) -> [UInt8] {
    if side == info.imageSize { return try pixels(at: indices) }
    let (stored, imageSize) = (info.imageSize, info.imageSize * info.imageSize * 3)
    var squares: [UInt8] = []
    squares.reserveCapacity(indices.count * side * side * 3)
    // In blocks, so that images are not in memory twice.
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

  /// The fine labels of all images: [N]; empty if the benchmark has none.
  package func fineLabels() throws(BenchmarkError) -> [Int32] {
    if info.fineClassNames.isEmpty { return [] }
    return try Self.reading(path) { file in
      try file.dataSet(BenchmarkSchema.fineLabels).read()
    }
  }

  /// The original name of each image, [N]: its path within the original folder or archive; for
  /// records with the number ("data_batch_1.bin#17"). Empty if the file has no names.
  package func fileNames() throws(BenchmarkError) -> [String] {
    guard info.hasFileNames else { return [] }
    return try Self.reading(path) { file in
      try file.dataSet(BenchmarkSchema.fileNames).readStrings()
    }
  }

  /// Verifies the content against its SHA-256, and fine labels against their superclasses.
  /// Reads all pixels.
  /// - Parameter report: called often with the progress.
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
        reason: "the SHA-256 of its content is \(found), expected \(info.contentSHA256)")
    }
  }

  /// Checks that each fine label belongs to the image's superclass. `open` does not, since it
  /// takes a while.
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

/// The metadata of a benchmark file, read and checked when it is opened.
package struct BenchmarkInfo: Hashable, Sendable {
  /// The definition's name: "cifar10".
  package let benchmark: String
  /// The version of the file's layout.
  package let schema: Int
  /// Whether the file has every image of the definition.
  package let isComplete: Bool
  /// The side of the images in pixels.
  package let imageSize: Int
  /// The classes in the order of their labels.
  package let classNames: [String]
  /// The fine classes in the order of the fine labels; empty if the benchmark has none.
  package let fineClassNames: [String]
  /// The numbers of images by split, which `open` has counted.
  package let counts: SplitCounts
  /// The counts of a complete copy.
  package let expectedCounts: SplitCounts
  /// The number of images per class: `classCounts[split]?[label]`, for splits with labelled images.
  package let classCounts: [Split: [Int]]
  /// The form of the original files: the name of a `SourceForm`.
  package let sourceFormat: String
  /// Whether the images have the published pixels.
  package let pixels: PixelFidelity
  /// The original files with their checksums.
  package let sources: [SourceFile]
  /// Notes on skipped and unusual original files.
  package let remarks: [Remark]
  /// Unreadable originals that were left out.
  package let leftOut: [String]
  /// Whether the file states the original name of each image. Files of earlier versions do not.
  package let hasFileNames: Bool
  /// The program that wrote the file: "scl 0.1".
  package let toolVersion: String
  /// The SHA-256 of the content (`ContentHash`), which identifies the data of a run.
  package let contentSHA256: String

  /// Whether checksums of the archive or of its files prove that the images are the published
  /// ones. Nil if nothing is published, as for a user's own images.
  package var isVerified: Bool? {
    guard (try? BenchmarkDefinition.named(benchmark))?.publication != nil else { return nil }
    return isComplete && sources.contains { $0.isAsPublished == true }
  }

  /// Whether the file is complete but no published checksum covers its pixels, as for images
  /// that a converter has written to folders.
  package var isCompleteButUnverified: Bool { isComplete && isVerified == false }

  /// How many images of a complete copy the file has. Splits outside the benchmark do not count.
  package var foundCount: Int {
    Split.allCases.reduce(0) { $0 + min(counts[$1], expectedCounts[$1]) }
  }

  /// The size of all pixels in bytes.
  package var pixelBytes: Int { counts.total * imageSize * imageSize * 3 }
}
