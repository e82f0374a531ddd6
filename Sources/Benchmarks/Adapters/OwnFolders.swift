import Domain
import Foundation

/// A user's own class folders, and how they lie: at the top, or within train/ and test/. Everything in
/// the named folder is one of their images, is passed over by the rules of `FileRules`, or is refused by
/// name: a benchmark of a part would look like one of the whole.
struct OwnFolders {
  /// A folder of one class.
  struct ClassFolder {
    /// The path below the root: "train/lamps".
    let name: String
    let className: String
    let split: Split
    let files: [SourceEntry]
  }

  /// By split and class name.
  let folders: [ClassFolder]
  /// The folder in which they lie.
  let root: SourceRoot

  /// Names of folders that hold class folders, with the split that these are of.
  private static let splits: [(names: Set<String>, split: Split)] = [
    (["train", "training"], .train), (["test", "testing"], .test),
    (["val", "valid", "validation"], .test),
  ]
  static let splitNames = "train/, test/, val/, valid/ or validation/"
  /// A folder that holds one folder and nothing else stands for that one, so often at most.
  private static let deepest = 16

  private static func split(of name: String) -> (order: Int, split: Split)? {
    let name = name.lowercased()
    return splits.enumerated().first { $0.element.names.contains(name) }
      .map { ($0.offset, $0.element.split) }
  }

  /// - Parameter hasClasses: whether folders are classes; otherwise every image is taken, wherever it lies.
  /// - Throws: `BenchmarkError.unrecognised` with the name of what has no place.
  init(
    in top: SourceRoot, for benchmark: String, hasClasses: Bool = true
  ) throws(BenchmarkError) {
    guard hasClasses else {
      root = top
      folders = try Self.foldersWithImages("", in: top)
      guard !folders.isEmpty else {
        throw .unrecognised(
          path: top.name(of: ""), benchmark: benchmark, reason: "it holds no image")
      }
      return
    }
    var root = top
    var contents = try FolderContents(of: "", in: root)
    for _ in 0..<Self.deepest {
      guard contents.images.isEmpty, contents.folders.count == 1 else { break }
      let inner = SourceRoot(
        tree: root.tree, folder: root.path(contents.folders[0].name), leftOut: root.leftOut)
      let innerContents = try FolderContents(of: "", in: inner)
      if innerContents.folders.isEmpty { break }
      (root, contents) = (inner, innerContents)
    }
    self.root = root
    let classes = Layout(root: root, benchmark: benchmark)
    folders = try classes.folders(contents)
    try classes.checkNames(folders)
  }

  /// A folder and those in it, as far as they hold images, by their paths.
  private static func foldersWithImages(
    _ folder: String, in root: SourceRoot, depth: Int = 0
  ) throws(BenchmarkError) -> [ClassFolder] {
    guard depth <= deepest else {
      throw .unrecognised(
        path: root.name(of: folder), benchmark: "a benchmark",
        reason: "its folders lie more than \(deepest) deep")
    }
    let contents = try FolderContents(of: folder, in: root)
    var found: [ClassFolder] = []
    if !contents.images.isEmpty {
      found.append(
        ClassFolder(name: folder, className: "", split: .train, files: contents.images))
    }
    for inner in contents.folders {
      let path = MemberPath.joined(folder, inner.name)
      found += try foldersWithImages(path, in: root, depth: depth + 1)
    }
    return found
  }

  /// Tells class folders and folders of them apart.
  private struct Layout {
    let root: SourceRoot
    let benchmark: String

    func refused(_ path: String, _ reason: String) -> BenchmarkError {
      .unrecognised(path: root.name(of: path), benchmark: benchmark, reason: reason)
    }

    func folders(_ top: FolderContents) throws(BenchmarkError) -> [ClassFolder] {
      guard !top.folders.isEmpty else {
        throw refused(
          "",
          top.images.isEmpty
            ? "it holds no image; expected a folder of JPEG or PNG files for each class"
            : "it holds \(top.images.count) images and no class folders; --unlabelled takes images "
              + "without classes")
      }
      try checkNoImages("", top)
      var inside: [(name: String, contents: FolderContents)] = []
      for folder in top.folders {
        inside.append((folder.name, try FolderContents(of: folder.name, in: root)))
      }
      let deep = inside.filter { !$0.contents.folders.isEmpty }
      if deep.isEmpty {
        let named = inside.filter { OwnFolders.split(of: $0.name) != nil }
        // One class may be named train, as beside bus and car; train and test are none.
        if named.count > 1 {
          throw refused(
            named[0].name, "it holds images and no class folders, as \(named[1].name) does")
        }
        return sorted(
          inside.map { folder in
            let images = folder.contents.images
            return (
              0,
              ClassFolder(
                name: folder.name, className: folder.name, split: .train, files: images)
            )
          })
      }
      guard deep.contains(where: { OwnFolders.split(of: $0.name) != nil }) else {
        throw tooDeep(deep[0].name, deep[0].contents)
      }
      return try splitFolders(inside)
    }

    private func splitFolders(
      _ inside: [(name: String, contents: FolderContents)]
    ) throws(BenchmarkError) -> [ClassFolder] {
      var found: [(order: Int, folder: ClassFolder)] = []
      for (name, contents) in inside {
        guard let (order, split) = OwnFolders.split(of: name) else {
          throw refused(
            name,
            "beside them only \(OwnFolders.splitNames) may hold images; move it away, or name "
              + "one of the folders alone")
        }
        if contents.folders.isEmpty {
          throw refused(
            name,
            "it holds images and no class folders; move it away, or name the folder beside it "
              + "that has them")
        }
        try checkNoImages(name, contents)
        for folder in contents.folders {
          let path = MemberPath.joined(name, folder.name)
          let images = try FolderContents(of: path, in: root)
          if !images.folders.isEmpty { throw tooDeep(path, images) }
          found.append(
            (
              order,
              ClassFolder(name: path, className: folder.name, split: split, files: images.images)
            ))
        }
      }
      return sorted(found)
    }

    /// By split and class; val/ beside test/ goes to the same split, after it.
    private func sorted(_ folders: [(order: Int, folder: ClassFolder)]) -> [ClassFolder] {
      folders.sorted {
        ($0.folder.split.rawValue, $0.folder.className, $0.order)
          < ($1.folder.split.rawValue, $1.folder.className, $1.order)
      }.map(\.folder)
    }

    private func checkNoImages(
      _ folder: String, _ contents: FolderContents
    ) throws(BenchmarkError) {
      guard let stray = contents.images.first else { return }
      let others = contents.images.count - 1
      throw refused(
        MemberPath.joined(folder, stray.name),
        "it lies beside class folders, and an image must lie in the folder of its class"
          + (others > 0 ? "; \(others) more lie there" : ""))
    }

    private func tooDeep(_ folder: String, _ contents: FolderContents) -> BenchmarkError {
      refused(
        folder,
        "a class folder holds images alone, and it has folders with images "
          + "('\(contents.folders[0].name)'); move these, or name the folder that has the classes")
    }

    /// Refuses class names that are one for a reader and two for a file system.
    func checkNames(_ folders: [ClassFolder]) throws(BenchmarkError) {
      var known: [String: String] = [:]
      for folder in folders {
        let key = folder.className.precomposedStringWithCompatibilityMapping.lowercased()
        if let other = known[key], ExactName(other) != ExactName(folder.className) {
          throw refused(
            folder.name,
            "its name and that of the class '\(other)' differ in capital letters or Unicode form "
              + "alone; rename one of them")
        }
        known[key] = folder.className
      }
    }
  }
}
