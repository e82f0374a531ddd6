import Foundation

/// A file that could not be written or read.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The operation in words: "write", "create the folder of".
  public let operation: String
  public let path: String
  /// The operating system's reason, from `errno`.
  public let reason: String
  /// Whether the file system, or the user's share of it, is full.
  public let isFull: Bool

  public init(_ operation: String, _ path: String, errno code: Int32) {
    self.operation = operation
    self.path = path
    reason = String(cString: strerror(code))
    isFull = code == ENOSPC || code == EDQUOT
  }

  public var description: String {
    "cannot \(operation) '\(path)': \(reason)"
  }
}

/// Files that exist only whole: written beside their final name, synced and renamed.
public enum AtomicFile {
  /// Writes `data` to `path`.
  /// - Throws: `FileError`; nothing is then left beside the final name.
  /// - Parameter durable: whether the file has to outlive a loss of power.
  public static func write(_ data: Data, to path: String, durable: Bool = true) throws {
    try replace(path, durable: durable) { temporary in
      guard let file = fopen(temporary, "wb") else { throw FileError("write", path, errno: errno) }
      let written = data.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
      let code = errno
      // What is still buffered may not fit either.
      let closed = fclose(file)
      guard written == data.count else { throw FileError("write", path, errno: code) }
      guard closed == 0 else { throw FileError("write", path, errno: errno) }
    }
  }

  /// Lets `body` write a file under a temporary name in the folder of `path`, then makes it durable
  /// and gives it its final name. Returns what `body` does.
  ///
  /// The folder is created if it is missing. If `body` throws, the temporary file is removed; if the
  /// process is killed, the next one that writes the file removes it.
  @discardableResult
  public static func replace<Value>(
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

  /// Removes what this process is writing, for a signal that ends it.
  public static func removeUnfinished() { TemporaryFile.removeUnfinished() }

  /// Creates a folder and its parents.
  public static func createFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileError("create the folder", path, errno: folderErrno(path, error))
    }
  }

  /// Makes the names in a folder durable.
  /// - Throws: `FileError`.
  public static func sync(folder: String) throws { try sync(folder, as: folder) }

  private static func sync(_ path: String, as name: String) throws {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw FileError("write", name, errno: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError("write", name, errno: errno) }
  }

  private static func folderErrno(_ path: String, _ error: any Error) -> Int32 {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    if let code = underlying?.code { return Int32(code) }
    return errno == 0 ? EACCES : errno
  }
}

extension AtomicFile {
  /// Creates a folder if it is missing and makes sure that files can be made in it.
  public static func checkWritable(folder path: String) throws {
    try createFolder(path)
    let probe = path + "/.writable-\(getpid())"
    let descriptor = open(probe, O_WRONLY | O_CREAT, 0o600)
    guard descriptor >= 0 else { throw FileError("write into", path, errno: errno) }
    close(descriptor)
    unlink(probe)
  }
}
