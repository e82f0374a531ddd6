import Core
import Foundation
import Synchronization

/// The bytes of a download that are there so far: `<file>.part`, with `<file>.part.json`, which says of
/// which version of the server's file they are. One process at a time has it.
final class PartialFile: Sendable {
  /// What a server calls the version of a file that it sends (RFC 9110, section 8.8).
  struct Version: Codable, Hashable {
    let address: String
    let eTag: String?
    let lastModified: String?

    /// The value of `If-Range`: only a strong validator says that bytes are the same.
    var condition: String? {
      if let eTag, !eTag.hasPrefix("W/") { return eTag }
      return lastModified
    }
  }

  private struct State {
    var count: Int64
    var version: Version?
  }

  let path: String
  private let file: String
  private let descriptor: Int32
  private let state: Mutex<State>

  private var versionPath: String { path + ".json" }

  /// How many bytes are there.
  var count: Int64 { state.withLock { $0.count } }

  /// The version that the bytes are of, if a server has told it.
  var version: Version? { state.withLock { $0.version } }

  /// Takes up what an earlier download left, or begins.
  /// - Throws: `DownloadError.busy`, `FileError`.
  init(of file: String) throws {
    self.file = file
    path = file + ".part"
    descriptor = try Self.openLocked(path, of: file)
    let data = try? Data(contentsOf: URL(fileURLWithPath: path + ".json"))
    let version = data.flatMap { try? JSONDecoder().decode(Version.self, from: $0) }
    state = Mutex(State(count: Int64(lseek(descriptor, 0, SEEK_END)), version: version))
  }

  deinit { close(descriptor) }

  /// The file of this name, which other processes may finish or remove between any two calls.
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

  /// Whether an open file is that which the path leads to.
  private static func hasName(_ descriptor: Int32, _ path: String) -> Bool {
    var (opened, named) = (stat(), stat())
    return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0
      && (opened.st_dev, opened.st_ino) == (named.st_dev, named.st_ino)
  }

  /// Lets other processes have it.
  func release() { flock(descriptor, LOCK_UN) }

  /// Drops all bytes.
  func restart() throws {
    try state.withLock { state in
      guard ftruncate(descriptor, 0) == 0 else { throw FileError("write", path, errno: errno) }
      state = State(count: 0, version: nil)
      unlink(versionPath)
    }
  }

  /// Notes of which version the bytes are.
  func note(_ version: Version) throws {
    try state.withLock { state in
      guard state.version != version else { return }
      try AtomicFile.write(JSONEncoder().encode(version), to: versionPath, durable: false)
      state.version = version
    }
  }

  /// Adds bytes at the end.
  /// - Throws: `FileError`, for a full disk say; what was written counts.
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

  /// Removes what holds no byte: nothing could go on from it.
  func removeIfEmpty() {
    if count == 0 { remove() }
  }

  func remove() {
    unlink(path)
    unlink(versionPath)
  }

  /// Makes the bytes durable and gives them the file's name.
  func finish() throws {
    guard fsync(descriptor) == 0, rename(path, file) == 0 else {
      throw FileError("write", file, errno: errno)
    }
    unlink(versionPath)
  }
}
