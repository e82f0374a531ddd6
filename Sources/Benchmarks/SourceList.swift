import HDF5

/// The original files as a benchmark file records them: lists of names, sizes and checksums, side by side.
///
/// They are attributes of the file; of so many files that an attribute cannot hold a list, data sets of
/// the same names.
enum SourceList {
  private typealias Attribute = BenchmarkSchema.Attribute

  static func write(_ sources: [SourceFile], to file: HDF5File) throws(HDF5Error) {
    let texts = [
      (Attribute.sourceFiles, sources.map(\.name)),
      (Attribute.sourceSHA256, sources.map(\.sha256)),
      (Attribute.sourceMD5, sources.map { $0.md5 ?? "" }),
      (Attribute.publishedMD5, sources.map { $0.publishedMD5 ?? "" }),
    ]
    let sizes = sources.map(\.size)
    if texts.allSatisfy({ HDF5Object.attributeHolds($0.1) }) {
      for (name, list) in texts { try file.setAttribute(name, list) }
      try file.setAttribute(Attribute.sourceSizes, sizes)
    } else {
      for (name, list) in texts { try file.write(name, strings: list) }
      try file.write(Attribute.sourceSizes, sizes)
    }
  }

  /// - Throws: `HDF5Error`, and `BenchmarkError.invalid` for lists of different lengths.
  static func read(from file: HDF5File) throws -> [SourceFile] {
    let areAttributes = try file.hasAttribute(Attribute.sourceFiles)
    func texts(_ name: String) throws(HDF5Error) -> [String] {
      areAttributes ? try file.stringAttributes(name) : try file.dataSet(name).readStrings()
    }
    let names = try texts(Attribute.sourceFiles)
    let checksums = try texts(Attribute.sourceSHA256)
    let sizes: [Int64] =
      areAttributes
      ? try file.attributes(Attribute.sourceSizes)
      : try file.dataSet(Attribute.sourceSizes).read()
    // Files of earlier versions have no MD5.
    let hasMD5 = try !areAttributes || file.hasAttribute(Attribute.publishedMD5)
    let none = [String](repeating: "", count: names.count)
    let md5 = hasMD5 ? try texts(Attribute.sourceMD5) : none
    let published = hasMD5 ? try texts(Attribute.publishedMD5) : none
    let lengths = [sizes.count, checksums.count, md5.count, published.count]
    guard lengths.allSatisfy({ $0 == names.count }) else {
      throw BenchmarkError.invalid(
        file: file.file, reason: "its lists of sources have different lengths")
    }
    return names.indices.map {
      SourceFile(
        name: names[$0], size: sizes[$0], sha256: checksums[$0],
        md5: md5[$0].isEmpty ? nil : md5[$0],
        publishedMD5: published[$0].isEmpty ? nil : published[$0])
    }
  }
}
