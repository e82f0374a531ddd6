/// Which files of a folder are images and what the others are, by their names: the rules of
/// docs/datasets.md, "What is passed over".
enum FileRules {
  /// What operating systems, file servers and version control leave in folders, with all that is in them.
  /// Names with a dot before them (.DS_Store, ._photo.jpg, .git) are left by somebody too.
  private static let leftovers: Set<String> = [
    "__macosx", "@eadir", "#recycle", "@recycle", "#snapshot", "@tmp", "$recycle.bin",
    "system volume information", "lost+found", "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db",
    "desktop.ini", "icon\r",
  ]

  private static let images: Set<String> = ["jpg", "jpeg", "jpe", "jfif", "png"]

  private static let otherPictures: Set<String> = [
    "webp", "gif", "bmp", "tif", "tiff", "heic", "heif", "avif", "jp2", "j2k", "jxl", "svg", "ico",
    "ppm", "pgm", "pbm", "pnm", "tga", "psd", "raw", "cr2", "cr3", "nef", "arw", "dng", "exr",
    "hdr",
    "mpo", "apng",
  ]

  /// Texts that come without an ending.
  private static let texts: Set<String> = [
    "readme", "license", "licence", "copying", "notice", "changelog", "authors", "contributors",
    "manifest", "checksums", "md5sums", "sha1sums", "sha256sums", "makefile", "dockerfile",
  ]

  /// Whether an entry is nobody's data.
  static func isLeftover(_ name: String) -> Bool {
    name.utf8.first == UInt8(ascii: ".") || leftovers.contains(name.lowercased())
  }

  /// Whether a file is taken for a JPEG or PNG image; its first bytes decide when it is read. A name
  /// without an ending may be one's.
  static func isImage(_ name: String) -> Bool {
    guard let ending = ending(of: name) else { return !texts.contains(name.lowercased()) }
    return images.contains(ending)
  }

  /// Whether an image's name says that it is one.
  static func isNamedAsImage(_ name: String) -> Bool {
    ending(of: name).map(images.contains) ?? false
  }

  /// What a file that is no image is passed over as.
  static func remark(on name: String) -> Remark.Kind {
    ending(of: name).map(otherPictures.contains) == true ? .otherPictures : .otherFiles
  }

  /// What stands after the last dot, in small letters; nil without one.
  private static func ending(of name: String) -> String? {
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
    return String(name[name.utf8.index(after: dot)...]).lowercased()
  }
}
