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
  }

  /// Bytes that libarchive reads at a time.
  private static let blockSize = 1 << 20

  let name: String
  private let handle: OpaquePointer
  private let nested: NestedInput?

  /// Opens an archive in the file system.
  convenience init(file path: String) throws(BenchmarkError) {
    try self.init(name: path, nested: nil)
    guard archive_read_open_filename(handle, path, Self.blockSize) == ARCHIVE_OK else {
      throw failure()
    }
  }

  /// Opens an archive that is itself a member of another.
  convenience init(nested stream: any MemberStream) throws(BenchmarkError) {
    let input = NestedInput(stream, blockSize: Self.blockSize)
    try self.init(name: stream.name, nested: input)
    let client = Unmanaged.passUnretained(input).toOpaque()
    let status = archive_read_open(handle, client, nil, readNestedInput, nil)
    guard status == ARCHIVE_OK else { throw failure() }
  }

  private init(name: String, nested: NestedInput?) throws(BenchmarkError) {
    guard let handle = archive_read_new() else {
      throw .unreadable(file: name, reason: "no memory for an archive reader")
    }
    self.name = name
    self.handle = handle
    self.nested = nested
    // By name, since 'all' includes filters that start other programs.
    archive_read_support_format_tar(handle)
    archive_read_support_format_zip(handle)
    archive_read_support_filter_gzip(handle)
    archive_read_support_filter_bzip2(handle)
    archive_read_support_filter_xz(handle)
    archive_read_support_filter_zstd(handle)
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
      return Entry(path: path, isFolder: isFolder, size: Int(size))
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

  private func failure() -> BenchmarkError {
    if let failure = nested?.failure { return failure }
    let message = archive_error_string(handle).map { String(cString: $0) }
    return .unreadable(
      file: name, reason: "\(message ?? "it is no archive that can be read"); get it again")
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

/// What libarchive reads a nested archive from.
private final class NestedInput {
  let stream: any MemberStream
  let block: UnsafeMutableRawBufferPointer
  /// Why the outer archive could not be read; libarchive knows only that it could not.
  var failure: BenchmarkError?

  init(_ stream: any MemberStream, blockSize: Int) {
    self.stream = stream
    block = .allocate(byteCount: blockSize, alignment: 16)
  }

  deinit { block.deallocate() }
}

private func readNestedInput(
  _: OpaquePointer?, _ client: UnsafeMutableRawPointer?,
  _ buffer: UnsafeMutablePointer<UnsafeRawPointer?>?
) -> Int {
  guard let client, let buffer else { return -1 }
  let input = Unmanaged<NestedInput>.fromOpaque(client).takeUnretainedValue()
  buffer.pointee = UnsafeRawPointer(input.block.baseAddress)
  do throws(BenchmarkError) {
    return try input.stream.read(into: input.block)
  } catch {
    input.failure = error
    return -1
  }
}
