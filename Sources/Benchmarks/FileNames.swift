import HDF5

/// The original of each image as a benchmark file records it: `/file_names`, strings of one length.
enum FileNames {
  /// Bytes of the longest name that is stored whole. Of a longer one the end is, after "...": one name of
  /// 4,096 bytes would make every other as long.
  static let longest = 255
  private static let ellipsis = "..."

  static func write(_ names: [String], to file: HDF5File) throws(HDF5Error) {
    try file.write(BenchmarkSchema.fileNames, strings: names.map(stored))
  }

  static func stored(_ name: String) -> String {
    guard name.utf8.count > longest else { return name }
    var end = name.utf8.suffix(longest - ellipsis.utf8.count)
    // Not from the middle of a letter.
    while let byte = end.first, byte & 0xC0 == 0x80 { end = end.dropFirst() }
    return ellipsis + (String(end) ?? "")
  }
}
