import CArchive
import Foundation

/// Reads a tar or zip archive, compressed or not, from start to end through libarchive.
///
///     let archive = try ArchiveReader(file: "cifar-10-binary.tar.gz")
///     while let entry = try archive.next() {
///       if entry.isFolder { continue }
///       let member = archive.member(named: entry.path)
///       let bytes = try member.readAll(size: entry.size, limit: 1 << 30)
///     }
///
/// Formats: ustar (POSIX.1-1988), pax (POSIX.1-2001, whose extended headers carry long names
/// and sizes), GNU tar, and zip with its directory at the end. Nothing is written to disk.
/// Refused are members other than files and folders (links, devices), paths that lead out of
/// the archive, and tar archives without an end marker, since libarchive does not notice
/// truncation between members.
final class ArchiveReader {
  /// A file or folder of an archive.
  struct Entry {
    /// A relative path without "..".
    let path: String
    let isFolder: Bool
    /// The size in bytes according to the archive.
    let size: Int
    /// Whether the archive is one compressed stream. Skipping an entry then takes as long as
    /// reading it.
    let isCompressed: Bool
  }

  /// Bytes per read.
  private static let blockSize = 1 << 20

  /// The archive's path, for messages.
  let name: String
  private let handle: OpaquePointer
  private let input: ArchiveInput
  private let isCompressed: Bool
  private let isTar: Bool
  private let names: MemberNames

  /// Opens an archive in the file system. The first bytes decide on the format, not the name: a
  /// known compression means a compressed tar archive, "PK" a zip archive, and anything else is
  /// read as tar.
  /// - Parameters:
  ///   - path: the file.
  ///   - names: the encoding of member names.
  ///   - report: called with the position in the file and its size in bytes.
  /// - Throws: `BenchmarkError`.
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

  /// Opens a tar archive within another archive, uncompressed, as in ILSVRC2012_img_train.tar.
  /// - Parameters:
  ///   - stream: the member that is the inner archive.
  ///   - names: the encoding of member names.
  convenience init(
    nested stream: any MemberStream, names: MemberNames
  ) throws(BenchmarkError) {
    try self.init(
      ArchiveInput(stream, blockSize: Self.blockSize), isCompressed: false, isTar: true, names)
  }

  /// Opens an archive on an input.
  /// - Parameters:
  ///   - isCompressed: whether the input is a decompressor.
  ///   - isTar: whether the format is tar, otherwise zip.
  /// - Throws: `BenchmarkError`.
  private init(
    _ input: ArchiveInput, isCompressed: Bool, isTar: Bool, _ names: MemberNames
  ) throws(BenchmarkError) {
    MemberNames.prepare()
    guard let handle = archive_read_new() else {
      throw .unreadable(file: input.stream.name, reason: "out of memory")
    }
    name = input.stream.name
    self.handle = handle
    self.input = input
    self.isCompressed = isCompressed
    self.isTar = isTar
    self.names = names
    // Zip archives are read by the directory at their end, so that truncation is noticed.
    if isTar {
      archive_read_support_format_tar(handle)
    } else {
      archive_read_support_format_zip_seekable(handle)
    }
    try input.open(handle)
  }

  deinit { archive_read_free(handle) }

  /// Advances to the next file or folder and skips the rest of the current one. The root folder
  /// "./" is left out.
  /// - Returns: nil at the end.
  /// - Throws: `BenchmarkError.damaged` for damaged headers, a missing end marker or a second
  ///   archive behind the end; `.unsafeMember` for links, devices, members without a size, and
  ///   paths that are absolute or contain "..".
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
      // libarchive only warns if the local headers of a zip archive contradict its directory.
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
      // The root folder "./".
      if path.isEmpty { continue }
      // GNU tar stores large sizes in base 256, which can express negative ones.
      let size = isFolder ? 0 : archive_entry_size(entry)
      guard isFolder || archive_entry_size_is_set(entry) != 0, size >= 0 else {
        throw .unsafeMember(archive: name, member: given, reason: "its size is not stated")
      }
      return Entry(path: path, isFolder: isFolder, size: Int(size), isCompressed: isCompressed)
    }
  }

  /// The bytes of the current member, valid until the next call of `next`.
  /// - Parameter name: the name in messages.
  func member(named name: String) -> any MemberStream { ArchiveMember(self, name) }

  fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) throws(BenchmarkError) -> Int {
    try input.readData(of: handle, into: buffer)
  }

  /// Checks for the end marker of a tar archive and reads the rest of the stream, so that
  /// checksums of compressed archives are verified.
  ///
  /// The marker is two blocks of zeros (POSIX.1-1988), of which some writers leave out one.
  /// Padding may follow, but not another archive: `cat a.tar b.tar` makes one whose second half
  /// tar does not read.
  /// - Throws: `BenchmarkError.damaged`.
  private func checkEnd() throws(BenchmarkError) {
    let end = archive_filter_bytes(handle, 0)
    guard end - archive_read_header_position(handle) >= Int64(TarBlock.size) else {
      throw .damaged(
        file: name,
        reason: "it is truncated: the end marker is missing, and members may be missing, too")
    }
    try input.forEachBlock(from: Int(end), size: TarBlock.size) { block throws(BenchmarkError) in
      guard TarBlock.isHeader(block) else { return }
      throw .damaged(
        file: name, reason: "another archive follows its end, which tar would not read")
    }
  }

  private var message: String? { archive_error_string(handle).map { String(cString: $0) } }

  private func failure() -> BenchmarkError { input.failure(of: handle) }
}

/// A block of a tar archive (POSIX.1-1988, "ustar"). A member is a header block and its bytes,
/// padded with zeros to whole blocks. The header has the checksum at bytes 148 to 155, as octal
/// digits.
private enum TarBlock {
  static let size = 512
  private static let checksum = 148..<156

  /// Whether the block is a member's header: the stated checksum is the sum of its bytes, with
  /// blanks in place of the checksum. A block of zeros is not one, since a sum of 0 is not
  /// accepted.
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

/// The current member of an archive reader.
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
