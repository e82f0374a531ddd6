import Foundation

/// A folder of the file system; archives that the index names count as folders in it.
final class FolderTree: SourceTree {
  let path: String
  private let index: SourceIndex
  private var listings: [String: [SourceEntry]] = [:]
  /// Archives that were looked into, by the folder that they stand for, in the order of first use.
  private var mounts: [(folder: String, tree: ArchiveTree)] = []

  init(_ path: String, _ index: SourceIndex) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.index = index
  }

  func entries(of folder: String) throws(BenchmarkError) -> [SourceEntry] {
    if let known = listings[folder] { return known }
    let listing: [SourceEntry]
    if let (tree, inner) = try mount(of: folder) {
      listing = try tree.entries(of: inner)
    } else {
      listing = try listFolder(folder)
    }
    listings[folder] = listing
    return listing
  }

  func contents(of file: String) throws(BenchmarkError) -> [UInt8] {
    let reader = try FileReader(name(of: file))
    return try reader.readAll(size: reader.size, limit: SourceIndex.largestKept)
  }

  func read(
    _ files: [String], _ body: (Int, any MemberStream) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) {
    var start = 0
    while start < files.count {
      let folder = MemberPath.split(files[start]).folder
      guard let (tree, _) = try mount(of: folder) else {
        try body(start, FileReader(name(of: files[start])))
        start += 1
        continue
      }
      // Neighbours in the same archive are read in one pass.
      let mounted = mounts.first { $0.tree === tree }?.folder ?? folder
      let inside = files[start...].prefix { $0.hasPrefix(mounted + "/") }
        .map { String($0.dropFirst(mounted.count + 1)) }
      try tree.read(inside) { position, stream throws(BenchmarkError) in
        try body(start + position, stream)
      }
      start += inside.count
    }
  }

  func archives() throws(BenchmarkError) -> [SourceFile] {
    var files: [SourceFile] = []
    for mount in mounts {
      files += try mount.tree.archives().map {
        SourceFile(name: mount.folder + ".tar", size: $0.size, sha256: $0.sha256, md5: $0.md5)
      }
    }
    return files
  }

  /// The archive that a folder lies in, and the folder's path within it.
  private func mount(of folder: String) throws(BenchmarkError) -> (ArchiveTree, String)? {
    var outer = folder
    while !outer.isEmpty {
      let (parent, name) = MemberPath.split(outer)
      if index.nested.contains(name), !isFolder(self.name(of: outer)) {
        let inner = String(folder.dropFirst(outer.count + 1))
        if let known = mounts.first(where: { $0.folder == outer }) { return (known.tree, inner) }
        let archive = self.name(of: outer) + ".tar"
        guard FileManager.default.fileExists(atPath: archive) else { return nil }
        let tree = try ArchiveTree(
          archive, SourceIndex(kept: index.kept, report: index.report))
        mounts.append((outer, tree))
        return (tree, inner)
      }
      outer = parent
    }
    return nil
  }

  private func listFolder(_ folder: String) throws(BenchmarkError) -> [SourceEntry] {
    let path = folder.isEmpty ? self.path : name(of: folder)
    guard isFolder(path) else { return [] }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw .unreadable(file: path, reason: "the folder cannot be listed")
    }
    var entries: [SourceEntry] = []
    for name in names where !name.hasPrefix(".") {
      var status = stat()
      guard stat("\(path)/\(name)", &status) == 0 else {
        throw .unreadable(file: "\(path)/\(name)", reason: String(cString: strerror(errno)))
      }
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      if !isFolder, let archived = index.folder(of: name) {
        if !names.contains(archived) {
          entries.append(SourceEntry(name: archived, isFolder: true, size: 0))
        }
        continue
      }
      entries.append(
        SourceEntry(name: name, isFolder: isFolder, size: isFolder ? 0 : Int(status.st_size)))
    }
    return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private func isFolder(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }
}
