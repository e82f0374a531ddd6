import Core
import Domain
import HDF5

/// Writes a benchmark file. Blocks of images may come in any order, each row once.
///
///     let images = try ImageStore(path, count: counts.total, side: 32)
///     let writer = BenchmarkWriter(
///       definition, from: .cifarBinary, classNames: names, counts, images: images)
///     try writer.append(block)
///
/// The file is complete only after `finish`; labels and metadata are written last.
final class BenchmarkWriter {
  private typealias Attribute = BenchmarkSchema.Attribute

  private let definition: BenchmarkDefinition
  private let form: SourceForm
  private let classNames: [String]
  private let counts: SplitCounts
  private let images: ImageStore
  private var labels: [Int32]
  /// [N] once a block has fine labels, otherwise empty.
  private var fineLabels: [Int32]
  /// [N], raw values of `Split`.
  private var splits: [UInt8]
  /// [N], whether the image of a row has come.
  private var isWritten: [Bool]
  /// Whether some image came from a JPEG file.
  private var hasLossyImages = false

  /// - Parameters:
  ///   - definition: the benchmark, for its metadata.
  ///   - form: the form of the original files.
  ///   - classNames: the classes in the order of the labels.
  ///   - counts: the numbers of images to be written.
  ///   - images: the storage of their pixels.
  init(
    _ definition: BenchmarkDefinition, from form: SourceForm, classNames: [String],
    _ counts: SplitCounts, images: ImageStore
  ) {
    self.definition = definition
    self.form = form
    self.classNames = classNames
    self.counts = counts
    self.images = images
    labels = Array(repeating: -1, count: counts.total)
    fineLabels = []
    splits = Array(repeating: 0, count: counts.total)
    isWritten = Array(repeating: false, count: counts.total)
  }

  /// Writes a block of images to its rows. Pixels that are already in the file are left out of
  /// the block.
  /// - Throws: `BenchmarkError.wrongAdapter` for a block that does not fit; `.unwritable`.
  func append(_ block: ImageBlock) throws(BenchmarkError) {
    let mistake = block.mistake(
      count: counts.total, side: definition.storedSize, classes: classNames.count,
      fineClasses: definition.fineClasses?.names.count ?? 0)
    if let mistake { throw .wrongAdapter(form: form.name, reason: mistake) }
    if let pixels = block.pixels { try images.put(pixels, rows: block.rows) }
    if fineLabels.isEmpty, !block.fineLabels.isEmpty {
      fineLabels = Array(repeating: -1, count: counts.total)
    }
    for (place, row) in block.rows.enumerated() {
      isWritten[row] = true
      labels[row] = block.labels[place]
      if !block.fineLabels.isEmpty { fineLabels[row] = block.fineLabels[place] }
      splits[row] = block.split.rawValue
    }
    hasLossyImages = hasLossyImages || block.isLossy
  }

  /// Writes everything but the pixels and closes the file.
  /// - Parameters:
  ///   - complete: whether it is a complete copy.
  ///   - sources: the original files with their checksums.
  ///   - fileNames: the original name of each image in row order.
  ///   - remarks: notes on the original files.
  ///   - leftOut: unreadable images.
  ///   - report: called with the progress of hashing images that came out of order.
  /// - Returns: the SHA-256 of the content.
  /// - Throws: `HDF5Error`; `BenchmarkError.wrongAdapter` if images or names are missing.
  func finish(
    complete: Bool, sources: [SourceFile], fileNames: [String],
    remarks: [Remark], leftOut: [String], report: (PreparationStep) -> Void
  ) throws -> String {
    let file = images.file
    let written = isWritten.count { $0 }
    guard written == counts.total, fileNames.count == counts.total else {
      throw BenchmarkError.wrongAdapter(
        form: form.name,
        reason: "it announced \(counts.total) images, and delivered \(written) and "
          + "\(fileNames.count) names")
    }
    let contentSHA256 = try images.finish(
      labels: labels, splits: splits, classNames: classNames, fineLabels: fineLabels, report: report
    )
    try file.write(BenchmarkSchema.labels, labels)
    if let fine = definition.fineClasses, !fineLabels.isEmpty {
      try file.write(BenchmarkSchema.fineLabels, fineLabels)
      try file.write(BenchmarkSchema.fineClassNames, strings: fine.names)
    }
    try file.write(BenchmarkSchema.splits, splits)
    try file.write(BenchmarkSchema.classNames, strings: classNames)
    try FileNames.write(fileNames, to: file)
    try file.setAttribute(Attribute.benchmark, definition.name)
    try file.setAttribute(Attribute.schema, BenchmarkSchema.version)
    try file.setAttribute(Attribute.complete, UInt8(complete ? 1 : 0))
    try file.setAttribute(Attribute.imageSize, Int64(definition.storedSize))
    try file.setAttribute(Attribute.counts, Split.allCases.map { Int64(counts[$0]) })
    try file.setAttribute(
      Attribute.expectedCounts, Split.allCases.map { Int64(definition.counts[$0]) })
    try file.setAttribute(Attribute.sourceFormat, form.name)
    let pixels =
      definition.hasRawOriginals && hasLossyImages ? PixelFidelity.reEncoded : .original
    try file.setAttribute(Attribute.pixels, pixels.rawValue)
    try SourceList.write(sources, to: file)
    try RemarkList.write(remarks, leftOut: leftOut, to: file)
    try file.setAttribute(Attribute.toolVersion, BenchmarkSchema.toolVersion)
    try file.setAttribute(Attribute.contentSHA256, contentSHA256)
    try file.close()
    return contentSHA256
  }
}
