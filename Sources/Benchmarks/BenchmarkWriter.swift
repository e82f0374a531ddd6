import HDF5

/// Writes a benchmark file block by block.
final class BenchmarkWriter {
  private typealias Attribute = BenchmarkSchema.Attribute

  /// How many images were written so far.
  private(set) var written = 0
  private let definition: BenchmarkDefinition
  private let counts: SplitCounts
  private let file: HDF5File
  private let images: HDF5DataSet
  private var labels: [Int32] = []
  private var splits: [UInt8] = []
  private var hash: ContentHash

  /// - Parameter counts: how many images will come.
  init(_ definition: BenchmarkDefinition, _ counts: SplitCounts, file path: String) throws {
    self.definition = definition
    self.counts = counts
    let side = definition.imageSize
    file = try HDF5File(creating: path)
    // In one piece and not compressed: the trainer reads all of it at once.
    images = try file.createDataSet(
      BenchmarkSchema.images, of: UInt8.self, shape: [counts.total, side, side, 3])
    hash = ContentHash(count: counts.total, height: side, width: side)
  }

  /// Adds images behind those that are there.
  func append(_ block: ImageBlock) throws(BenchmarkError) {
    do {
      try images.write(block.pixels, rows: written..<written + block.labels.count)
    } catch {
      throw .unwritable(file: images.file, reason: error.description)
    }
    hash.update(pixels: block.pixels)
    labels += block.labels
    splits += [UInt8](repeating: block.split.rawValue, count: block.labels.count)
    written += block.labels.count
  }

  /// Writes all but the images, closes the file and returns the content's SHA-256.
  func finish(complete: Bool, form: SourceForm, sources: [SourceFile]) throws -> String {
    let contentSHA256 = hash.finish(
      labels: labels, splits: splits, classNames: definition.classNames)
    try file.write(BenchmarkSchema.labels, labels)
    try file.write(BenchmarkSchema.splits, splits)
    try file.write(BenchmarkSchema.classNames, strings: definition.classNames)
    try file.setAttribute(Attribute.benchmark, definition.name)
    try file.setAttribute(Attribute.schema, BenchmarkSchema.version)
    try file.setAttribute(Attribute.complete, UInt8(complete ? 1 : 0))
    try file.setAttribute(Attribute.imageSize, Int64(definition.imageSize))
    try file.setAttribute(Attribute.counts, Split.allCases.map { Int64(counts[$0]) })
    try file.setAttribute(
      Attribute.expectedCounts, Split.allCases.map { Int64(definition.counts[$0]) })
    try file.setAttribute(Attribute.sourceFormat, form.rawValue)
    try file.setAttribute(Attribute.sourceFiles, sources.map(\.name))
    try file.setAttribute(Attribute.sourceSizes, sources.map(\.size))
    try file.setAttribute(Attribute.sourceSHA256, sources.map(\.sha256))
    try file.setAttribute(Attribute.toolVersion, BenchmarkSchema.toolVersion)
    try file.setAttribute(Attribute.contentSHA256, contentSHA256)
    try file.close()
    return contentSHA256
  }
}
