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

  /// The path up to its first component that is nobody's data, that included; nil if there is none.
  static func leftover(in path: String) -> String? {
    var start = path.utf8.startIndex
    while start < path.utf8.endIndex {
      let end = path.utf8[start...].firstIndex(of: UInt8(ascii: "/")) ?? path.utf8.endIndex
      if FileRules.isLeftover(String(path[start..<end])) { return String(path[..<end]) }
      start = end == path.utf8.endIndex ? end : path.utf8.index(after: end)
    }
    return nil
  }

  /// The path that an archive has for a member, without "./" and doubled slashes.
  /// - Throws: `Unsafe` where it could lead out of the archive.
  static func checked(_ path: String) throws(Unsafe) -> String {
    if path.utf8.count > longest {
      throw Unsafe(reason: "its path is longer than \(longest) bytes")
    }
    if path.utf8.first == UInt8(ascii: "/") { throw Unsafe(reason: "its path is absolute") }
    // By bytes: a slash and a combining mark after it are one letter.
    let components = path.utf8.split(separator: UInt8(ascii: "/"))
      .map { String(Substring($0)) }.filter { $0 != "." }
    if components.contains("..") { throw Unsafe(reason: "its path leads upwards with '..'") }
    return components.joined(separator: "/")
  }

  struct Unsafe: Error {
    let reason: String
  }
}
