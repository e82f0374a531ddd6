import Foundation

/// A file that has lost its name and stays open, so that it disappears with the process, however that ends.
///
///     let file = try UnnamedFile(taking: folder + "/new-images.h5")
///     let content = FileManager.default.contents(atPath: file.path)
package final class UnnamedFile: Sendable {
  private let descriptor: Int32

  /// Opens a file for reading and takes its name away, also where it cannot be opened.
  /// - Throws: `FileError`.
  package init(taking file: String) throws {
    descriptor = open(file, O_RDONLY | O_CLOEXEC)
    let code = errno
    unlink(file)
    guard descriptor >= 0 else { throw FileError("read", file, errno: code) }
  }

  deinit { close(descriptor) }

  /// Where this process can read it, as long as this object exists.
  package var path: String { "/proc/self/fd/\(descriptor)" }
}
