import Foundation

/// The package's sources as text.
struct SourceTree {
  /// A target of Package.swift, in the order of its list.
  struct Target {
    let name: String
    /// The package's own targets that it may import.
    let dependencies: Set<String>
    /// The folder of its sources.
    let folder: String
    /// Everything else that is quoted in its declaration: products, flags.
    let otherNames: Set<String>
    let isTest: Bool
  }

  struct File {
    /// The path below the package's root.
    let path: String
    let lines: [Substring]

    /// The modules that the file imports, in whatever form.
    var imports: [String] {
      lines.filter { $0.contains("import ") }.compactMap { line in
        line.firstMatch(
          of:
            /^\s*(?:@\w+(?:\(\w+\))?\s+|public\s+|internal\s+|package\s+|private\s+)*import\s+(?:struct\s+|class\s+|enum\s+|func\s+|protocol\s+|typealias\s+)?(\w+)/
        ).map { String($0.1) }
      }
    }
  }

  let targets: [Target]
  private let root: URL

  init() throws {
    root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let manifest = try String(
      contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8)
    let list = manifest.split(separator: "\n  targets: [", maxSplits: 1).last ?? ""
    var targets: [Target] = []
    let kinds = ["target", "executableTarget", "systemLibrary", "testTarget"]
    for declaration in list.split(separator: /\n    \./).dropFirst() {
      let kind = declaration.prefix { $0 != "(" }
      guard kinds.contains(String(kind)) else { continue }
      var names = declaration.matches(of: /"([^"]+)"/).map { String($0.1) }
      guard !names.isEmpty else { continue }
      let name = names.removeFirst()
      let above = Set(targets.map(\.name))
      targets.append(
        Target(
          name: name, dependencies: Set(names).intersection(above),
          folder: declaration.firstMatch(of: /path: "([^"]+)"/).map { String($0.1) }
            ?? (kind == "testTarget" ? "Tests/" : "Sources/") + name,
          otherNames: Set(names).subtracting(above), isTest: kind == "testTarget"))
    }
    self.targets = targets
  }

  /// The Swift files below a folder of the root, sorted.
  func swiftFiles(below folder: String) throws -> [File] {
    try files(below: folder).filter { $0.path.hasSuffix(".swift") }
  }

  /// The source files below a folder of the root, sorted.
  func files(below folder: String) throws -> [File] {
    let top = root.appendingPathComponent(folder).path
    let manager = FileManager.default
    // Folder by folder, so that a package of links to the sources is read as well.
    return try manager.contentsOfDirectory(atPath: top).sorted().flatMap { entry -> [File] in
      let path = URL(fileURLWithPath: "\(top)/\(entry)").resolvingSymlinksInPath().path
      let below = (manager.subpaths(atPath: path) ?? []).sorted()
      let names = below.isEmpty ? [""] : below.map { "/" + $0 }
      return try names.filter { (entry + $0).contains(/\.(swift|cpp|h)$/) }.map { name in
        File(
          path: "\(folder)/\(entry)\(name)",
          lines: try String(contentsOfFile: path + name, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false))
      }
    }
  }

  /// What a target reaches through its dependencies.
  func reach(of name: String) -> Set<String> {
    guard let target = targets.first(where: { $0.name == name }) else { return [] }
    return target.dependencies.reduce(into: target.dependencies) {
      $0.formUnion(reach(of: $1))
    }
  }
}
