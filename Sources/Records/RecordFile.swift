import Core
import Foundation

/// Reads files of a results folder defensively. Users and other programs may put anything there:
/// pipes, folders, huge files, broken links.
package enum RecordFile {
  /// The bytes of a regular file.
  /// - Parameters:
  ///   - path: the file.
  ///   - limit: the most bytes that a file of its kind can have, 16 MiB by default.
  /// - Throws: `RecordError.unreadable` if it is missing, unreadable or not a regular file;
  ///   `.malformed` if it is larger than the limit.
  package static func contents(
    of path: String, limit: Int = 16 << 20
  ) throws(RecordError) -> Data {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
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

  /// Whether the path is a regular file or a link to one.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether the path exists in any form, a broken link included.
  static func hasEntry(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }
}
