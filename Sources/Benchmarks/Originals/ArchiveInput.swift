import CArchive
import Domain
import Foundation

/// What libarchive reads an archive from: a file, or a member of another archive.
final class ArchiveInput {
  let stream: any MemberStream
  /// The stream as a file, in which parts that nobody wants are passed over.
  private let file: FileReader?
  private let block: UnsafeMutableRawBufferPointer
  private let report: (Int) -> Void
  private var position = 0
  /// How many bytes the block has of what was read last.
  private var blockCount = 0
  /// Why the stream could not be read; libarchive knows only that it could not.
  private var failure: BenchmarkError?

  /// - Parameters:
  ///   - blockSize: bytes that libarchive reads at a time.
  ///   - report: told how many bytes of the stream have been read or passed over.
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

  /// Opens an archive on this input, which has to outlive it.
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

  /// Why the archive's last call failed.
  func failure(of archive: OpaquePointer) -> BenchmarkError {
    if let failure { return failure }
    let message = archive_error_string(archive).map { String(cString: $0) }
    return .damaged(
      file: stream.name,
      reason: (message ?? "it is no archive that can be read")
        + (PublishedFile.isPublished(MemberPath.split(stream.name).name) ? "; get it again" : ""))
  }

  /// Goes through what libarchive has left of the stream once it has come to the archive's end.
  /// - Parameters:
  ///   - place: the byte of the stream from which on nothing was used.
  ///   - size: bytes of the blocks that are handed over; the last may have fewer.
  /// - Throws: `BenchmarkError.tooLarge` where more follows than any program writes.
  func forEachBlock(
    from place: Int, size: Int,
    _ body: (UnsafeRawBufferPointer) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) {
    // What was read ahead is at the end of the last block.
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

  /// Bytes after the end of an archive that are looked through: tapes have records of megabytes at most.
  private static let longestEnd = 1 << 30

  private func moved(to position: Int) {
    self.position = position
    report(position)
  }

  /// What a callback returns, or ARCHIVE_FATAL with the reason kept.
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
