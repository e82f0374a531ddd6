import Foundation

/// Reads a file of the file system from its beginning to its end.
final class FileReader: MemberStream {
  let name: String
  /// Bytes.
  let size: Int
  private let descriptor: Int32

  /// - Parameter bytes: the path as the file system has it, with a closing zero, where that is not UTF-8.
  init(_ path: String, bytes: [CChar]? = nil) throws(BenchmarkError) {
    // A pipe that nobody writes would be waited for.
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK
    descriptor = bytes.map { open($0, flags) } ?? open(path, flags)
    guard descriptor >= 0 else {
      throw .unreadable(file: path, reason: String(cString: strerror(errno)))
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .damaged(file: path, reason: "it is not a file")
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

  /// Passes over the next `count` bytes, or those that are left if they are fewer; returns how many.
  func skip(_ count: Int) throws(BenchmarkError) -> Int {
    let start = try seek(0, from: SEEK_CUR)
    let skipped = max(0, min(count, size - start))
    return try seek(skipped, from: SEEK_CUR) - start
  }

  /// Goes to a place that is counted from SEEK_SET, SEEK_CUR or SEEK_END; returns it as from the start.
  func seek(_ offset: Int, from origin: Int32) throws(BenchmarkError) -> Int {
    let place = lseek(descriptor, off_t(offset), origin)
    guard place >= 0 else {
      throw .unreadable(file: name, reason: String(cString: strerror(errno)))
    }
    return Int(place)
  }
}
