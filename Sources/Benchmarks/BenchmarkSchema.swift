import HDF5

/// The names in a benchmark file, and the version of this schema. docs/architecture.md
/// describes the layout; shapes and types here are those in the file.
enum BenchmarkSchema {
  /// Written as the attribute `schema`. A reader refuses other versions.
  static let version: Int64 = 1
  /// Written as `tool_version`. Not part of the content hash.
  static let toolVersion = "scl 0.1"

  /// uint8 [N, H, W, 3], contiguous and uncompressed.
  static let images = "images"
  /// int32 [N], -1 where unlabelled.
  static let labels = "labels"
  /// uint8 [N], raw values of `Split`.
  static let splits = "splits"
  /// int32 [N]; present only if the benchmark has fine classes.
  static let fineLabels = "fine_labels"
  /// Strings in the order of the fine labels.
  static let fineClassNames = "fine_class_names"
  /// Strings in the order of the labels.
  static let classNames = "class_names"
  /// Strings [N], the original name of each image; absent in files of earlier versions.
  static let fileNames = "file_names"

  /// Names of attributes of the file.
  enum Attribute {
    static let benchmark = "benchmark"
    static let schema = "schema"
    /// 1 if all images of the definition are there and no file differs from the published one.
    static let complete = "complete"
    /// The side of the images in pixels.
    static let imageSize = "image_size"
    /// The numbers of train, test and unlabelled images, int64.
    static let counts = "counts"
    /// The same numbers in a complete copy.
    static let expectedCounts = "expected_counts"
    /// The name of a `SourceForm`.
    static let sourceFormat = "source_format"
    /// Whether the images have the published pixels: "original" or "re-encoded".
    static let pixels = "pixels"
    /// The path of each source file, its size in bytes, and its SHA-256.
    static let sourceFiles = "source_files"
    static let sourceSizes = "source_sizes"
    static let sourceSHA256 = "source_sha256"
    /// The MD5 of each source file, empty if not computed.
    static let sourceMD5 = "source_md5"
    /// The published MD5 of each source file, or empty.
    static let publishedMD5 = "published_md5"
    /// Notes on the original files: texts, counts, and an example of each.
    static let remarks = "remarks"
    static let remarkCounts = "remark_counts"
    static let remarkExamples = "remark_examples"
    /// Unreadable images that were left out.
    static let leftOut = "left_out"
    static let toolVersion = "tool_version"
    /// The SHA-256 that `ContentHash` defines.
    static let contentSHA256 = "content_sha256"
  }
}

/// The original files in a benchmark file: parallel lists of names, sizes and checksums.
///
/// They are attributes. An attribute holds at most 64 KiB, so long lists are data sets of the
/// same names.
enum SourceList {
  private typealias Attribute = BenchmarkSchema.Attribute

  /// Writes the lists, all as attributes or all as data sets.
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

  /// Reads the lists in either form.
  /// - Throws: `HDF5Error`; `BenchmarkError.invalid` for lists of different lengths.
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

/// The notes on original files in a benchmark file. They are attributes, but a list of left-out
/// images that is too long for an attribute is a data set.
enum RemarkList {
  private typealias Attribute = BenchmarkSchema.Attribute

  /// Writes the notes, and nothing if there are none.
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

  /// Reads the notes. Files of earlier versions have none.
  /// - Throws: `HDF5Error`; `BenchmarkError.invalid` for lists of different lengths.
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

/// The original names of images in a benchmark file: `/file_names`, strings of equal length.
enum FileNames {
  /// The maximum length in bytes. Longer names are shortened to their end, since every name
  /// takes the space of the longest.
  static let longest = 255
  private static let ellipsis = "..."

  /// Writes the names in row order.
  static func write(_ names: [String], to file: HDF5File) throws(HDF5Error) {
    try file.write(BenchmarkSchema.fileNames, strings: names.map(stored))
  }

  /// The name as it is stored: a long one as "..." and its end, at most `longest` bytes.
  static func stored(_ name: String) -> String {
    guard name.utf8.count > longest else { return name }
    var end = name.utf8.suffix(longest - ellipsis.utf8.count)
    // Do not start within a UTF-8 sequence.
    while let byte = end.first, byte & 0xC0 == 0x80 { end = end.dropFirst() }
    return ellipsis + (String(end) ?? "")
  }
}
