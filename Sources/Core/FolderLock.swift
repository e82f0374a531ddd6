import Foundation

/// The turn of one process to change what lies in a folder; others wait.
///
/// For changes of moments that may be made twice: file systems that cannot lock a folder (some on networks)
/// let everybody pass.
public final class FolderLock {
  private let descriptor: Int32

  /// Waits for the turn; makes the folder if it is missing.
  /// - Throws: `FileError` if the folder cannot be made or read.
  public init(_ folder: String) throws {
    try AtomicFile.createFolder(folder)
    descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("lock", folder, errno: errno) }
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
  }

  deinit { close(descriptor) }

  public func release() { flock(descriptor, LOCK_UN) }
}
