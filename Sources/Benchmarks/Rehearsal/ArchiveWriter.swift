import CArchive
import Foundation

/// Makes tar and zip archives in memory through libarchive. The same files give the same bytes.
enum ArchiveWriter {
  enum Format {
    case tar, gzippedTar, zip
  }

  /// What libarchive has written so far.
  private final class Output {
    var bytes: [UInt8] = []
  }

  /// The bytes of an archive.
  /// - Parameter folder: what the files' paths begin with in it; "" for nothing.
  /// - Throws: `BenchmarkError.unwritable` in the name of `file`.
  static func archive(
    _ files: [OriginalFile], in folder: String = "", as format: Format, file: String
  ) throws(BenchmarkError) -> [UInt8] {
    let output = Output()
    guard let handle = archive_write_new() else {
      throw .unwritable(file: file, reason: "no memory for an archive")
    }
    defer { archive_write_free(handle) }
    func check(_ status: Int32) throws(BenchmarkError) {
      guard status == ARCHIVE_OK else {
        let message = archive_error_string(handle).map { String(cString: $0) }
        throw .unwritable(file: file, reason: message ?? "libarchive fails")
      }
    }
    switch format {
    case .tar: try check(archive_write_set_format_ustar(handle))
    case .gzippedTar:
      try check(archive_write_set_format_ustar(handle))
      try check(archive_write_add_filter_gzip(handle))
      // The time of writing has no place in a file that is to be the same every time.
      try check(archive_write_set_options(handle, "gzip:!timestamp"))
    case .zip: try check(archive_write_set_format_zip(handle))
    }
    let client = Unmanaged.passUnretained(output).toOpaque()
    try check(
      archive_write_open(
        handle, client, nil,
        { _, client, bytes, count in
          guard let client, let bytes else { return -1 }
          Unmanaged<Output>.fromOpaque(client).takeUnretainedValue().bytes +=
            UnsafeRawBufferPointer(start: bytes, count: count)
          return count
        }, nil))
    let regularFile: mode_t = S_IFREG
    for original in files {
      let entry = archive_entry_new()
      defer { archive_entry_free(entry) }
      archive_entry_set_pathname(
        entry, folder.isEmpty ? original.path : "\(folder)/\(original.path)")
      archive_entry_set_size(entry, Int64(original.bytes.count))
      archive_entry_set_filetype(entry, regularFile)
      archive_entry_set_perm(entry, 0o644)
      archive_entry_set_mtime(entry, 0, 0)
      try check(archive_write_header(handle, entry))
      let written = archive_write_data(handle, original.bytes, original.bytes.count)
      guard written == original.bytes.count else {
        throw .unwritable(file: file, reason: "libarchive took only a part of it")
      }
    }
    try check(archive_write_close(handle))
    return output.bytes
  }
}
