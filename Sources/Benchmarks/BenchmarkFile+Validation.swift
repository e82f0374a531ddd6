import HDF5

extension BenchmarkFile {
  /// Reads all but the pixels of an open file and checks that it is consistent.
  ///
  /// HDF5's own errors are thrown; a contradiction within the file is the result.
  static func validated(_ file: HDF5File) throws(HDF5Error) -> Result<BenchmarkFile, BenchmarkError>
  {
    func invalid(_ reason: String) -> Result<BenchmarkFile, BenchmarkError> {
      .failure(.invalid(file: file.file, reason: reason))
    }
    typealias Attribute = BenchmarkSchema.Attribute

    guard try file.hasAttribute(Attribute.schema) else {
      return invalid("it has no attribute 'schema'")
    }
    let schema = try file.attribute(Attribute.schema, as: Int64.self)
    guard schema == BenchmarkSchema.version else {
      return invalid("its schema is \(schema), this program reads \(BenchmarkSchema.version)")
    }
    let imageSize = Int(try file.attribute(Attribute.imageSize, as: Int64.self))
    let shape = try file.dataSet(BenchmarkSchema.images).shape
    guard shape.count == 4, Array(shape[1...]) == [imageSize, imageSize, 3] else {
      return invalid("/images has the shape \(shape), not [N, \(imageSize), \(imageSize), 3]")
    }
    let labels = try file.dataSet(BenchmarkSchema.labels).read(as: Int32.self)
    let splitBytes = try file.dataSet(BenchmarkSchema.splits).read(as: UInt8.self)
    guard labels.count == shape[0], splitBytes.count == shape[0] else {
      return invalid(
        "it has \(shape[0]) images, \(labels.count) labels and \(splitBytes.count) splits")
    }
    let classNames = try file.dataSet(BenchmarkSchema.classNames).readStrings()

    var splits: [Split] = []
    splits.reserveCapacity(labels.count)
    var counts = SplitCounts()
    var classCounts: [Split: [Int]] = [:]
    for (index, byte) in splitBytes.enumerated() {
      guard let split = Split(rawValue: byte) else {
        return invalid("image \(index) has the split \(byte), which is none")
      }
      guard (-1..<classNames.count).contains(Int(labels[index])) else {
        return invalid(
          "image \(index) has the label \(labels[index]) of \(classNames.count) classes")
      }
      guard (labels[index] == -1) == (split == .unlabelled) else {
        return invalid(
          "image \(index) is of the split \(split.name) and has the label \(labels[index])")
      }
      splits.append(split)
      counts[split] += 1
      if labels[index] >= 0 {
        classCounts[split, default: Array(repeating: 0, count: classNames.count)][
          Int(labels[index])] += 1
      }
    }
    var fineClassNames: [String] = []
    if try file.containsDataSet(BenchmarkSchema.fineLabels) {
      fineClassNames = try file.dataSet(BenchmarkSchema.fineClassNames).readStrings()
      let fine = try file.dataSet(BenchmarkSchema.fineLabels).read(as: Int32.self)
      guard fine.count == labels.count else {
        return invalid("it has \(labels.count) labels and \(fine.count) fine labels")
      }
      if let index = fine.firstIndex(where: { !(-1..<fineClassNames.count).contains(Int($0)) }) {
        return invalid(
          "image \(index) has the fine label \(fine[index]) of \(fineClassNames.count) classes")
      }
    }
    let stated = try file.attributes(Attribute.counts, as: Int64.self).map { Int($0) }
    guard stated == Split.allCases.map({ counts[$0] }) else {
      return invalid("it has \(counts), but its attribute 'counts' says \(stated)")
    }
    let expected = try file.attributes(Attribute.expectedCounts, as: Int64.self)
    let names = try file.stringAttributes(Attribute.sourceFiles)
    let sizes = try file.attributes(Attribute.sourceSizes, as: Int64.self)
    let checksums = try file.stringAttributes(Attribute.sourceSHA256)
    // Files of earlier versions have no MD5.
    let hasMD5 = try file.hasAttribute(Attribute.publishedMD5)
    let none = [String](repeating: "", count: names.count)
    let md5 = hasMD5 ? try file.stringAttributes(Attribute.sourceMD5) : none
    let published = hasMD5 ? try file.stringAttributes(Attribute.publishedMD5) : none
    guard expected.count == Split.allCases.count,
      [sizes.count, checksums.count, md5.count, published.count].allSatisfy({ $0 == names.count })
    else { return invalid("its lists of counts and sources have different lengths") }
    let isComplete = try file.attribute(Attribute.complete, as: UInt8.self) == 1
    for split in Split.allCases where isComplete && counts[split] < expected[Int(split.rawValue)] {
      return invalid(
        "it calls itself complete with \(counts[split]) of \(expected[Int(split.rawValue)]) "
          + "\(split.name) images")
    }
    let info = BenchmarkInfo(
      benchmark: try file.stringAttribute(Attribute.benchmark), schema: Int(schema),
      isComplete: isComplete,
      imageSize: imageSize, classNames: classNames, fineClassNames: fineClassNames,
      counts: counts,
      expectedCounts: SplitCounts(
        train: Int(expected[0]), test: Int(expected[1]), unlabelled: Int(expected[2])),
      classCounts: classCounts, sourceFormat: try file.stringAttribute(Attribute.sourceFormat),
      sources: names.indices.map {
        SourceFile(
          name: names[$0], size: sizes[$0], sha256: checksums[$0],
          md5: md5[$0].isEmpty ? nil : md5[$0],
          publishedMD5: published[$0].isEmpty ? nil : published[$0])
      },
      toolVersion: try file.stringAttribute(Attribute.toolVersion),
      contentSHA256: try file.stringAttribute(Attribute.contentSHA256))
    return .success(BenchmarkFile(path: file.file, info: info, splits: splits))
  }
}
