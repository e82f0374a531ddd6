import Core
import Foundation

/// The download of a published file: resumed after interruptions, retried when the server
/// stalls or fails, and verified before the file gets its final name.
///
///     let download = try Download(
///       "https://example.org/a.zip", to: "data/downloads/a.zip", size: 1_000,
///       md5: "b6d81b360a5672d80c27430f39153e2c")
///     let outcome = try await download.run { event in print(event) }
///
/// Received bytes are kept in `<file>.part` through every failure except a wrong checksum, so
/// that running the same download again continues it, after a crash as well (`PartialFile`).
package struct Download: Sendable {
  /// Timeouts and retries. The defaults suit a slow university server: a download fails after
  /// about two minutes of pauses without any new byte.
  package struct Patience: Hashable, Sendable {
    /// Seconds without data after which a connection counts as stalled.
    package var stallSeconds = 60.0
    /// Consecutive attempts without new data before the download fails. An attempt that
    /// receives data starts the count again.
    package var attempts = 8
    /// The same for a host whose name has no address, as without a network.
    package var attemptsAtUnknownHost = 2
    /// Seconds before the first retry. Each further pause is twice as long, up to
    /// `longestPause`.
    package var firstPause = 1.0
    /// The maximum pause between attempts in seconds.
    package var longestPause = 60.0

    package init() {}

    /// Seconds to wait after a number of failures in a row.
    /// - Parameter failures: at least 1.
    func pause(after failures: Int) -> Double {
      min(longestPause, firstPause * pow(2, Double(failures - 1)))
    }
  }

  /// The progress of a download.
  package enum Event: Hashable, Sendable {
    /// A connection delivers data from this byte on; more than 0 if an earlier transfer is
    /// continued.
    case started(offset: Int64)
    /// The total number of bytes received.
    case received(Int64)
    /// The connection failed for this reason; the next attempt follows after these seconds.
    case retrying(reason: String, seconds: Double)
    /// All bytes are there, and the MD5 is being computed.
    case verifying
  }

  /// How `run` found or made the file.
  package enum Outcome: Hashable, Sendable {
    /// At least the last part was received now.
    case downloaded
    /// The complete file existed before, with the published size and MD5.
    case alreadyThere
  }

  private let address: URL
  private let file: String
  private let size: Int64
  private let md5: String
  private let patience: Patience

  /// - Parameters:
  ///   - address: an http or https address.
  ///   - file: the path to write; until it is complete, the data are in `<file>.part`.
  ///   - size: the published size in bytes.
  ///   - md5: the published MD5 in hexadecimal, in either case.
  ///   - patience: timeouts and retries.
  /// - Throws: `DownloadError.badAddress`.
  package init(
    _ address: String, to file: String, size: Int64, md5: String, patience: Patience = Patience()
  ) throws(DownloadError) {
    guard let url = URL(string: address), ["http", "https"].contains(url.scheme?.lowercased()),
      url.host?.isEmpty == false
    else { throw .badAddress(address) }
    self.address = url
    self.file = file
    self.size = size
    self.md5 = md5.lowercased()
    self.patience = patience
  }

  /// Downloads the missing part, verifies the file and moves it to its path. An existing file
  /// is verified and never replaced.
  /// - Parameter report: called on progress, from any thread.
  /// - Throws: `DownloadError`, `FileError` or `CancellationError`. Received data are kept,
  ///   except after `DownloadError.wrongChecksum`.
  package func run(_ report: @escaping @Sendable (Event) -> Void) async throws -> Outcome {
    if FileManager.default.fileExists(atPath: file) {
      report(.verifying)
      try checkExisting()
      return .alreadyThere
    }
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
    try AtomicFile.createFolder(folder)
    let part = try PartialFile(of: file)
    defer { part.release() }
    do {
      try checkSpace(in: folder, needed: size - part.count)
      try await complete(part, report)
    } catch {
      part.removeIfEmpty()
      throw error
    }
    report(.verifying)
    let found = try Self.md5(of: part.path)
    guard found == md5 else {
      part.remove()
      throw DownloadError.wrongChecksum(
        address: address.absoluteString, found: found, expected: md5)
    }
    try part.finish()
    return .downloaded
  }

  /// Sends requests until all bytes are there, with growing pauses between them.
  /// - Throws: `DownloadError.gaveUp` after `Patience.attempts` failures in a row, `.unknownHost`
  ///   earlier, and errors that no retry would change.
  private func complete(
    _ part: PartialFile, _ report: @escaping @Sendable (Event) -> Void
  ) async throws {
    // A larger part belongs to another file.
    if part.count > size { try part.restart() }
    var failures = 0
    var most = part.count
    while part.count < size {
      let transfer = Transfer(
        address, size: size, stallSeconds: patience.stallSeconds, into: part, report)
      guard let interruption = try await transfer.run() else { return }
      failures = part.count > most ? 1 : failures + 1
      most = max(most, part.count)
      if interruption.isUnknownHost, failures >= patience.attemptsAtUnknownHost {
        throw DownloadError.unknownHost(address.host ?? address.absoluteString)
      }
      guard failures < patience.attempts else {
        throw DownloadError.gaveUp(
          address: address.absoluteString, attempts: failures, reason: interruption.reason,
          received: part.count, size: size)
      }
      let pause = patience.pause(after: failures)
      report(.retrying(reason: interruption.reason, seconds: pause))
      try await Task.sleep(for: .seconds(pause))
    }
  }

  /// Compares the file at the final path with the published size and MD5.
  /// - Throws: `DownloadError.otherFile`; `FileError` if it cannot be read.
  private func checkExisting() throws {
    var status = stat()
    guard stat(file, &status) == 0 else { throw FileError("read", file, errno: errno) }
    let found = Int64(status.st_size)
    guard found == size else {
      throw DownloadError.otherFile(
        path: file, difference: "it has \(found) bytes, expected \(size)")
    }
    let digest = try Self.md5(of: file)
    guard digest == md5 else {
      throw DownloadError.otherFile(
        path: file, difference: "its MD5 is \(digest), expected \(md5)")
    }
  }

  /// Refuses a download that does not fit on the disk. If the free space is unknown, the
  /// download starts.
  /// - Parameter needed: bytes.
  private func checkSpace(in folder: String, needed: Int64) throws {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder)
    guard let free = attributes?[.systemFreeSize] as? Int64 else { return }
    guard free >= needed else {
      throw DownloadError.noSpace(folder: folder, needed: needed, free: free)
    }
  }

  /// The MD5 of a file, read in pieces of 1 MiB.
  /// - Throws: `FileError` or `CancellationError`.
  private static func md5(of path: String) throws -> String {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw FileError("read", path, errno: errno)
    }
    defer { try? handle.close() }
    var hash = MD5Hash()
    while true {
      try Task.checkCancellation()
      let piece: Data?
      do {
        piece = try handle.read(upToCount: 1 << 20)
      } catch {
        throw FileError("read", path, because: error)
      }
      guard let piece, !piece.isEmpty else { return hash.hexadecimal }
      hash.update(piece)
    }
  }
}
