import Foundation

/// A sequential reader of an original file, in a folder or an archive.
///
///     let header = try stream.read(exactly: 16)
///     while true {
///       let piece = try stream.read(upTo: 1 << 20)
///       if piece.isEmpty { break }
///     }
public protocol MemberStream: AnyObject {
  /// The name in messages: the path of the folder or archive and the path within.
  var name: String { get }

  /// Fills `buffer` with the next bytes.
  /// - Returns: the number of bytes, smaller than the buffer only at the end of the file.
  /// - Throws: `BenchmarkError.unreadable` or `.damaged`.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(BenchmarkError) -> Int
}

extension MemberStream {
  /// The next `count` bytes, fewer only at the end of the file. Memory is allocated for all of
  /// them first, so bound `count`.
  public func read(upTo count: Int) throws(BenchmarkError) -> [UInt8] {
    var failure: BenchmarkError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(BenchmarkError) {
        let all = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
        filled = try read(into: all)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// The next `count` bytes.
  /// - Throws: `BenchmarkError.damaged` if the file ends earlier.
  public func read(exactly count: Int) throws(BenchmarkError) -> [UInt8] {
    let bytes = try read(upTo: count)
    guard bytes.count == count else {
      throw .damaged(
        file: name, reason: "it ends \(count - bytes.count) bytes early; it was modified or damaged"
      )
    }
    return bytes
  }

  /// Reads and discards the rest of the file, so that checksums at its end are verified.
  func finish() throws(BenchmarkError) {
    while try !read(upTo: 1 << 16).isEmpty {}
  }

  /// The rest of the file.
  /// - Parameters:
  ///   - size: the size in bytes that the file should have.
  ///   - limit: the maximum size in bytes.
  /// - Throws: `BenchmarkError.tooLarge` if `size` exceeds `limit`; `.damaged` if the file has
  ///   another size.
  func readAll(size: Int, limit: Int) throws(BenchmarkError) -> [UInt8] {
    guard size <= limit else { throw .tooLarge(file: name, size: size, limit: limit) }
    // One byte more, to notice a file longer than stated.
    let bytes = try read(upTo: size + 1)
    guard bytes.count == size else {
      throw .damaged(file: name, reason: "it does not have the stated \(size) bytes")
    }
    return bytes
  }
}

/// A stream whose bytes are hashed as they are read.
final class HashedStream: MemberStream {
  let checksums: Checksums
  private let stream: any MemberStream

  /// - Parameter md5: whether to compute the MD5 too.
  init(_ stream: any MemberStream, md5: Bool) {
    self.stream = stream
    checksums = Checksums(md5: md5)
  }

  var name: String { stream.name }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(BenchmarkError) -> Int {
    let count = try stream.read(into: buffer)
    checksums.update([UInt8](buffer.prefix(count)))
    return count
  }
}

/// A stream of bytes in memory.
final class BytesReader: MemberStream {
  let name: String
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8], name: String) {
    self.name = name
    rest = bytes[...]
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(BenchmarkError) -> Int {
    let piece = rest.prefix(buffer.count)
    buffer.copyBytes(from: piece)
    rest = rest.dropFirst(piece.count)
    return piece.count
  }
}

/// Reads a regular file of the file system, which can also skip and seek.
final class FileReader: MemberStream {
  let name: String
  /// The size in bytes.
  let size: Int
  private let descriptor: Int32

  /// Opens a file.
  /// - Parameters:
  ///   - path: the path for messages, and for opening unless `bytes` is given.
  ///   - bytes: the zero-terminated path in the file system, if it is not UTF-8.
  /// - Throws: `BenchmarkError.unreadable`, or `.damaged` for a folder, pipe or device.
  init(_ path: String, bytes: [CChar]? = nil) throws(BenchmarkError) {
    // Without O_NONBLOCK, opening a pipe without a writer would block.
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

  /// Skips up to `count` bytes, at most to the end of the file.
  /// - Returns: the number of skipped bytes.
  func skip(_ count: Int) throws(BenchmarkError) -> Int {
    let start = try seek(0, from: SEEK_CUR)
    let skipped = max(0, min(count, size - start))
    return try seek(skipped, from: SEEK_CUR) - start
  }

  /// Seeks relative to SEEK_SET, SEEK_CUR or SEEK_END.
  /// - Returns: the position from the start.
  func seek(_ offset: Int, from origin: Int32) throws(BenchmarkError) -> Int {
    let place = lseek(descriptor, off_t(offset), origin)
    guard place >= 0 else {
      throw .unreadable(file: name, reason: String(cString: strerror(errno)))
    }
    return Int(place)
  }
}
