import HDF5

/// Writes a benchmark file block by block, in any order of the blocks.
final class BenchmarkWriter {
  private typealias Attribute = BenchmarkSchema.Attribute

  private let definition: BenchmarkDefinition
  private let classNames: [String]
  private let counts: SplitCounts
  private let file: HDF5File
  private let images: HDF5DataSet
  private var labels: [Int32]
  private var fineLabels: [Int32]
  private var splits: [UInt8]
  private var written = 0

  /// - Parameter counts: how many images will come.
  init(
    _ definition: BenchmarkDefinition, classNames: [String], _ counts: SplitCounts,
    file path: String
  ) throws {
    self.definition = definition
    self.classNames = classNames
    self.counts = counts
    let side = definition.storedSize
    file = try HDF5File(creating: path)
    // In one piece and not compressed: the trainer reads all of it at once.
    images = try file.createDataSet(
      BenchmarkSchema.images, of: UInt8.self, shape: [counts.total, side, side, 3])
    labels = Array(repeating: -1, count: counts.total)
    fineLabels = []
    splits = Array(repeating: 0, count: counts.total)
  }

  /// Puts images into their rows.
  func append(_ block: ImageBlock) throws(BenchmarkError) {
    do throws(HDF5Error) {
      try block.pixels.withUnsafeBufferPointer { pixels throws(HDF5Error) in
        for run in consecutiveRuns(block.rows) {
          let place = run.place * images.rowSize..<(run.place + run.rows.count) * images.rowSize
          try images.write(UnsafeBufferPointer(rebasing: pixels[place]), rows: run.rows)
        }
      }
    } catch {
      throw .unwritable(file: images.file, reason: error.description)
    }
    if fineLabels.isEmpty, !block.fineLabels.isEmpty {
      fineLabels = Array(repeating: -1, count: counts.total)
    }
    for (place, row) in block.rows.enumerated() {
      labels[row] = block.labels[place]
      if !block.fineLabels.isEmpty { fineLabels[row] = block.fineLabels[place] }
      splits[row] = block.split.rawValue
    }
    written += block.rows.count
  }

  /// Writes all but the images, closes the file and returns the content's SHA-256.
  func finish(complete: Bool, form: SourceForm, sources: [SourceFile]) throws -> String {
    guard written == counts.total else {
      throw BenchmarkError.invalid(
        file: images.file, reason: "\(written) of \(counts.total) images were written")
    }
    let contentSHA256 = try ContentHash.of(
      images, labels: labels, splits: splits, classNames: classNames, fineLabels: fineLabels)
    try file.write(BenchmarkSchema.labels, labels)
    if let fine = definition.fineClasses, !fineLabels.isEmpty {
      try file.write(BenchmarkSchema.fineLabels, fineLabels)
      try file.write(BenchmarkSchema.fineClassNames, strings: fine.names)
    }
    try file.write(BenchmarkSchema.splits, splits)
    try file.write(BenchmarkSchema.classNames, strings: classNames)
    try file.setAttribute(Attribute.benchmark, definition.name)
    try file.setAttribute(Attribute.schema, BenchmarkSchema.version)
    try file.setAttribute(Attribute.complete, UInt8(complete ? 1 : 0))
    try file.setAttribute(Attribute.imageSize, Int64(definition.storedSize))
    try file.setAttribute(Attribute.counts, Split.allCases.map { Int64(counts[$0]) })
    try file.setAttribute(
      Attribute.expectedCounts, Split.allCases.map { Int64(definition.counts[$0]) })
    try file.setAttribute(Attribute.sourceFormat, form.rawValue)
    try file.setAttribute(Attribute.sourceFiles, sources.map(\.name))
    try file.setAttribute(Attribute.sourceSizes, sources.map(\.size))
    try file.setAttribute(Attribute.sourceSHA256, sources.map(\.sha256))
    try file.setAttribute(Attribute.sourceMD5, sources.map { $0.md5 ?? "" })
    try file.setAttribute(Attribute.publishedMD5, sources.map { $0.publishedMD5 ?? "" })
    try file.setAttribute(Attribute.toolVersion, BenchmarkSchema.toolVersion)
    try file.setAttribute(Attribute.contentSHA256, contentSHA256)
    try images.close()
    try file.close()
    return contentSHA256
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
