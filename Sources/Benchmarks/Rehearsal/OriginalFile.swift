/// A file of a drawn benchmark's originals, before it lies in a folder or an archive.
struct OriginalFile: Sendable {
  /// The path below the originals' folder: "train/n90000001/images/n90000001_0.JPEG".
  let path: String
  let bytes: [UInt8]

  init(_ path: String, _ bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// A text file of lines.
  init(_ path: String, lines: [String]) {
    self.init(path, [UInt8](lines.map { $0 + "\n" }.joined().utf8))
  }
}
