import CArchive
import Foundation

/// Reads a tar or zip archive, compressed or not, from its beginning to its end through libarchive.
///
/// Nothing is written to disk. Members that are neither files nor folders (links, devices), and those
/// whose path leads out of the archive, are refused. So is a tar archive that stops without its mark of
/// the end: libarchive takes one that was cut off between two members for a whole one.
final class ArchiveReader {
  struct Entry {
    /// Relative and without "..".
    let path: String
    let isFolder: Bool
    /// Bytes, as the archive says.
    let size: Int
    /// Whether the archive is compressed as one stream, so that passing over the entry takes as long as
    /// reading it.
    let isCompressed: Bool
  }

  /// Bytes that libarchive reads at a time.
  private static let blockSize = 1 << 20

  let name: String
  private let handle: OpaquePointer
  private let input: ArchiveInput
  private let isCompressed: Bool
  private let isTar: Bool
  private let names: MemberNames

  /// Opens an archive in the file system.
  /// - Parameters:
  ///   - names: how its members' names are written.
  ///   - report: told how many of how many bytes of the file have been read.
  convenience init(
    file path: String, names: MemberNames = MemberNames(),
    report: @escaping (_ bytes: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(BenchmarkError) {
    let file = try FileReader(path)
    let start = try file.read(upTo: Compression.signatureLength)
    _ = try file.seek(0, from: SEEK_SET)
    if let compression = Compression(start) {
      let counted = CountedStream(file) { report($0, file.size) }
      let input = ArchiveInput(try compression.decompressed(counted), blockSize: Self.blockSize)
      try self.init(input, isCompressed: true, isTar: true, names)
      return
    }
    let input = ArchiveInput(file, file: file, blockSize: Self.blockSize) { report($0, file.size) }
    try self.init(
      input, isCompressed: false, isTar: !start.starts(with: Array("PK".utf8)), names)
  }

  /// Opens a tar archive that is itself a member of another.
  convenience init(
    nested stream: any MemberStream, names: MemberNames
  ) throws(BenchmarkError) {
    try self.init(
      ArchiveInput(stream, blockSize: Self.blockSize), isCompressed: false, isTar: true, names)
  }

  private init(
    _ input: ArchiveInput, isCompressed: Bool, isTar: Bool, _ names: MemberNames
  ) throws(BenchmarkError) {
    MemberNames.prepare()
    guard let handle = archive_read_new() else {
      throw .unreadable(file: input.stream.name, reason: "no memory for an archive reader")
    }
    name = input.stream.name
    self.handle = handle
    self.input = input
    self.isCompressed = isCompressed
    self.isTar = isTar
    self.names = names
    // One format each. Of a zip archive the list of members at its end counts: read as a stream, one that
    // was cut off would be shorter.
    if isTar {
      archive_read_support_format_tar(handle)
    } else {
      archive_read_support_format_zip_seekable(handle)
    }
    try input.open(handle)
  }

  deinit { archive_read_free(handle) }

  /// Goes to the next member; nil at the end.
  func next() throws(BenchmarkError) -> Entry? {
    while true {
      var entry: OpaquePointer?
      let status = archive_read_next_header(handle, &entry)
      if status == ARCHIVE_EOF {
        if isTar { try checkEnd() }
        return nil
      }
      if status == ARCHIVE_RETRY { continue }
      guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else { throw failure() }
      // The two lists of a zip archive's members differ.
      if status == ARCHIVE_WARN, message?.contains("nconsistent") == true { throw failure() }
      guard let bytes = archive_entry_pathname(entry) ?? archive_entry_pathname_utf8(entry) else {
        throw failure()
      }
      let given = names.text(of: UnsafeBufferPointer(start: bytes, count: strlen(bytes)))
      let path: String
      do throws(MemberPath.Unsafe) {
        path = try MemberPath.checked(given)
      } catch {
        throw .unsafeMember(archive: name, member: String(given.prefix(200)), reason: error.reason)
      }
      let type = archive_entry_filetype(entry)
      let isFolder = type == S_IFDIR
      guard isFolder || type == S_IFREG, archive_entry_hardlink(entry) == nil else {
        throw .unsafeMember(
          archive: name, member: given, reason: "it is a link or a device, not a file")
      }
      // The root itself: "./".
      if path.isEmpty { continue }
      // Some ways of writing a size in a tar archive can state a negative one.
      let size = isFolder ? 0 : archive_entry_size(entry)
      guard isFolder || archive_entry_size_is_set(entry) != 0, size >= 0 else {
        throw .unsafeMember(archive: name, member: given, reason: "its size is not stated")
      }
      return Entry(path: path, isFolder: isFolder, size: Int(size), isCompressed: isCompressed)
    }
  }

  /// The bytes of the member that `next` went to; valid until the next call of it.
  func member(named name: String) -> any MemberStream { ArchiveMember(self, name) }

  fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) throws(BenchmarkError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = archive_read_data(
        handle, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
      if count == 0 { break }
      if count == Int(ARCHIVE_RETRY) { continue }
      guard count > 0 else { throw failure() }
      filled += count
    }
    return filled
  }

  /// Looks whether a tar archive ends with its mark, a block of zeros at least, and reads what follows, so
  /// that a compressed one is checked to its end. Only more zeros may follow, or what an old tar has
  /// filled its last record with: another archive joined to this one would not be read.
  private func checkEnd() throws(BenchmarkError) {
    let end = archive_filter_bytes(handle, 0)
    guard end - archive_read_header_position(handle) >= Int64(TarBlock.size) else {
      throw .damaged(
        file: name,
        reason: "it is cut off: the mark of its end is missing, and members may be too")
    }
    try input.forEachBlock(from: Int(end), size: TarBlock.size) { block throws(BenchmarkError) in
      guard TarBlock.isHeader(block) else { return }
      throw .damaged(
        file: name, reason: "after its end comes another archive, which tar would not read")
    }
  }

  private var message: String? { archive_error_string(handle).map { String(cString: $0) } }

  private func failure() -> BenchmarkError { input.failure(of: handle) }
}

/// A block of a tar archive (POSIX.1-1988, "ustar").
private enum TarBlock {
  static let size = 512
  private static let checksum = 148..<156

  /// Whether the block is a member's header: its checksum is right, the sum of its bytes with blanks for
  /// the checksum's own.
  static func isHeader(_ block: UnsafeRawBufferPointer) -> Bool {
    guard block.count == size else { return false }
    let digits = block[checksum].prefix { (0x30...0x37).contains($0) || $0 == 0x20 }
    let text = String(decoding: digits, as: UTF8.self).split(separator: " ").first ?? ""
    guard let stated = Int(text, radix: 8), stated > 0 else { return false }
    let sum = block.enumerated().reduce(0) { sum, byte in
      sum + (checksum.contains(byte.offset) ? 0x20 : Int(byte.element))
    }
    return sum == stated
  }
}

/// The member at which an archive reader stands.
private final class ArchiveMember: MemberStream {
  let name: String
  private let archive: ArchiveReader

  init(_ archive: ArchiveReader, _ name: String) {
    self.archive = archive
    self.name = name
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(BenchmarkError) -> Int {
    try archive.read(into: buffer)
  }
}
