import CArchive
import Foundation

/// Reads a tar or zip archive, compressed or not, from its beginning to its end through libarchive.
///
/// Nothing is written to disk. Members that are neither files nor folders (links, devices), and those
/// whose path leads out of the archive, are refused.
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

  /// Opens an archive in the file system.
  /// - Parameter report: told how many of how many bytes of the file have been read.
  convenience init(
    file path: String, report: @escaping (_ bytes: Int, _ total: Int) -> Void
  ) throws(BenchmarkError) {
    let file = try FileReader(path)
    try self.init(
      ArchiveInput(file, file: file, blockSize: Self.blockSize) { report($0, file.size) })
  }

  /// Opens an archive that is itself a member of another.
  convenience init(nested stream: any MemberStream) throws(BenchmarkError) {
    try self.init(ArchiveInput(stream, blockSize: Self.blockSize))
  }

  private init(_ input: ArchiveInput) throws(BenchmarkError) {
    guard let handle = archive_read_new() else {
      throw .unreadable(file: input.stream.name, reason: "no memory for an archive reader")
    }
    name = input.stream.name
    self.handle = handle
    self.input = input
    // By name, since 'all' includes filters that start other programs, and xz, which takes as much memory
    // as a file asks for.
    archive_read_support_format_tar(handle)
    archive_read_support_format_zip(handle)
    archive_read_support_filter_gzip(handle)
    archive_read_support_filter_bzip2(handle)
    archive_read_support_filter_zstd(handle)
    try input.open(handle)
  }

  deinit { archive_read_free(handle) }

  /// Goes to the next member; nil at the end.
  func next() throws(BenchmarkError) -> Entry? {
    while true {
      var entry: OpaquePointer?
      let status = archive_read_next_header(handle, &entry)
      if status == ARCHIVE_EOF { return nil }
      if status == ARCHIVE_RETRY { continue }
      guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else { throw failure() }
      guard let text = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry) else {
        throw failure()
      }
      let given = String(cString: text)
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
      return Entry(
        path: path, isFolder: isFolder, size: Int(size),
        isCompressed: archive_filter_code(handle, 0) != ARCHIVE_FILTER_NONE)
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

  private func failure() -> BenchmarkError { input.failure(of: handle) }
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
