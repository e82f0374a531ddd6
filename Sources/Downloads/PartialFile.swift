import Core
import Foundation
import Synchronization

/// The data received so far: `<file>.part`, with `<file>.part.json` for the version of the
/// server's file.
///
/// One process at a time holds it, through a lock (flock) that the system releases when the
/// process ends. The number of bytes received is the file's length, so no other record can
/// disagree with it.
final class PartialFile: Sendable {
  /// The version of a file according to the server (RFC 9110, section 8.8). It is stored as
  /// JSON beside the data.
  struct Version: Codable, Hashable {
    /// Where the bytes came from. Validators of different servers cannot be compared.
    let address: String
    /// The header `ETag`, with its quotes; "W/" marks a weak validator.
    let eTag: String?
    /// The header `Last-Modified`.
    let lastModified: String?

    /// The value for `If-Range`: the entity tag if it is strong, as the header requires (RFC
    /// 9110, section 13.1.5), otherwise the date. Nil if the server stated neither.
    var condition: String? {
      if let eTag, !eTag.hasPrefix("W/") { return eTag }
      return lastModified
    }
  }

  /// The mutable state, which URLSession's threads share.
  private struct State {
    var count: Int64
    var version: Version?
  }

  /// The path of the data: `<file>.part`.
  let path: String
  /// The final path.
  private let file: String
  private let descriptor: Int32
  private let state: Mutex<State>

  private var versionPath: String { path + ".json" }

  /// The number of bytes received.
  var count: Int64 { state.withLock { $0.count } }

  /// The version that the bytes belong to; nil if unknown.
  var version: Version? { state.withLock { $0.version } }

  /// Opens the data of an earlier download, or an empty file.
  /// - Parameter file: the final path; its folder exists.
  /// - Throws: `DownloadError.busy` if another process holds the file, or `FileError`.
  init(of file: String) throws {
    self.file = file
    path = file + ".part"
    descriptor = try Self.openLocked(path, of: file)
    let data = try? Data(contentsOf: URL(fileURLWithPath: path + ".json"))
    let version = data.flatMap { try? JSONDecoder().decode(Version.self, from: $0) }
    state = Mutex(State(count: Int64(lseek(descriptor, 0, SEEK_END)), version: version))
  }

  deinit { close(descriptor) }

  /// Opens and locks the file. Between the two, another process may finish or remove it; then
  /// the open file has lost its name, and the next attempt opens a new one.
  private static func openLocked(_ path: String, of file: String) throws -> Int32 {
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { throw FileError("write", path, errno: errno) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        close(descriptor)
        throw DownloadError.busy(path: file)
      }
      if hasName(descriptor, path) { return descriptor }
      close(descriptor)
    }
  }

  /// Whether an open file is still the one at the path (same device and inode).
  private static func hasName(_ descriptor: Int32, _ path: String) -> Bool {
    var (opened, named) = (stat(), stat())
    return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0
      && (opened.st_dev, opened.st_ino) == (named.st_dev, named.st_ino)
  }

  /// Releases the lock before the object goes out of scope.
  func release() { flock(descriptor, LOCK_UN) }

  /// Discards all data and their version.
  /// - Throws: `FileError`.
  func restart() throws {
    try state.withLock { state in
      guard ftruncate(descriptor, 0) == 0 else { throw FileError("write", path, errno: errno) }
      state = State(count: 0, version: nil)
      unlink(versionPath)
    }
  }

  /// Records the version of the data, in memory and beside the file. Not synced: after a power
  /// failure only the condition of the next request is missing.
  func note(_ version: Version) throws {
    try state.withLock { state in
      guard state.version != version else { return }
      try AtomicFile.write(JSONEncoder.sorted().encode(version), to: versionPath, durable: false)
      state.version = version
    }
  }

  /// Appends data at the end.
  /// - Throws: `FileError`, such as for a full disk; bytes already written are kept.
  func append(_ data: Data) throws {
    try state.withLock { state in
      try data.withUnsafeBytes { bytes in
        var rest = bytes
        while !rest.isEmpty {
          let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(state.count))
          if written < 0 && errno == EINTR { continue }
          guard written > 0 else { throw FileError("write", path, errno: errno) }
          state.count += Int64(written)
          rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
      }
    }
  }

  /// Removes the file if it has no data, so that a refused download leaves nothing behind.
  func removeIfEmpty() {
    if count == 0 { remove() }
  }

  /// Removes the data and their version.
  func remove() {
    unlink(path)
    unlink(versionPath)
  }

  /// Syncs the file and renames it to its final path.
  /// - Throws: `FileError`.
  func finish() throws {
    guard fsync(descriptor) == 0, rename(path, file) == 0 else {
      throw FileError("write", file, errno: errno)
    }
    unlink(versionPath)
  }
}
