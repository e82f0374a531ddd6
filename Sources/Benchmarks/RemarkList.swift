import HDF5

/// What was remarked on the original files, as a benchmark file records it: attributes, and for a list of
/// left-out images that is too long for one a data set of its name.
enum RemarkList {
  private typealias Attribute = BenchmarkSchema.Attribute

  static func write(
    _ remarks: [Remark], leftOut: [String], to file: HDF5File
  ) throws(HDF5Error) {
    if !remarks.isEmpty {
      try file.setAttribute(Attribute.remarks, remarks.map(\.text))
      try file.setAttribute(Attribute.remarkCounts, remarks.map { Int64($0.count) })
      try file.setAttribute(
        Attribute.remarkExamples, remarks.map { FileNames.stored($0.example) })
    }
    if leftOut.isEmpty { return }
    let names = leftOut.map(FileNames.stored)
    if HDF5Object.attributeHolds(names) {
      try file.setAttribute(Attribute.leftOut, names)
    } else {
      try file.write(Attribute.leftOut, strings: names)
    }
  }

  /// Nothing of files of earlier versions.
  /// - Throws: `HDF5Error`, and `BenchmarkError.invalid` for lists of different lengths.
  static func read(from file: HDF5File) throws -> (remarks: [Remark], leftOut: [String]) {
    var remarks: [Remark] = []
    if try file.hasAttribute(Attribute.remarks) {
      let texts = try file.stringAttributes(Attribute.remarks)
      let counts = try file.attributes(Attribute.remarkCounts, as: Int64.self)
      let examples = try file.stringAttributes(Attribute.remarkExamples)
      guard texts.count == counts.count, texts.count == examples.count else {
        throw BenchmarkError.invalid(
          file: file.file, reason: "its lists of remarks have different lengths")
      }
      remarks = texts.indices.map {
        Remark(text: texts[$0], count: Int(counts[$0]), example: examples[$0])
      }
    }
    let leftOut =
      try file.hasAttribute(Attribute.leftOut)
      ? file.stringAttributes(Attribute.leftOut)
      : file.containsDataSet(Attribute.leftOut)
        ? file.dataSet(Attribute.leftOut).readStrings() : []
    return (remarks, leftOut)
  }
}
