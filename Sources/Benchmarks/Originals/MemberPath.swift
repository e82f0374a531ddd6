/// Functions on paths within a folder or archive: "cifar-10-batches-bin/test_batch.bin". The
/// root is "".
enum MemberPath {
  /// The maximum length in bytes, as on Linux.
  static let longest = 4_096

  /// The path of an entry below a folder.
  static func joined(_ folder: String, _ name: String) -> String {
    folder.isEmpty ? name : "\(folder)/\(name)"
  }

  /// The parts before and after the last slash; the folder is "" without a slash.
  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
    return (String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
  }

  /// The path up to and including its first component that belongs to an operating system
  /// (`FileRules.isLeftover`); nil without one.
  static func leftover(in path: String) -> String? {
    var start = path.utf8.startIndex
    while start < path.utf8.endIndex {
      let end = path.utf8[start...].firstIndex(of: UInt8(ascii: "/")) ?? path.utf8.endIndex
      if FileRules.isLeftover(String(path[start..<end])) { return String(path[..<end]) }
      start = end == path.utf8.endIndex ? end : path.utf8.index(after: end)
    }
    return nil
  }

  /// The path of an archive member without "./" and repeated slashes; "" for the root.
  /// - Throws: `Unsafe` if it is absolute, contains ".." or is too long. An archive must not
  ///   refer to files outside itself, even though nothing is extracted.
  static func checked(_ path: String) throws(Unsafe) -> String {
    if path.utf8.count > longest {
      throw Unsafe(reason: "its path is longer than \(longest) bytes")
    }
    if path.utf8.first == UInt8(ascii: "/") { throw Unsafe(reason: "its path is absolute") }
    // By bytes: in Swift, a slash and a following combining mark are one character, not a
    // slash.
    let components = path.utf8.split(separator: UInt8(ascii: "/"))
      .map { String(Substring($0)) }.filter { $0 != "." }
    if components.contains("..") { throw Unsafe(reason: "its path contains '..'") }
    return components.joined(separator: "/")
  }

  /// The reason why a path is refused.
  struct Unsafe: Error {
    let reason: String
  }
}

/// A file name or path compared by its bytes. Strings that differ only in Unicode normalisation
/// are equal in Swift, but they name different files on disk and in archives.
struct ExactName: Hashable {
  let text: String

  init(_ text: String) {
    self.text = text
  }

  static func == (first: ExactName, second: ExactName) -> Bool {
    first.text.utf8.elementsEqual(second.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
