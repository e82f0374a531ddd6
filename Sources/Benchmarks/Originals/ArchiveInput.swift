import CArchive
import Domain
import Foundation

/// The input of libarchive: a file, or a member of another archive.
///
/// libarchive asks for bytes through C callbacks, which cannot throw. An error of the stream is
/// kept in `failure`, the callback returns ARCHIVE_FATAL, and `failure(of:)` gives the kept
/// error instead of libarchive's message.
final class ArchiveInput {
  let stream: any MemberStream
  /// The stream as a file, which can skip and seek; nil for compressed data and for nested
  /// archives.
  private let file: FileReader?
  /// The buffer that libarchive reads from, valid until the next read.
  private let block: UnsafeMutableRawBufferPointer
  /// Called with the position in the stream after every read.
  private let report: (Int) -> Void
  /// The position in the stream in bytes.
  private var position = 0
  /// The number of valid bytes in the block.
  private var blockCount = 0
  /// The error of the stream, which libarchive does not pass on.
  private var failure: BenchmarkError?

  /// - Parameters:
  ///   - stream: the bytes of the archive.
  ///   - file: the same stream, if it can skip and seek.
  ///   - blockSize: bytes per read.
  ///   - report: called with the position in the stream.
  init(
    _ stream: any MemberStream, file: FileReader? = nil, blockSize: Int,
    report: @escaping (Int) -> Void = { _ in }
  ) {
    self.stream = stream
    self.file = file
    self.report = report
    block = .allocate(byteCount: blockSize, alignment: 16)
  }

  deinit { block.deallocate() }

  /// Opens an archive on this input, which must outlive it: libarchive keeps an unretained
  /// pointer to it.
  /// - Throws: `BenchmarkError` of the stream, or `.damaged` if libarchive does not recognise
  ///   the format.
  func open(_ archive: OpaquePointer) throws(BenchmarkError) {
    archive_read_set_callback_data(archive, Unmanaged.passUnretained(self).toOpaque())
    archive_read_set_read_callback(archive) { _, client, buffer in
      ArchiveInput.attempt(client) { input throws(BenchmarkError) in
        buffer?.pointee = UnsafeRawPointer(input.block.baseAddress)
        let count = try input.stream.read(into: input.block)
        input.blockCount = count
        input.moved(to: input.position + count)
        return count
      }
    }
    if file != nil {
      archive_read_set_skip_callback(archive) { _, client, count in
        Int64(
          ArchiveInput.attempt(client) { input throws(BenchmarkError) in
            let skipped = try input.file?.skip(Int(count)) ?? 0
            input.moved(to: input.position + skipped)
            return skipped
          })
      }
      archive_read_set_seek_callback(archive) { _, client, offset, origin in
        Int64(
          ArchiveInput.attempt(client) { input throws(BenchmarkError) in
            let place = try input.file?.seek(Int(offset), from: origin) ?? 0
            input.moved(to: place)
            return place
          })
      }
    }
    guard archive_read_open1(archive) == ARCHIVE_OK else { throw failure(of: archive) }
  }

  /// Reads data of the archive's current member into `buffer`.
  /// - Returns: the number of bytes, smaller than the buffer only at the end of the member.
  /// - Throws: `BenchmarkError` of the stream, or `.damaged`.
  func readData(
    of archive: OpaquePointer, into buffer: UnsafeMutableRawBufferPointer
  ) throws(BenchmarkError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = archive_read_data(
        archive, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
      if count == 0 { break }
      if count == Int(ARCHIVE_RETRY) { continue }
      guard count > 0 else { throw failure(of: archive) }
      filled += count
    }
    return filled
  }

  /// The error of the archive's last call: the stream's own if it failed, otherwise
  /// libarchive's message.
  func failure(of archive: OpaquePointer) -> BenchmarkError {
    if let failure { return failure }
    let message = archive_error_string(archive).map { String(cString: $0) }
    return .damaged(
      file: stream.name,
      reason: (message ?? "it is not a readable archive")
        + (PublishedFile.isPublished(MemberPath.split(stream.name).name)
          ? "; download it again" : ""))
  }

  /// Reads the rest of the stream after the end of the archive, first what libarchive has read
  /// ahead.
  /// - Parameters:
  ///   - place: the position in the stream after the archive's end.
  ///   - size: the block size in bytes; the last block may be shorter.
  ///   - body: gets each block in order.
  /// - Throws: `BenchmarkError.tooLarge` if there is too much data, and what `body` throws.
  func forEachBlock(
    from place: Int, size: Int,
    _ body: (UnsafeRawBufferPointer) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) {
    // Bytes that were read ahead are at the end of the last block.
    var rest = block[max(0, blockCount - max(0, position - place))..<blockCount]
    var total = 0
    while true {
      if rest.isEmpty { rest = block[..<(try stream.read(into: block))] }
      if rest.isEmpty { return }
      total += rest.count
      guard total <= Self.longestEnd else {
        throw .tooLarge(file: stream.name, size: place + total, limit: place + Self.longestEnd)
      }
      var start = rest.startIndex
      while start < rest.endIndex {
        let end = min(start + size, rest.endIndex)
        try body(UnsafeRawBufferPointer(rebasing: block[start..<end]))
        start = end
      }
      rest = block[..<0]
    }
  }

  /// The maximum number of bytes after the end of an archive. tar pads archives to records,
  /// which are 10 KiB by default and have a few megabytes at most.
  private static let longestEnd = 1 << 30

  private func moved(to position: Int) {
    self.position = position
    report(position)
  }

  /// The result of a callback; ARCHIVE_FATAL on errors, with the error kept in `failure`.
  private static func attempt(
    _ client: UnsafeMutableRawPointer?, _ work: (ArchiveInput) throws(BenchmarkError) -> Int
  ) -> Int {
    guard let client else { return Int(ARCHIVE_FATAL) }
    let input = Unmanaged<ArchiveInput>.fromOpaque(client).takeUnretainedValue()
    do throws(BenchmarkError) {
      return try work(input)
    } catch {
      input.failure = error
      return Int(ARCHIVE_FATAL)
    }
  }
}
