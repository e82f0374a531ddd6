import Domain
import Foundation

/// A user's own class folders, at the top level or within train/ and test/.
///
/// Everything in the given folder is used, skipped by `FileRules`, or refused by name. A
/// benchmark must not silently be a part of the data. Layouts:
///
///     CLASS/*.jpg                      all images are training images
///     train/CLASS/*.jpg, test/CLASS/*.jpg
///     ONE/ONE/CLASS/*.jpg              single folders are entered
struct OwnFolders {
  /// The folder of a class; without classes, any folder with images.
  struct ClassFolder {
    /// The path below the root: "train/lamps".
    let name: String
    /// The last component of the name; "" without classes.
    let className: String
    let split: Split
    let files: [SourceEntry]
  }

  /// Ordered by split and class name.
  let folders: [ClassFolder]
  /// The folder that contains them.
  let root: SourceRoot

  /// The names of split folders, in lower case. Validation images count as test images.
  private static let splits: [(names: Set<String>, split: Split)] = [
    (["train", "training"], .train), (["test", "testing"], .test),
    (["val", "valid", "validation"], .test),
  ]
  /// The accepted names, for messages.
  static let splitNames = "train/, test/, val/, valid/ or validation/"
  /// The maximum number of nested folders, such as folders that contain only one folder. Deeper
  /// nesting is refused, since links can form a cycle.
  private static let deepest = 16

  /// The split that a folder's name means, with its place in the order of folders; nil for a
  /// class.
  private static func split(of name: String) -> (order: Int, split: Split)? {
    let name = name.lowercased()
    return splits.enumerated().first { $0.element.names.contains(name) }
      .map { ($0.offset, $0.element.split) }
  }

  /// - Parameters:
  ///   - top: the given folder.
  ///   - benchmark: the name, for messages.
  ///   - hasClasses: whether folders are classes; otherwise all images at any depth are used.
  /// - Throws: `BenchmarkError.unrecognised`, which names the offending file or folder.
  init(
    in top: SourceRoot, for benchmark: String, hasClasses: Bool = true
  ) throws(BenchmarkError) {
    guard hasClasses else {
      root = top
      folders = try Self.foldersWithImages("", in: top)
      guard !folders.isEmpty else {
        throw .unrecognised(
          path: top.name(of: ""), benchmark: benchmark, reason: "it contains no images")
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

  /// A folder and its subfolders that contain images, by path. All belong to the train split.
  private static func foldersWithImages(
    _ folder: String, in root: SourceRoot, depth: Int = 0
  ) throws(BenchmarkError) -> [ClassFolder] {
    guard depth <= deepest else {
      throw .unrecognised(
        path: root.name(of: folder), benchmark: "a benchmark",
        reason: "its folders are nested more than \(deepest) levels deep")
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

  /// Distinguishes class folders from split folders.
  private struct Layout {
    let root: SourceRoot
    let benchmark: String

    /// The error for a layout that is not accepted; `path` is the offending file or folder.
    func refused(_ path: String, _ reason: String) -> BenchmarkError {
      .unrecognised(path: root.name(of: path), benchmark: benchmark, reason: reason)
    }

    /// The class folders below the root, which are classes or splits:
    ///
    /// - No folder has subfolders with images: all are classes, unless several have the name of
    ///   a split.
    /// - Otherwise at least one must have the name of a split, and all must be splits.
    /// - Parameter top: the contents of the root.
    /// - Throws: `BenchmarkError.unrecognised`.
    func folders(_ top: FolderContents) throws(BenchmarkError) -> [ClassFolder] {
      guard !top.folders.isEmpty else {
        throw refused(
          "",
          top.images.isEmpty
            ? "it contains no images; expected a folder of JPEG or PNG files per class"
            : "it contains \(top.images.count) images but no class folders; use images without classes "
              + "with --unlabelled")
      }
      try checkNoImages("", top)
      var inside: [(name: String, contents: FolderContents)] = []
      for folder in top.folders {
        inside.append((folder.name, try FolderContents(of: folder.name, in: root)))
      }
      let deep = inside.filter { !$0.contents.folders.isEmpty }
      if deep.isEmpty {
        let named = inside.filter { OwnFolders.split(of: $0.name) != nil }
        // A single class may be named train (beside bus and car), but train and test are splits.
        if named.count > 1 {
          throw refused(
            named[0].name, "it contains images but no class folders, like \(named[1].name)")
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

    /// The class folders below split folders. Folders beside them must not contain images.
    /// - Parameter inside: the folders below the root with their contents.
    /// - Throws: `BenchmarkError.unrecognised` for a folder that is neither, and for one
    ///   without class folders.
    private func splitFolders(
      _ inside: [(name: String, contents: FolderContents)]
    ) throws(BenchmarkError) -> [ClassFolder] {
      var found: [(order: Int, folder: ClassFolder)] = []
      for (name, contents) in inside {
        guard let (order, split) = OwnFolders.split(of: name) else {
          throw refused(
            name,
            "only \(OwnFolders.splitNames) may contain images at this level; move it, or give one of the "
              + "folders")
        }
        if contents.folders.isEmpty {
          throw refused(
            name,
            "it contains images but no class folders; move it, or give the folder that has class "
              + "folders")
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

    /// Ordered by split and class. val/ belongs to the same split as test/ and follows it.
    private func sorted(_ folders: [(order: Int, folder: ClassFolder)]) -> [ClassFolder] {
      folders.sorted {
        ($0.folder.split.rawValue, $0.folder.className, $0.order)
          < ($1.folder.split.rawValue, $1.folder.className, $1.order)
      }.map(\.folder)
    }

    /// Refuses images beside class folders.
    /// - Parameter folder: the folder that `contents` is of; "" for the root.
    private func checkNoImages(
      _ folder: String, _ contents: FolderContents
    ) throws(BenchmarkError) {
      guard let stray = contents.images.first else { return }
      let others = contents.images.count - 1
      throw refused(
        MemberPath.joined(folder, stray.name),
        "it is beside class folders, but images must be in the folder of their class"
          + (others > 0 ? "; \(others) more are there" : ""))
    }

    /// The error for folders of images within a class folder: there may be one level too many.
    private func tooDeep(_ folder: String, _ contents: FolderContents) -> BenchmarkError {
      refused(
        folder,
        "class folders must contain only images, but it has folders with images "
          + "('\(contents.folders[0].name)'); move these, or give the folder that has the classes")
    }

    /// Refuses class names that readers cannot distinguish: equal after compatibility
    /// normalisation (NFKC) and in lower case, but not byte by byte.
    func checkNames(_ folders: [ClassFolder]) throws(BenchmarkError) {
      var known: [String: String] = [:]
      for folder in folders {
        let key = folder.className.precomposedStringWithCompatibilityMapping.lowercased()
        if let other = known[key], ExactName(other) != ExactName(folder.className) {
          throw refused(
            folder.name,
            "its name differs from the class '\(other)' only in case or Unicode form; rename one of "
              + "them")
        }
        known[key] = folder.className
      }
    }
  }
}
