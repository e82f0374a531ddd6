import Foundation

/// A text file of the package, with what tests look for in it.
struct Document {
  struct CodeBlock {
    let language: String
    /// With the line break at its end.
    let text: String
  }

  /// What users and contributors read.
  static let userDocuments: [String] = {
    let names =
      (try? FileManager.default.contentsOfDirectory(
        atPath: root.appendingPathComponent("docs").path)) ?? []
    return ["README.md", "CONTRIBUTING.md"]
      + names.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
  }()

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The path below the package's root.
  let path: String
  let text: String

  init(_ path: String) throws {
    self.path = path
    text = try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
  }

  /// The fenced blocks of a language.
  func codeBlocks(in language: String) -> [CodeBlock] {
    blocks.code.filter { $0.language == language }
  }

  /// Everything outside fenced blocks, with its line breaks made spaces: inline code may be broken.
  var prose: String { blocks.prose.joined(separator: " ") }

  /// What stands between single backticks in the prose.
  var inlineCode: [String] {
    prose.matches(of: /`([^`]+)`/).map { String($0.1) }
  }

  /// Targets of links that are not addresses of the web or places in the same document.
  var relativeLinks: [String] {
    prose.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
      .filter { !$0.contains("://") && !$0.hasPrefix("#") }
  }

  /// The cells of table rows whose first cell is inline code, without the backticks.
  var codeRows: [[String]] {
    blocks.prose.filter { $0.hasPrefix("| `") }.map { line in
      line.split(separator: "|").map {
        $0.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
      }
    }
  }

  private var blocks: (code: [CodeBlock], prose: [String]) {
    var code: [CodeBlock] = []
    var prose: [String] = []
    var open: (language: String, lines: [Substring])?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if let block = open {
          code.append(
            CodeBlock(
              language: block.language, text: block.lines.map { $0 + "\n" }.joined()))
          open = nil
        } else {
          open = (String(line.dropFirst(3)), [])
        }
      } else if open != nil {
        open?.lines.append(line)
      } else {
        prose.append(String(line))
      }
    }
    return (code, prose)
  }
}
