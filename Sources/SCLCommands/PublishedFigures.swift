import Foundation

/// Where the published figures are that results are compared with.
enum PublishedFigures {
  static let file = "paper-tables.md"

  /// The path as it was given. The file that is meant where nothing was given is the working directory's
  /// or, where it has none, the one that came with the program: beside it, or in the checkout that it
  /// was built in.
  static func path(_ given: String) -> String {
    guard given == file, !FileManager.default.fileExists(atPath: given) else { return given }
    var folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    for _ in 0..<6 where folder.path != "/" {
      folder.deleteLastPathComponent()
      let path = folder.appendingPathComponent(file).path
      if FileManager.default.fileExists(atPath: path) { return path }
    }
    return given
  }
}
