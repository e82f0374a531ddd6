/// What a folder of image files holds: images, and folders with images somewhere in them. All else is
/// passed over by the rules of `FileRules` and remarked.
struct FolderContents {
  let images: [SourceEntry]
  let folders: [SourceEntry]

  /// How deep and how far an unknown folder is searched for an image; one that goes on is taken to have
  /// one.
  private static let deepest = 8
  private static let mostFolders = 10_000

  init(of folder: String, in root: SourceRoot) throws(BenchmarkError) {
    var images: [SourceEntry] = []
    var folders: [SourceEntry] = []
    for entry in try root.entries(of: folder) {
      let path = MemberPath.joined(folder, entry.name)
      if entry.isFolder {
        var visits = 0
        if try Self.holdsImages(path, in: root, depth: 1, &visits) {
          folders.append(entry)
        } else {
          root.remarks.note(.emptyFolders, root.path(path))
        }
      } else if FileRules.isImage(entry.name) {
        images.append(entry)
      } else {
        root.remarks.note(FileRules.remark(on: entry.name), root.path(path))
      }
    }
    self.images = images
    self.folders = folders
  }

  private static func holdsImages(
    _ folder: String, in root: SourceRoot, depth: Int, _ visits: inout Int
  ) throws(BenchmarkError) -> Bool {
    visits += 1
    guard depth <= deepest, visits <= mostFolders else { return true }
    let entries = try root.entries(of: folder)
    // Deep down, a name without an ending is no image yet: version control and caches are full of them.
    if entries.contains(where: {
      !$0.isFolder
        && (depth == 1 ? FileRules.isImage($0.name) : FileRules.isNamedAsImage($0.name))
    }) {
      return true
    }
    for entry in entries where entry.isFolder {
      let path = MemberPath.joined(folder, entry.name)
      if try holdsImages(path, in: root, depth: depth + 1, &visits) { return true }
    }
    return false
  }
}
