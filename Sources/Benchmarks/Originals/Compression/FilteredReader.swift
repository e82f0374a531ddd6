import CArchive

/// Decompresses zstd or bzip2 through libarchive, which compares their checksums.
final class FilteredReader: MemberStream {
  private static let blockSize = 1 << 18

  let name: String
  private let handle: OpaquePointer
  private let input: ArchiveInput

  init(_ stream: any MemberStream, _ compression: Compression) throws(BenchmarkError) {
    guard let handle = archive_read_new() else {
      throw .unreadable(file: stream.name, reason: "no memory for a decoder")
    }
    name = stream.name
    self.handle = handle
    input = ArchiveInput(stream, blockSize: Self.blockSize)
    archive_read_support_format_raw(handle)
    if compression == .zstd {
      archive_read_support_filter_zstd(handle)
    } else {
      archive_read_support_filter_bzip2(handle)
    }
    try input.open(handle)
    var entry: OpaquePointer?
    guard archive_read_next_header(handle, &entry) == ARCHIVE_OK else {
      throw input.failure(of: handle)
    }
  }

  deinit { archive_read_free(handle) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(BenchmarkError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = archive_read_data(
        handle, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
      if count == 0 { break }
      if count == Int(ARCHIVE_RETRY) { continue }
      guard count > 0 else { throw input.failure(of: handle) }
      filled += count
    }
    return filled
  }
}
