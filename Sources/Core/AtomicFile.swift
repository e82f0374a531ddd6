import Foundation
import Synchronization

/// A file that could not be read or written. Its description is one line: `cannot write
/// 'results/run.json': No space left on device`.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A verb phrase for the message: "write", "create the folder".
  package let operation: String
  /// The file or folder that the operation concerns.
  package let path: String
  /// The operating system's reason, from `errno`, or what else is wrong with the file.
  package let reason: String
  /// Whether the file system or the user's quota is full.
  package let isFull: Bool

  /// Creates an error from a failed system call.
  /// - Parameters:
  ///   - operation: the verb phrase that completes "cannot … 'PATH'".
  ///   - path: the file that the user knows, not a temporary one.
  ///   - code: `errno`. Read it directly after the failed call, because any other call may
  ///     change it.
  package init(_ operation: String, _ path: String, errno code: Int32) {
    self.operation = operation
    self.path = path
    reason = String(cString: strerror(code))
    isFull = code == ENOSPC || code == EDQUOT
  }

  /// Creates an error from one of Foundation, with the operating system's reason behind it.
  /// - Parameters:
  ///   - operation: the verb phrase that completes "cannot … 'PATH'".
  ///   - path: the file that the user knows.
  ///   - error: what Foundation threw. Without a reason behind it, EIO is assumed.
  package init(_ operation: String, _ path: String, because error: any Error) {
    // As a Swift error: `POSIXError` is no `NSError` here until it is made one.
    let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
    self.init(operation, path, errno: cause.map { Int32(clamping: ($0 as NSError).code) } ?? EIO)
  }

  /// Creates an error of a file that the operating system would accept.
  /// - Parameters:
  ///   - operation: the verb phrase that completes "cannot … 'PATH'".
  ///   - path: the file that the user knows.
  ///   - reason: what is wrong with it, and what to do.
  package init(_ operation: String, _ path: String, reason: String) {
    self.operation = operation
    self.path = path
    self.reason = reason
    isFull = false
  }

  package var description: String {
    "cannot \(operation) '\(path)': \(reason)"
  }
}

/// Atomic file writes. A file is written under a temporary name in the same folder, synced and
/// renamed, so that readers see the old content or the new one and never a part of it.
///
///     try AtomicFile.write(Data(text.utf8), to: "results/summary.txt")
package enum AtomicFile {
  /// Writes `data` to `path`, replacing a file that exists.
  /// - Parameter durable: whether the file must survive a power failure (fsync of file and
  ///   folder). Pass false for files that can be computed again.
  /// - Throws: `FileError`; no temporary file remains, and an old file at `path` is unchanged
  ///   unless only the last sync failed.
  package static func write(_ data: Data, to path: String, durable: Bool = true) throws {
    try replace(path, durable: durable) { temporary in
      guard let file = fopen(temporary, "wb") else { throw FileError("write", path, errno: errno) }
      let written = data.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
      let code = errno
      // Buffered bytes are written here, and may not fit either.
      let closed = fclose(file)
      guard written == data.count else { throw FileError("write", path, errno: code) }
      guard closed == 0 else { throw FileError("write", path, errno: errno) }
    }
  }

  /// Lets `body` write a file under a temporary name in the folder of `path`, syncs it and
  /// renames it to `path`. Use it for writers that need a path, such as libhdf5:
  ///
  ///     try AtomicFile.replace("data/points.h5") { temporary in
  ///       let file = try HDF5File(creating: temporary)
  ///       try file.write("points", values)
  ///       try file.close()
  ///     }
  ///
  /// A missing folder is created. If `body` throws, the temporary file is removed; if the
  /// process is killed, the next writer of the same file removes it.
  /// - Parameters:
  ///   - path: the final path. The temporary file is in the same folder, so that rename(2)
  ///     replaces the file in one step.
  ///   - durable: whether to sync the file before the rename and its folder after it.
  ///   - body: writes the content to `temporary`, an empty file that exists already.
  /// - Returns: the result of `body`.
  /// - Throws: what `body` throws, or `FileError`.
  @discardableResult
  package static func replace<Value>(
    _ path: String, durable: Bool = true, _ body: (_ temporary: String) throws -> Value
  ) throws -> Value {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try createFolder(folder)
    let temporary = try TemporaryFile(beside: path)
    do {
      let value = try body(temporary.path)
      if durable { try sync(temporary.path, as: path) }
      guard rename(temporary.path, path) == 0 else { throw FileError("write", path, errno: errno) }
      if durable { try sync(folder, as: path) }
      return value
    } catch {
      unlink(temporary.path)
      throw error
    }
  }

  /// Removes all temporary files of this process, and refuses new ones from then on. For code
  /// that ends the process after a signal, when no `catch` block will run.
  package static func removeUnfinished() { TemporaryFile.removeUnfinished() }

  /// Creates a folder and its parents. Does nothing if it exists.
  /// - Throws: `FileError`.
  package static func createFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileError("create the folder", path, because: error)
    }
  }

  /// The names of the files and folders in a folder, in no particular order.
  /// - Throws: `FileError`.
  package static func names(in folder: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw FileError("list", folder, because: error)
    }
  }

  /// Removes a file, or a folder with everything in it. Does nothing if there is none.
  /// - Throws: `FileError`.
  package static func remove(_ path: String) throws {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      var status = stat()
      if lstat(path, &status) != 0, errno == ENOENT { return }
      throw FileError("remove", path, because: error)
    }
  }

  /// Syncs a folder, so that the names in it survive a power failure.
  /// - Throws: `FileError`.
  package static func sync(folder: String) throws { try sync(folder, as: folder) }

  /// Syncs a file or folder.
  /// - Parameter name: the path for the error message.
  private static func sync(_ path: String, as name: String) throws {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw FileError("write", name, errno: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError("write", name, errno: errno) }
  }

  /// Creates a folder if it is missing and checks that files can be created in it, by creating
  /// one. Permission bits alone do not tell, since a file system can be mounted read-only.
  /// - Throws: `FileError`.
  package static func checkWritable(folder path: String) throws {
    try createFolder(path)
    let probe = path + "/.writable-\(getpid())"
    let descriptor = open(probe, O_WRONLY | O_CREAT, 0o600)
    guard descriptor >= 0 else { throw FileError("write into", path, errno: errno) }
    close(descriptor)
    unlink(probe)
  }
}

