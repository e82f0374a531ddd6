import Benchmarks
import CArchive
import Foundation

/// Writes tar and zip archives in memory with libarchive.
///
///     let bytes = try ArchiveWriter.archive(
///       [OriginalFile("wnids.txt", lines: ["n90000001"])], in: "tiny-imagenet-200", as: .zip,
///       file: "tiny-imagenet-200.zip")
///
/// The same files give the same bytes: members have the time 0 and fixed permissions, and gzip
/// stores no time.
enum ArchiveWriter {
  /// The archive formats of the published files: tar (ustar) for ILSVRC-2012, gzipped tar for
  /// CIFAR, and zip for Tiny-ImageNet.
  enum Format {
    case tar, gzippedTar, zip
  }

  /// The bytes written so far, as an object that a C callback can append to.
  private final class Output {
    var bytes: [UInt8] = []
  }

  /// The bytes of an archive.
  /// - Parameters:
  ///   - files: the members in the order in which they are written.
  ///   - folder: the folder within the archive; "" for its root.
  ///   - format: its format.
  ///   - file: the path for error messages.
  /// - Throws: `BenchmarkError.unwritable`.
  static func archive(
    _ files: [OriginalFile], in folder: String = "", as format: Format, file: String
  ) throws(BenchmarkError) -> [UInt8] {
    let output = Output()
    guard let handle = archive_write_new() else {
      throw .unwritable(file: file, reason: "out of memory")
    }
    defer { archive_write_free(handle) }
    func check(_ status: Int32) throws(BenchmarkError) {
      guard status == ARCHIVE_OK else {
        let message = archive_error_string(handle).map { String(cString: $0) }
        throw .unwritable(file: file, reason: message ?? "libarchive failed")
      }
    }
    switch format {
    case .tar: try check(archive_write_set_format_ustar(handle))
    case .gzippedTar:
      try check(archive_write_set_format_ustar(handle))
      try check(archive_write_add_filter_gzip(handle))
      // A timestamp would make the bytes differ each time.
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
        throw .unwritable(file: file, reason: "libarchive wrote only a part")
      }
    }
    try check(archive_write_close(handle))
    return output.bytes
  }
}

/// An original file of a rehearsal, before it is written to a folder or an archive.
struct OriginalFile: Sendable {
  /// The path within the originals: "train/n90000001/images/n90000001_0.JPEG".
  let path: String
  /// The contents.
  let bytes: [UInt8]

  /// - Parameter path: relative to the originals, with "/" between folders.
  init(_ path: String, _ bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// A text file with one line for each text, each ended by a line feed.
  init(_ path: String, lines: [String]) {
    self.init(path, [UInt8](lines.map { $0 + "\n" }.joined().utf8))
  }
}
