import Domain

/// A reader of one form of original files. `init` takes inventory, `read` streams the images.
///
/// A new form takes a case of `SourceForm` and a type that conforms to this protocol:
///
///     let adapter = try CIFARBinaryAdapter(definition: .cifar10, root: root)
///     let sources = try adapter.read { block in try writer.append(block) }
protocol BenchmarkAdapter {
  /// A description of the files for messages: "data_batch_1.bin ... test_batch.bin".
  static func expectation(of definition: BenchmarkDefinition) -> String
  /// The files that need attention while an archive is scanned.
  static func index(of definition: BenchmarkDefinition) -> SourceIndex
  /// The record files of this form; nil if it has none.
  static func records(of definition: BenchmarkDefinition) -> RecordPlan?
  /// Whether the folder contains files of this form.
  static func recognises(
    _ root: SourceRoot, as definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> Bool

  init(definition: BenchmarkDefinition, root: SourceRoot) throws(BenchmarkError)

  /// The classes in the order of their labels.
  var classNames: [String] { get }
  /// The files or folders of a complete copy with their numbers of images, in the order of the benchmark
  /// file.
  var inventory: [InventoryEntry] { get }
  /// The original name of each image in the order of the benchmark file: the path within the folder or
  /// archive; for records with the number ("data_batch_1.bin#17").
  var imageNames: [String] { get }
  /// Differences from the definition other than numbers of images.
  var differences: [String] { get }

  /// Passes all images to `receive` in blocks, in any order, and returns their original files.
  func read(
    into receive: (ImageBlock) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile]
}

extension BenchmarkAdapter {
  var differences: [String] { [] }

  static func index(of definition: BenchmarkDefinition) -> SourceIndex { SourceIndex() }

  static func records(of definition: BenchmarkDefinition) -> RecordPlan? { nil }
}

/// The folder of a tree that contains the files of a form.
struct SourceRoot {
  let tree: any SourceTree
  /// The path within the tree; "" for its root.
  let folder: String
  /// Paths to ignore.
  var leftOut: Set<ExactName> = []

  /// The notes on the tree's files.
  var remarks: Remarks { tree.remarks }

  /// The path within the tree of a path below this folder.
  func path(_ name: String) -> String {
    folder.isEmpty ? name : name.isEmpty ? folder : "\(folder)/\(name)"
  }

  /// The name in messages of a file below this folder, or of the folder itself ("").
  func name(of path: String) -> String {
    let path = self.path(path)
    return path.isEmpty ? tree.path : tree.name(of: path)
  }

  func entries(of folder: String = "") throws(BenchmarkError) -> [SourceEntry] {
    let path = path(folder)
    let entries = try tree.entries(of: path)
    if leftOut.isEmpty { return entries }
    return entries.filter { !leftOut.contains(ExactName(MemberPath.joined(path, $0.name))) }
  }

  /// Notes the files and folders at this level that are not in `known`.
  func remarkOthers(than known: some Sequence<String>) throws(BenchmarkError) {
    let known = Set(known)
    for entry in try entries() where !known.contains(entry.name) {
      remarks.note(entry.isFolder ? .otherFolders : .otherFiles, path(entry.name))
    }
  }

  func isFile(_ name: String) throws(BenchmarkError) -> Bool { try tree.isFile(path(name)) }
  func isFolder(_ name: String) throws(BenchmarkError) -> Bool { try tree.isFolder(path(name)) }

  /// A small file with its checksums; nil if it does not exist.
  func source(
    of name: String, _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> SourceFile? {
    guard try isFile(name) else { return nil }
    let checksums = Checksums(md5: definition.publishedMD5(of: name) != nil)
    checksums.update(try tree.contents(of: path(name)))
    return checksums.finish(name: name)
  }

  /// The non-blank lines of a small text file; nil if it does not exist.
  /// - Throws: `BenchmarkError.damaged` for a zero byte, at which HDF5 would end a class name.
  func lines(of name: String) throws(BenchmarkError) -> [String]? {
    guard try isFile(name) else { return nil }
    let bytes = try tree.contents(of: path(name))
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

/// A file or folder of the original data with its number of images.
struct InventoryEntry {
  /// The path below the root: "data_batch_1.bin" or "train/cat".
  let name: String
  let split: Split
  let expected: Int
  let found: Int
}

extension [InventoryEntry] {
  /// The name of each record of record files, in row order.
  func recordNames(below root: SourceRoot) -> [String] {
    flatMap { entry in (0..<entry.found).map { "\(root.path(entry.name))#\($0)" } }
  }

  /// The row in the benchmark file of each entry's first image.
  var firstRows: [Int] {
    var next = 0
    return map { entry in
      defer { next += entry.found }
      return next
    }
  }
}

/// A block of images for a benchmark file.
struct ImageBlock {
  /// Rows in the file.
  let rows: [Int]
  let split: Split
  /// [rows, H, W, 3]; nil if they are already in the file.
  let pixels: [UInt8]?
  /// [rows], -1 where unlabelled.
  let labels: [Int32]
  /// [rows]; empty if the benchmark has none.
  var fineLabels: [Int32] = []
  /// Whether some images come from a lossy format.
  var isLossy = false
}

/// An original file, or a folder of image files, as recorded in a benchmark file.
package struct SourceFile: Hashable, Sendable {
  /// The path within the originals.
  package let name: String
  /// The size in bytes; for a folder the total of its files.
  package let size: Int64
  /// SHA-256 of the file; for a folder the output of `sha256sum * | sha256sum` in it (LC_ALL=C).
  package let sha256: String
  /// MD5, computed if one is published.
  package var md5: String? = nil
  /// The published MD5.
  package var publishedMD5: String? = nil

  /// Whether the file is the published one; nil without a published checksum.
  package var isAsPublished: Bool? {
    publishedMD5.map { $0 == md5 }
  }
}

extension SourceForm {
  /// The adapter that reads files of this form.
  var adapter: any BenchmarkAdapter.Type {
    switch self {
    case .cifarBinary: CIFARBinaryAdapter.self
    case .cifarPython: CIFARPythonAdapter.self
    case .stlBinary: STLBinaryAdapter.self
    case .classFolders: ClassFolderAdapter.self
    case .synsetFolders: SynsetFolderAdapter.self
    case .tinyImageNet: TinyImageNetAdapter.self
    case .ownFolders: OwnFolderAdapter.self
    }
  }
}
