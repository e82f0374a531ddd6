import Core
import Domain
import HDF5

/// Reads the metadata and labels of an open benchmark file and checks that they agree with each
/// other and with the benchmark's definition.
///
/// Benchmark files can be made by other programs or be damaged. What passes these checks can be
/// used without further ones: labels are indices of classes, and lists have one entry per
/// image.
struct BenchmarkValidation {
  private typealias Attribute = BenchmarkSchema.Attribute

  /// Limits above those of any benchmark, so that a damaged number is not taken for a size.
  private static let mostClasses = 1 << 20
  private static let longestName = 4_096
  private static let imageSizes = 1...8_192
  private static let imageCounts = 0...Int64(1) << 32

  private let file: HDF5File

  init(_ file: HDF5File) {
    self.file = file
  }

  /// The file with its metadata.
  /// - Throws: `HDF5Error`; `BenchmarkError.invalid` for inconsistent files.
  func read() throws -> BenchmarkFile {
    try checkSchema()
    let imageSize = try imageSize()
    let count = try imageCount(side: imageSize)
    let classNames = try names(BenchmarkSchema.classNames)
    let splits = try splits(count)
    let classCounts = try classCounts(splits, classNames)
    let fineClassNames = try fineClassNames(count)
    let (counts, expected) = try splitCounts(splits)
    let (remarks, leftOut) = try RemarkList.read(from: file)
    let info = BenchmarkInfo(
      benchmark: try file.stringAttribute(Attribute.benchmark),
      schema: Int(BenchmarkSchema.version),
      isComplete: try file.attribute(Attribute.complete, as: UInt8.self) == 1,
      imageSize: imageSize, classNames: classNames, fineClassNames: fineClassNames,
      counts: counts, expectedCounts: expected, classCounts: classCounts,
      sourceFormat: try file.stringAttribute(Attribute.sourceFormat), pixels: try pixels(),
      sources: try SourceList.read(from: file), remarks: remarks, leftOut: leftOut,
      hasFileNames: try hasFileNames(count),
      toolVersion: try file.stringAttribute(Attribute.toolVersion),
      contentSHA256: try file.stringAttribute(Attribute.contentSHA256))
    if let contradiction = info.contradiction { throw invalid(contradiction) }
    return BenchmarkFile(path: file.file, info: info, splits: splits)
  }

  /// The error for a file that is not consistent.
  private func invalid(_ reason: String) -> BenchmarkError {
    .invalid(file: file.file, reason: reason)
  }

  // MARK: - Parts

  /// Refuses files of other schema versions, whose layout may differ.
  private func checkSchema() throws {
    guard try file.hasAttribute(Attribute.schema) else {
      throw invalid("it has no attribute 'schema'")
    }
    let schema = try file.attribute(Attribute.schema, as: Int64.self)
    guard schema == BenchmarkSchema.version else {
      throw invalid("its schema version is \(schema), expected \(BenchmarkSchema.version)")
    }
  }

  /// Whether the pixels are the published ones.
  ///
  /// Files of earlier versions lack the attribute. Their class folders may have contained JPEG
  /// files, and only benchmarks with raw originals had that form.
  private func pixels() throws -> PixelFidelity {
    guard try file.hasAttribute(Attribute.pixels) else {
      let form = try file.stringAttribute(Attribute.sourceFormat)
      return form == SourceForm.classFolders.name ? .reEncoded : .original
    }
    let word = try file.stringAttribute(Attribute.pixels)
    guard let pixels = PixelFidelity(rawValue: word) else {
      throw invalid(
        "its attribute 'pixels' is '\(word)', expected original or re-encoded")
    }
    return pixels
  }

  /// The side of the images in pixels, 1 to 8,192.
  /// - Throws: `BenchmarkError.invalid` for other sizes, as do the following functions for
  ///   their parts.
  private func imageSize() throws -> Int {
    let size = Int(try file.attribute(Attribute.imageSize, as: Int64.self))
    guard Self.imageSizes.contains(size) else {
      throw invalid("its images have a side of \(size) pixels")
    }
    return size
  }

  /// The number of images, N in [N, side, side, 3].
  private func imageCount(side: Int) throws -> Int {
    let images = try file.dataSet(BenchmarkSchema.images)
    guard images.shape.count == 4, images.shape.dropFirst().elementsEqual([side, side, 3]) else {
      throw invalid("/images has shape \(images.shape), expected [N, \(side), \(side), 3]")
    }
    // Chunks may be compressed or missing, so N would not be bounded by the file's size.
    guard !images.isChunked else { throw invalid("/images is stored in chunks") }
    return images.shape[0]
  }

  /// A data set with a value per image.
  /// - Parameters:
  ///   - path: the data set.
  ///   - count: the number of images, which must be its shape.
  private func list<Element: HDF5Element>(_ path: String, of count: Int) throws -> [Element] {
    let dataSet = try file.dataSet(path)
    guard dataSet.shape == [count] else {
      throw invalid("it has \(count) images, but /\(path) has shape \(dataSet.shape)")
    }
    return try dataSet.read()
  }

