import Core
import Foundation

/// Names of a folder's visible entries, sorted by their UTF-8 bytes.
func entries(of folder: String) throws(BenchmarkError) -> [String] {
  do {
    return try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { !$0.hasPrefix(".") }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  } catch {
    throw .unreadable(file: folder, reason: "the folder cannot be listed")
  }
}

func isFolder(_ path: String) -> Bool {
  var isDirectory: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    && isDirectory.boolValue
}

func isFile(_ path: String) -> Bool {
  var isDirectory: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    && !isDirectory.boolValue
}

/// The whole of a small file.
func contents(of path: String) throws(BenchmarkError) -> [UInt8] {
  let reader = try FileReader(path)
  return try reader.read(reader.size)
}

/// Reads a file from its beginning to its end, piece by piece.
final class FileReader {
  let path: String
  /// Bytes.
  let size: Int
  private let stream: UnsafeMutablePointer<FILE>

  init(_ path: String) throws(BenchmarkError) {
    guard let stream = fopen(path, "rb") else {
      throw .unreadable(file: path, reason: String(cString: strerror(errno)))
    }
    var status = stat()
    guard fstat(fileno(stream), &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      fclose(stream)
      throw .unreadable(file: path, reason: "it is not a file")
    }
    self.path = path
    self.stream = stream
    size = Int(status.st_size)
  }

  deinit { fclose(stream) }

  /// The next `count` bytes.
  func read(_ count: Int) throws(BenchmarkError) -> [UInt8] {
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = fread(buffer.baseAddress, 1, count, stream)
    }
    guard bytes.count == count else {
      throw .unreadable(
        file: path, reason: "it ends \(count - bytes.count) bytes too early; it changed or broke")
    }
    return bytes
  }
}
