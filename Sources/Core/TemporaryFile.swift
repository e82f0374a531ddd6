import Foundation
import Synchronization

/// A file on its way to its final name: `<path>.writing-<host>-<token>`.
///
/// It is locked for as long as its process lives, so that what a dead process left behind is told from
/// what another is writing.
package final class TemporaryFile {
  package let path: String
  private let descriptor: Int32

  /// Those of this process, for a signal that ends it; nil once it has come.
  private static let unfinished = Mutex<Set<String>?>([])
  private static let infix = ".writing-"
  /// On some file systems locks hold within one machine only. What another machine has not written to
  /// for so long is left behind too.
  private static let patience: TimeInterval = 86_400
  /// How often a file is made anew because another process took it for an abandoned one.
  private static let mostAttempts = 16

  /// Makes an empty file, after what dead processes left of the same one is removed.
  /// - Parameter lock: asks for the lock of an open file without waiting, as `flock` does.
  /// - Throws: `FileError` in the name of the final file.
  package init(
    beside final: String,
    lock: (_ descriptor: Int32) -> Int32 = { flock($0, LOCK_EX | LOCK_NB) }
  ) throws {
    Self.removeAbandoned(beside: final)
    for attempt in 1... {
      let candidate = final + Self.infix + Self.host + "-" + UUID().uuidString.prefix(8)
      let (file, code) = Self.create(candidate)
      guard file >= 0 else { throw FileError("write", final, errno: code) }
      // Before it was locked, another process may have taken it for one that was left behind. Some file
      // systems answer every lock like that: there it is written without one.
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

  /// Creates a file that `removeUnfinished` knows of from its first moment on.
  /// - Returns: its descriptor, or -1 and the reason.
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

  /// Removes the files that this process has begun and not finished; it can begin no more.
  static func removeUnfinished() {
    unfinished.withLock { unfinished in
      for path in unfinished ?? [] { unlink(path) }
      unfinished = nil
    }
  }

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

  private static let host: String = {
    var bytes = [CChar](repeating: 0, count: 65)
    gethostname(&bytes, bytes.count - 1)
    let name = bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: name, as: UTF8.self).replacing("/", with: "_")
  }()
}
