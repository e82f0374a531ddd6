import Core
import Foundation

/// Reads the files of a results folder, in which anything may lie.
package enum RecordFile {
  /// The bytes of a regular file.
  /// - Parameter limit: more bytes than a whole file of the kind can have.
  /// - Throws: `RecordError` where there is none, it cannot be read, or it is larger.
  package static func contents(
    of path: String, limit: Int = 16 << 20
  ) throws(RecordError) -> Data {
    // A pipe without a writer would be waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let reason = errno == ENOENT ? "there is no such file" : String(cString: strerror(errno))
      throw .unreadable(file: path, reason: reason)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(file: path, reason: "it is not a readable file")
    }
    guard status.st_size <= limit else {
      throw .malformed(
        file: path, key: "",
        problem: "it has \(status.st_size) bytes, more than such a file can have")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    do {
      return try handle.read(upToCount: limit + 1) ?? Data()
    } catch {
      throw .unreadable(file: path, reason: "it cannot be read to its end")
    }
  }

  /// Whether a regular file lies there.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether anything lies there, a broken link too.
  static func hasEntry(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }
}
