import Foundation

/// Reads a file of the file system from its beginning to its end.
final class FileReader: MemberStream {
  let name: String
  /// Bytes.
  let size: Int
  private let descriptor: Int32

  init(_ path: String) throws(BenchmarkError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .unreadable(file: path, reason: String(cString: strerror(errno)))
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .unreadable(file: path, reason: "it is not a file")
    }
    name = path
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(BenchmarkError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = Foundation.read(
        descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
      if count == 0 { break }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw .unreadable(file: name, reason: String(cString: strerror(errno)))
      }
      filled += count
    }
    return filled
  }
}
