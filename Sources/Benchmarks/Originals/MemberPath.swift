/// The path of a file within a folder or an archive: "cifar-10-batches-bin/test_batch.bin"; the root is
/// "".
enum MemberPath {
  /// Longer ones are refused: Linux has none.
  static let longest = 4_096

  /// The path of an entry below a folder.
  static func joined(_ folder: String, _ name: String) -> String {
    folder.isEmpty ? name : "\(folder)/\(name)"
  }

  /// What stands before the last slash, and after it.
  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
    return (String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
  }

  static func isHidden(_ path: String) -> Bool {
    path.utf8.first == UInt8(ascii: ".") || path.contains("/.")
  }

  /// The path that an archive has for a member, without "./" and doubled slashes.
  /// - Throws: `Unsafe` where it could lead out of the archive.
  static func checked(_ path: String) throws(Unsafe) -> String {
    if path.utf8.count > longest {
      throw Unsafe(reason: "its path is longer than \(longest) bytes")
    }
    if path.hasPrefix("/") { throw Unsafe(reason: "its path is absolute") }
    let components = path.split(separator: "/").filter { $0 != "." }
    if components.contains("..") { throw Unsafe(reason: "its path leads upwards with '..'") }
    return components.joined(separator: "/")
  }

  struct Unsafe: Error {
    let reason: String
  }
}
