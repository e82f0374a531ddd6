/// The images in a folder, and its subfolders that contain images at any depth. Everything else
/// is skipped by `FileRules` and noted.
struct FolderContents {
  /// The files directly in the folder that may be images, sorted by name.
  let images: [SourceEntry]
  /// The subfolders with at least one image below them, sorted by name.
  let folders: [SourceEntry]

  /// The limits of the search for images in a subfolder. A deeper or larger one is assumed to
  /// contain images.
  private static let deepest = 8
  private static let mostFolders = 10_000

  /// - Parameter folder: the path below the root; "" for the root itself.
  /// - Throws: `BenchmarkError` if a folder cannot be listed.
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

  /// Whether a folder has an image at any depth.
  /// - Parameters:
  ///   - depth: 1 for the folder itself.
  ///   - visits: the number of folders that the search has listed.
  private static func holdsImages(
    _ folder: String, in root: SourceRoot, depth: Int, _ visits: inout Int
  ) throws(BenchmarkError) -> Bool {
    visits += 1
    guard depth <= deepest, visits <= mostFolders else { return true }
    let entries = try root.entries(of: folder)
    // Deeper down, files without an extension do not count: version control and caches are full
    // of them.
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

/// The classification of files by name, as documented in docs/datasets.md. Names are compared
/// in lower case.
enum FileRules {
  /// Files and folders of operating systems and file servers, in lower case. Hidden ones
  /// (.DS_Store, ._photo.jpg, .git) count as such, too.
  private static let leftovers: Set<String> = [
    "__macosx", "@eadir", "#recycle", "@recycle", "#snapshot", "@tmp", "$recycle.bin",
    "system volume information", "lost+found", "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db",
    "desktop.ini", "icon\r",
  ]

  /// Extensions of images that can be read.
  private static let images: Set<String> = ["jpg", "jpeg", "jpe", "jfif", "png"]

  /// Extensions of images that cannot be read. They are noted apart from other files, since a
  /// user may have expected them to count.
  private static let otherPictures: Set<String> = [
    "webp", "gif", "bmp", "tif", "tiff", "heic", "heif", "avif", "jp2", "j2k", "jxl", "svg", "ico",
    "ppm", "pgm", "pbm", "pnm", "tga", "psd", "raw", "cr2", "cr3", "nef", "arw", "dng", "exr",
    "hdr",
    "mpo", "apng",
  ]

  /// Text files without an extension, which would otherwise count as possible images.
  private static let texts: Set<String> = [
    "readme", "license", "licence", "copying", "notice", "changelog", "authors", "contributors",
    "manifest", "checksums", "md5sums", "sha1sums", "sha256sums", "makefile", "dockerfile",
  ]

  /// Whether an entry belongs to the operating system or a server and not to the data.
  static func isLeftover(_ name: String) -> Bool {
    name.utf8.first == UInt8(ascii: ".") || leftovers.contains(name.lowercased())
  }

  /// Whether a file may be a JPEG or PNG image. Its first bytes decide later. Names without an
  /// extension may be images, as in some published data sets.
  static func isImage(_ name: String) -> Bool {
    guard let ending = ending(of: name) else { return !texts.contains(name.lowercased()) }
    return images.contains(ending)
  }

  /// Whether a file has the extension of an image.
  static func isNamedAsImage(_ name: String) -> Bool {
    ending(of: name).map(images.contains) ?? false
  }

  /// The kind of note for a skipped file.
  static func remark(on name: String) -> Remark.Kind {
    ending(of: name).map(otherPictures.contains) == true ? .otherPictures : .otherFiles
  }

  /// The lower-case extension; nil without one.
  private static func ending(of name: String) -> String? {
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
    return String(name[name.utf8.index(after: dot)...]).lowercased()
  }
}