/// A temporary file that will be renamed: `<path>.writing-<host>-<token>`.
///
/// The process holds a lock (flock) on the file as long as the object exists. The system
/// releases it when the process ends, however it ends. A file without a lock is therefore a
/// leftover of a dead process, and the next writer of the same final file removes it. Most code
/// uses `AtomicFile`, which renames the file.
package final class TemporaryFile {
  package let path: String
  private let descriptor: Int32

  /// Files of this process, to be removed when a signal ends it; nil after that.
  private static let unfinished = Mutex<Set<String>?>([])
  private static let infix = ".writing-"
  /// Seconds without a write after which a file of another machine counts as a leftover. Some
  /// file systems lock within one machine only, so a missing lock proves nothing about another
  /// machine's file.
  private static let patience: TimeInterval = 86_400
  /// How often a file is created again because another process removed it as a leftover.
  private static let mostAttempts = 16

  /// Creates an empty file, after removing leftovers of dead processes for the same final file.
  /// - Parameters:
  ///   - final: the path that the file will be renamed to.
  ///   - lock: requests the lock of an open file without waiting, like `flock`. Tests replace
  ///     it.
  /// - Throws: `FileError` that names the final file. Its reason is EAGAIN if other processes
  ///   removed every attempt, and ECANCELED after `removeUnfinished`.
  package init(
    beside final: String,
    lock: (_ descriptor: Int32) -> Int32 = { flock($0, LOCK_EX | LOCK_NB) }
  ) throws {
    Self.removeAbandoned(beside: final)
    for attempt in 1... {
      let candidate = final + Self.infix + Self.host + "-" + UUID().uuidString.prefix(8)
      let (file, code) = Self.create(candidate)
      guard file >= 0 else { throw FileError("write", final, errno: code) }
      // Between creation and lock, another process may have taken the file for a leftover and
      // removed it. Some file systems refuse every lock; on those the last attempt does
      // without.
      let isLast = attempt == Self.mostAttempts
      let isLocked = lock(file) == 0 || errno != EWOULDBLOCK || isLast
      if isLocked, access(candidate, F_OK) == 0 {
        path = candidate
        descriptor = file
        return
      }
      close(file)
      unlink(candidate)
      Self.forget(candidate)
      if isLast { break }
    }
    throw FileError("write", final, errno: EAGAIN)
  }

  /// Creates a file and registers it for `removeUnfinished` in one step, so that a signal
  /// between the two leaves no file behind.
  /// - Returns: the descriptor, or -1 and `errno`.
  private static func create(_ path: String) -> (descriptor: Int32, errno: Int32) {
    unfinished.withLock { unfinished in
      guard unfinished != nil else { return (-1, ECANCELED) }
      let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if file >= 0 { unfinished?.insert(path) }
      return (file, errno)
    }
  }

  private static func forget(_ path: String) {
    _ = unfinished.withLock { $0?.remove(path) }
  }

  deinit {
    Self.forget(path)
    close(descriptor)
  }

  /// Removes the unfinished files of this process. No more can be created afterwards.
  static func removeUnfinished() {
    unfinished.withLock { unfinished in
      for path in unfinished ?? [] { unlink(path) }
      unfinished = nil
    }
  }

  /// Removes the temporary files of `final` that nobody holds a lock on, if they are this
  /// machine's or old enough (`patience`).
  private static func removeAbandoned(beside final: String) {
    let place = URL(fileURLWithPath: final)
    let folder = place.deletingLastPathComponent().path
    let prefix = place.lastPathComponent + infix
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(prefix) {
      let path = "\(folder)/\(name)"
      let file = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
      guard file >= 0 else { continue }
      defer { close(file) }
      var status = stat()
      guard flock(file, LOCK_EX | LOCK_NB) == 0, fstat(file, &status) == 0 else { continue }
      let age = Date().timeIntervalSince1970 - TimeInterval(status.st_mtim.tv_sec)
      if name.hasPrefix(prefix + host + "-") || age > patience { unlink(path) }
    }
  }

  /// The machine's name, without slashes, since it is part of a file name.
  private static let host: String = {
    var bytes = [CChar](repeating: 0, count: 65)
    gethostname(&bytes, bytes.count - 1)
    let name = bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: name, as: UTF8.self).replacing("/", with: "_")
  }()
}

/// An exclusive lock on a folder between processes, held until the object is released or goes
/// out of scope.
///
///     let lock = try FolderLock("results")
///     defer { lock.release() }
///
/// Use it only for short changes that do no harm if two processes make them at once. Some
/// network file systems have no locks; there every process proceeds without waiting.
package final class FolderLock {
  private let descriptor: Int32

  /// Waits for the lock. Creates the folder if it is missing.
  /// - Throws: `FileError` if the folder cannot be created or read.
  package init(_ folder: String) throws {
    try AtomicFile.createFolder(folder)
    descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("lock", folder, errno: errno) }
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
  }

  deinit { close(descriptor) }

  /// Releases the lock before the object goes out of scope.
  package func release() { flock(descriptor, LOCK_UN) }
}
