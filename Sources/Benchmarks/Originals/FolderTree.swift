import Foundation

/// A folder of the file system. Archives that the index names (`SourceIndex.nested`) count as
/// folders: with "n02056570" in the index, n02056570.tar is listed as the folder n02056570,
/// unless such a folder exists.
///
/// Names are bytes on Linux. A name that is not UTF-8 gets a readable form (`MemberNames`), and
/// the bytes are kept to open the file. Symbolic links are followed.
final class FolderTree: SourceTree {
  let path: String
  private let index: SourceIndex
  /// The entries of folders that were listed.
  private var listings: [ExactName: [SourceEntry]] = [:]
  /// The zero-terminated paths in the file system of files and folders whose path is not UTF-8.
  private var bytePaths: [ExactName: [CChar]] = [:]
  /// Opened archives by the folder that they represent, in order of first use. They are few,
  /// since a form has at most as many as classes.
  private var mounts: [(folder: String, tree: ArchiveTree)] = []

  /// - Parameters:
  ///   - path: the folder; a final slash is dropped.
  ///   - index: what to expect in it.
  init(_ path: String, _ index: SourceIndex) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.index = index
  }

  var remarks: Remarks { index.remarks }

  /// Each folder is listed once; later calls return the same entries.
  func entries(of folder: String) throws(BenchmarkError) -> [SourceEntry] {
    let key = ExactName(folder)
    if let known = listings[key] { return known }
    let listing: [SourceEntry]
    if let (tree, inner) = try mount(of: folder) {
      listing = try tree.entries(of: inner)
    } else {
      listing = try listFolder(folder)
    }
    listings[key] = listing
    return listing
  }

  func contents(of file: String) throws(BenchmarkError) -> [UInt8] {
    let reader = try FileReader(name(of: file), bytes: bytePaths[ExactName(file)])
    return try reader.readAll(size: reader.size, limit: SourceIndex.largestKept)
  }

  /// Files are opened one after the other in the given order, which should be that of the disk:
  /// by folder and name. Consecutive files of one archive share a scan.
  func read(
    _ files: [String], _ body: (Int, any MemberStream) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) {
    var start = 0
    while start < files.count {
      let folder = MemberPath.split(files[start]).folder
      guard let (tree, _) = try mount(of: folder) else {
        let file = files[start]
        try body(start, FileReader(name(of: file), bytes: bytePaths[ExactName(file)]))
        start += 1
        continue
      }
      // Consecutive files in the same archive share one scan.
      let mounted = mounts.first { $0.tree === tree }?.folder ?? folder
      let inside = files[start...].prefix { $0.hasPrefix(mounted + "/") }
        .map { String($0.dropFirst(mounted.count + 1)) }
      try tree.read(inside) { position, stream throws(BenchmarkError) in
        try body(start + position, stream)
      }
      start += inside.count
    }
  }

  /// The archives that represent folders, named by their path within this folder.
  func archives() throws(BenchmarkError) -> [SourceFile] {
    var files: [SourceFile] = []
    for mount in mounts {
      files += try mount.tree.archives().map {
        SourceFile(name: mount.folder + ".tar", size: $0.size, sha256: $0.sha256, md5: $0.md5)
      }
    }
    return files
  }

  /// The archive that contains a folder, and the folder's path within it; nil for a folder of
  /// the file system. Opens the archive on first use.
  private func mount(of folder: String) throws(BenchmarkError) -> (ArchiveTree, String)? {
    var outer = folder
    while !outer.isEmpty {
      let (parent, name) = MemberPath.split(outer)
      if index.nested.contains(name), !isFolder(self.name(of: outer)) {
        let inner = String(folder.dropFirst(outer.count + 1))
        if let known = mounts.first(where: { $0.folder == outer }) { return (known.tree, inner) }
        let archive = self.name(of: outer) + ".tar"
        guard FileManager.default.fileExists(atPath: archive) else { return nil }
        var inside = SourceIndex(kept: index.kept)
        inside.remarks = index.remarks
        inside.report = index.report
        let tree = try ArchiveTree(archive, inside, remarked: outer)
        mounts.append((outer, tree))
        return (tree, inner)
      }
      outer = parent
    }
    return nil
  }

  /// The entries of a folder in the file system, sorted by the bytes of their names. Files of
  /// operating systems are left out and noted. A folder that does not exist is empty.
  /// - Throws: `BenchmarkError.unreadable` for dangling links and folders without permission;
  ///   `.damaged` if two files get the same name once their bytes are decoded.
  private func listFolder(_ folder: String) throws(BenchmarkError) -> [SourceEntry] {
    let path = folder.isEmpty ? self.path : name(of: folder)
    let bytes = bytePaths[ExactName(folder)] ?? Array(path.utf8CString)
    guard Self.isFolder(bytes) else { return [] }
    let names = try Self.names(in: bytes, path)
    let texts = Set(names.map { MemberNames().text(of: $0) }.map { ExactName($0) })
    var entries: [SourceEntry] = []
    for nameBytes in names {
      let name = MemberNames().text(of: nameBytes)
      let inner = MemberPath.joined(folder, name)
      if FileRules.isLeftover(name) {
        remarks.note(.leftovers, inner)
        continue
      }
      let place = bytes.dropLast() + [CChar(bitPattern: UInt8(ascii: "/"))] + nameBytes + [0]
      var status = stat()
      guard stat(Array(place), &status) == 0 else {
        let reason =
          errno == ENOENT ? "it is a dangling link" : String(cString: strerror(errno))
        throw .unreadable(file: "\(path)/\(name)", reason: reason)
      }
      let isWritten = nameBytes.elementsEqual(name.utf8.lazy.map { CChar(bitPattern: $0) })
      if !isWritten || bytePaths[ExactName(folder)] != nil {
        guard isWritten || !texts.contains(ExactName(name)) || names.count == texts.count else {
          throw .damaged(
            file: "\(path)/\(name)", reason: "another file has the same name in another encoding")
        }
        bytePaths[ExactName(inner)] = Array(place)
      }
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      if !isFolder, let archived = index.folder(of: name) {
        if !texts.contains(ExactName(archived)) {
          entries.append(SourceEntry(name: archived, isFolder: true, size: 0))
        }
        continue
      }
      entries.append(
        SourceEntry(name: name, isFolder: isFolder, size: isFolder ? 0 : Int(status.st_size)))
    }
    return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// The raw names in a folder, without "." and "..", in the order of the file system.
  /// - Parameters:
  ///   - folder: its zero-terminated path.
  ///   - path: the same for messages.
  /// - Throws: `BenchmarkError.unreadable`.
  private static func names(
    in folder: [CChar], _ path: String
  ) throws(BenchmarkError) -> [[CChar]] {
    guard let listing = opendir(folder) else {
      throw .unreadable(
        file: path, reason: "cannot list the folder: \(String(cString: strerror(errno)))")
    }
    defer { closedir(listing) }
    var names: [[CChar]] = []
    errno = 0
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { name in
          Array(UnsafeBufferPointer(start: name, count: strlen(name)))
        }
      }
      let dot = CChar(bitPattern: UInt8(ascii: "."))
      if name != [dot], name != [dot, dot] { names.append(name) }
      errno = 0
    }
    guard errno == 0 else {
      throw .unreadable(
        file: path, reason: "cannot list the folder: \(String(cString: strerror(errno)))")
    }
    return names
  }

  /// Whether a folder is at a path; the path need not be UTF-8.
  private static func isFolder(_ path: [CChar]) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a folder is at a path in the file system.
  private func isFolder(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }
}
