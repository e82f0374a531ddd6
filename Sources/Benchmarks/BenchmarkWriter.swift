import Core
import Domain
import HDF5

/// Writes a benchmark file. Blocks of images may come in any order.
final class BenchmarkWriter {
  private typealias Attribute = BenchmarkSchema.Attribute

  private let definition: BenchmarkDefinition
  private let classNames: [String]
  private let counts: SplitCounts
  private let images: ImageStore
  private var labels: [Int32]
  private var fineLabels: [Int32]
  private var splits: [UInt8]
  private var written = 0
  private var hasLossyImages = false

  /// - Parameters:
  ///   - counts: the numbers of images to be written.
  ///   - images: the storage of their pixels.
  init(
    _ definition: BenchmarkDefinition, classNames: [String], _ counts: SplitCounts,
    images: ImageStore
  ) {
    self.definition = definition
    self.classNames = classNames
    self.counts = counts
    self.images = images
    labels = Array(repeating: -1, count: counts.total)
    fineLabels = []
    splits = Array(repeating: 0, count: counts.total)
  }

  /// Writes a block of images to its rows.
  func append(_ block: ImageBlock) throws(BenchmarkError) {
    if let pixels = block.pixels { try images.put(pixels, rows: block.rows) }
    if fineLabels.isEmpty, !block.fineLabels.isEmpty {
      fineLabels = Array(repeating: -1, count: counts.total)
    }
    for (place, row) in block.rows.enumerated() {
      labels[row] = block.labels[place]
      if !block.fineLabels.isEmpty { fineLabels[row] = block.fineLabels[place] }
      splits[row] = block.split.rawValue
    }
    written += block.rows.count
    hasLossyImages = hasLossyImages || block.isLossy
  }

  /// Writes everything but the pixels, closes the file and returns the SHA-256 of the content.
  /// - Parameters:
  ///   - fileNames: the original name of each image in row order.
  ///   - leftOut: unreadable images.
  func finish(
    complete: Bool, form: SourceForm, sources: [SourceFile], fileNames: [String],
    remarks: [Remark], leftOut: [String], report: (PreparationStep) -> Void
  ) throws -> String {
    let file = images.file
    guard written == counts.total else {
      throw BenchmarkError.invalid(
        file: file.file, reason: "\(written) of \(counts.total) images were written")
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
    try file.setAttribute(Attribute.sourceFormat, form.rawValue)
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