  /// A list of names of classes or fine classes, whose number and lengths are limited.
  private func names(_ path: String) throws -> [String] {
    let dataSet = try file.dataSet(path)
    guard dataSet.shape.count == 1, dataSet.count <= Self.mostClasses else {
      throw invalid("/\(path) has shape \(dataSet.shape)")
    }
    let names = try dataSet.readStrings()
    if let place = names.firstIndex(where: { $0.utf8.count > Self.longestName }) {
      throw invalid("/\(path) has a name of \(names[place].utf8.count) bytes")
    }
    return names
  }

  /// The split of each image. Unknown numbers are refused.
  private func splits(_ count: Int) throws -> [Split] {
    let bytes: [UInt8] = try list(BenchmarkSchema.splits, of: count)
    var splits: [Split] = []
    splits.reserveCapacity(count)
    for (index, byte) in bytes.enumerated() {
      guard let split = Split(rawValue: byte) else {
        throw invalid("image \(index) has the unknown split \(byte)")
      }
      splits.append(split)
    }
    return splits
  }

  /// The number of images of each class in each split. Labels must be indices of classes, or -1
  /// for unlabelled images and for a user's own images without classes.
  private func classCounts(_ splits: [Split], _ classNames: [String]) throws -> [Split: [Int]] {
    let labels: [Int32] = try list(BenchmarkSchema.labels, of: splits.count)
    var tally = ClassTally(classCount: classNames.count)
    for (index, (label, split)) in zip(labels, splits).enumerated() {
      guard (-1..<classNames.count).contains(Int(label)) else {
        throw invalid(
          "image \(index) has label \(label), but there are \(classNames.count) classes")
      }
      // A user's own images without classes belong to the train split.
      guard (label == -1) == (split == .unlabelled || classNames.isEmpty) else {
        throw invalid("image \(index) of the split \(split.name) has label \(label)")
      }
      tally.add(CollectionOfOne(label), in: split)
    }
    return tally.counts
  }

  /// The names of the fine classes, whose labels are checked; empty if the benchmark has none.
  private func fineClassNames(_ count: Int) throws -> [String] {
    guard try file.containsDataSet(BenchmarkSchema.fineLabels) else { return [] }
    let names = try names(BenchmarkSchema.fineClassNames)
    let labels: [Int32] = try list(BenchmarkSchema.fineLabels, of: count)
    if let index = labels.firstIndex(where: { !(-1..<names.count).contains(Int($0)) }) {
      throw invalid(
        "image \(index) has fine label \(labels[index]), but there are \(names.count) fine classes")
    }
    return names
  }

  /// Whether the file has the original names of its images. They are not read.
  private func hasFileNames(_ count: Int) throws -> Bool {
    guard try file.containsDataSet(BenchmarkSchema.fileNames) else { return false }
    let names = try file.dataSet(BenchmarkSchema.fileNames)
    guard names.shape == [count], names.kind == .string else {
      throw invalid("it has \(count) images, but /file_names has shape \(names.shape)")
    }
    return true
  }

  /// The counts of the images, which must match the stated ones, and those of a complete copy.
  /// - Parameter splits: the split of each image.
  private func splitCounts(
    _ splits: [Split]
  ) throws -> (counts: SplitCounts, expected: SplitCounts) {
    var counts = SplitCounts()
    for split in splits { counts[split] += 1 }
    let stated = try file.attributes(Attribute.counts, as: Int64.self)
    guard stated == Split.allCases.map({ Int64(counts[$0]) }) else {
      throw invalid("it has \(counts), but its attribute 'counts' is \(stated)")
    }
    let numbers = try file.attributes(Attribute.expectedCounts, as: Int64.self)
    guard numbers.count == Split.allCases.count, numbers.allSatisfy(Self.imageCounts.contains)
    else { throw invalid("its attribute 'expected_counts' is \(numbers)") }
    var expected = SplitCounts()
    for (split, number) in zip(Split.allCases, numbers) { expected[split] = Int(number) }
    return (counts, expected)
  }
}

extension BenchmarkInfo {
  /// A contradiction within the metadata or with the registered definition; nil if there is
  /// none. A user's own benchmark has no other definition than its file.
  fileprivate var contradiction: String? {
    for split in Split.allCases where isComplete && counts[split] < expectedCounts[split] {
      return "it is marked complete but has \(counts[split]) of \(expectedCounts[split]) "
        + "\(split.name) images"
    }
    guard let definition = try? BenchmarkDefinition.named(benchmark) else { return nil }
    let title = definition.title
    if !definition.classNames.isEmpty && classNames != definition.classNames
      || !fineClassNames.isEmpty && fineClassNames != definition.fineClasses?.names
    {
      return "its classes differ from those of \(title)"
    }
    if !definition.cutsImages && imageSize != definition.storedSize {
      return
        "its images have a side of \(imageSize) pixels, those of \(title) have \(definition.storedSize)"
    }
    var expected = definition.counts
    if expectedCounts.unlabelled == 0 { expected.unlabelled = 0 }
    if expectedCounts != expected {
      return "it states that \(title) has \(expectedCounts), expected \(expected)"
    }
    guard isComplete else { return nil }
    for (split, counts) in classCounts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      guard counts.count == definition.classCount,
        counts.allSatisfy({ $0 == definition.imagesPerClass(in: split) })
      else {
        return
          "it is marked complete, but the numbers of \(split.name) images per class differ from those "
          + "of \(title)"
      }
    }
    return nil
  }
}
