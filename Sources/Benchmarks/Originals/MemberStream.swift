/// The bytes of an original file, from its beginning to its end, wherever it lies.
protocol MemberStream: AnyObject {
  /// The file as messages name it: the path of the folder or archive and the path within.
  var name: String { get }

  /// Fills `buffer`; with less only where the file ends. Returns the number of bytes.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(BenchmarkError) -> Int
}

extension MemberStream {
  /// The next bytes, fewer than `count` only where the file ends.
  func read(upTo count: Int) throws(BenchmarkError) -> [UInt8] {
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
  /// - Throws: `BenchmarkError.damaged` where the file ends before.
  func read(exactly count: Int) throws(BenchmarkError) -> [UInt8] {
    let bytes = try read(upTo: count)
    guard bytes.count == count else {
      throw .damaged(
        file: name, reason: "it ends \(count - bytes.count) bytes too early; it changed or broke")
    }
    return bytes
  }

  /// Reads what is left of the file and drops it.
  func finish() throws(BenchmarkError) {
    while try !read(upTo: 1 << 16).isEmpty {}
  }

  /// All that is left of the file, whose size has been told before.
  /// - Throws: `BenchmarkError.tooLarge` where it is larger than `limit`.
  func readAll(size: Int, limit: Int) throws(BenchmarkError) -> [UInt8] {
    guard size <= limit else { throw .tooLarge(file: name, size: size, limit: limit) }
    // One more than told, so that a file that is longer than its size is noticed.
    let bytes = try read(upTo: size + 1)
    guard bytes.count == size else {
      throw .damaged(file: name, reason: "it has not the \(size) bytes that it is said to have")
    }
    return bytes
  }
}

/// A small file that was read already.
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
