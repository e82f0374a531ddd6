import Domain

/// The folder that contains the original files of a form, on disk or in an archive.
///
///     let lines = try root.lines(of: "classes.txt") ?? []
///     let sources = try root.read(["train.bin"], of: definition) {
///       position, stream throws(BenchmarkError) in
///       let record = try stream.read(exactly: 3_073)
///     }
///
/// Paths are relative to this folder ("train/cat/0001.png"). Small files that are read by name must
/// be in the adapter's index, because an archive is not searched again for each.
public struct SourceRoot {
  let tree: any SourceTree
  /// The path within the tree; "" for its root.
  let folder: String
  /// Paths to ignore: unreadable images that the user leaves out.
  var leftOut: Set<ExactName> = []

  /// The notes on the tree's files.
  var remarks: Remarks { tree.remarks }

  /// The path within the tree of a path below this folder.
  public func path(_ name: String) -> String {
    folder.isEmpty ? name : name.isEmpty ? folder : "\(folder)/\(name)"
  }

  /// The name in messages of a file below this folder; `path` is "" for the folder itself.
  public func name(of path: String) -> String {
    let path = self.path(path)
    return path.isEmpty ? tree.path : tree.name(of: path)
  }

  /// The entries of a folder below this one, without those to ignore.
  public func entries(of folder: String = "") throws(BenchmarkError) -> [SourceEntry] {
    let path = path(folder)
    let entries = try tree.entries(of: path)
    if leftOut.isEmpty { return entries }
    return entries.filter { !leftOut.contains(ExactName(MemberPath.joined(path, $0.name))) }
  }

  /// Notes the files and folders at this level that are not in `known`, so that a file in the
  /// wrong place does not go unnoticed.
  public func remarkOthers(than known: some Sequence<String>) throws(BenchmarkError) {
    let known = Set(known)
    for entry in try entries() where !known.contains(entry.name) {
      remarks.note(entry.isFolder ? .otherFolders : .otherFiles, path(entry.name))
    }
  }

  /// Whether a file is at this path.
  public func isFile(_ name: String) throws(BenchmarkError) -> Bool {
    try tree.isFile(path(name))
  }

  /// Whether a folder is at this path.
  public func isFolder(_ name: String) throws(BenchmarkError) -> Bool {
    try tree.isFolder(path(name))
  }

  /// The file or folder at a path, with its size; nil if there is none.
  public func entry(_ name: String) throws(BenchmarkError) -> SourceEntry? {
    try tree.entry(path(name))
  }

  /// The contents of a small file that the adapter's index keeps.
  /// - Throws: `BenchmarkError.unreadable` if there is none, `.tooLarge` above 8 MiB.
  public func contents(of name: String) throws(BenchmarkError) -> [UInt8] {
    try tree.contents(of: path(name))
  }

  /// Reads files once each, in the most efficient order, which in an archive is its own.
  /// - Parameters:
  ///   - files: paths, each once.
  ///   - definition: the benchmark, whose published checksums are compared.
  ///   - body: gets a file's position in the list and its bytes, which are valid during the
  ///     call. It need not read all of them.
  /// - Returns: the files with their checksums, in the order of the list.
  /// - Throws: what `body` throws, and errors of the files.
  public func read(
    _ files: [String], of definition: BenchmarkDefinition,
    _ body: (_ position: Int, _ stream: any MemberStream) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile] {
    var sources: [Int: SourceFile] = [:]
    try tree.read(files.map(path)) { position, stream throws(BenchmarkError) in
      let name = files[position]
      let stream = HashedStream(stream, md5: definition.publishedMD5(of: name) != nil)
      try body(position, stream)
      try stream.finish()
      sources[position] = stream.checksums.finish(name: name)
    }
    return files.indices.compactMap { sources[$0] }
  }

  /// A small file with its checksums; nil if it does not exist. MD5 is computed only if one is
  /// published.
  public func source(
    of name: String, _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> SourceFile? {
    guard try isFile(name) else { return nil }
    let checksums = Checksums(md5: definition.publishedMD5(of: name) != nil)
    checksums.update(try contents(of: name))
    return checksums.finish(name: name)
  }

  /// The non-blank lines of a small text file, without blanks at either end; nil if it does not
  /// exist.
  /// - Throws: `BenchmarkError.damaged` for a zero byte, at which HDF5 would end a class name.
  public func lines(of name: String) throws(BenchmarkError) -> [String]? {
    guard try isFile(name) else { return nil }
    let bytes = try contents(of: name)
    guard !bytes.contains(0) else {
      throw .damaged(file: self.name(of: name), reason: "it is not a UTF-8 text file")
    }
    // Editors on Windows write a byte order mark.
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = bytes.starts(with: mark) ? bytes[mark.count...] : bytes[...]
    return String(decoding: text, as: UTF8.self)
      .split(whereSeparator: \.isNewline)
      .map { line in
        var line = line.drop { $0 == " " }
        while line.last == " " || line.last == "\t" { line.removeLast() }
        return String(line)
      }.filter { !$0.isEmpty }
  }
}
