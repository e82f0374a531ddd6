import Domain

/// A reader of one form of original files. `init` takes inventory, `read` streams the images.
///
///     let adapter = try CIFARBinaryAdapter(definition: .cifar10, root: root)
///     let sources = try adapter.read { block throws(BenchmarkError) in
///       try writer.append(block)
///     }
///
/// A new form takes a case of `SourceForm` and a type that conforms to this protocol. The whole
/// inventory is taken before the first image is delivered, so that a missing or surplus file is
/// refused at once. Neither inventory nor rows depend on the order of files in an archive.
protocol BenchmarkAdapter {
  /// A description of the files, for messages: "data_batch_1.bin ... test_batch.bin".
  static func expectation(of definition: BenchmarkDefinition) -> String
  /// The files that need attention while an archive is scanned: small ones to keep, archives
  /// that are folders.
  static func index(of definition: BenchmarkDefinition) -> SourceIndex
  /// The record files of this form, which an intake can store while an archive is listed; nil
  /// if it has none.
  static func records(of definition: BenchmarkDefinition) -> RecordPlan?
  /// Names of files that are parts of a copy: record files and lists. None is a copy by itself.
  static func partNames(of definition: BenchmarkDefinition) -> Set<String>
  /// Whether the folder contains files of this form. One file is enough; what is missing is
  /// found later.
  static func recognises(
    _ root: SourceRoot, as definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> Bool

  /// Takes inventory of the files and reads lists of labels and classes, but no image.
  /// - Throws: `BenchmarkError` for files that contradict the definition.
  init(definition: BenchmarkDefinition, root: SourceRoot) throws(BenchmarkError)

  /// The classes in the order of their labels.
  var classNames: [String] { get }
  /// The files or folders of a complete copy with their numbers of images, in the order of the
  /// benchmark file. Missing ones are listed with 0 images.
  var inventory: [InventoryEntry] { get }
  /// The original name of each image in the order of the benchmark file: its path within the
  /// folder or archive. A record has the path of its file and its number, from 0:
  /// "data_batch_1.bin#17".
  var imageNames: [String] { get }
  /// Differences from the definition other than numbers of images.
  var differences: [String] { get }

  /// Passes all images to `receive` in blocks, in any order.
  /// - Returns: the original files with their checksums, in the order of the inventory.
  /// - Throws: what `receive` throws, and errors of the files.
  func read(
    into receive: (ImageBlock) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile]
}

/// Most forms have no differences besides numbers of images, no index and no records.
extension BenchmarkAdapter {
  var differences: [String] { [] }

  static func index(of definition: BenchmarkDefinition) -> SourceIndex { SourceIndex() }

  static func records(of definition: BenchmarkDefinition) -> RecordPlan? { nil }

  static func partNames(of definition: BenchmarkDefinition) -> Set<String> {
    index(of: definition).kept.union(records(of: definition)?.files.map(\.name) ?? [])
  }
}

/// The folder of a tree that contains the files of a form.
struct SourceRoot {
  let tree: any SourceTree
  /// The path within the tree; "" for its root.
  let folder: String
  /// Paths to ignore: unreadable images that the user leaves out.
  var leftOut: Set<ExactName> = []

  /// The notes on the tree's files.
  var remarks: Remarks { tree.remarks }

  /// The path within the tree of a path below this folder.
  func path(_ name: String) -> String {
    folder.isEmpty ? name : name.isEmpty ? folder : "\(folder)/\(name)"
  }

  /// The name in messages of a file below this folder; `path` is "" for the folder itself.
  func name(of path: String) -> String {
    let path = self.path(path)
    return path.isEmpty ? tree.path : tree.name(of: path)
  }

  /// The entries of a folder below this one, without those to ignore.
  func entries(of folder: String = "") throws(BenchmarkError) -> [SourceEntry] {
    let path = path(folder)
    let entries = try tree.entries(of: path)
    if leftOut.isEmpty { return entries }
    return entries.filter { !leftOut.contains(ExactName(MemberPath.joined(path, $0.name))) }
  }

  /// Notes the files and folders at this level that are not in `known`, so that a file in the
  /// wrong place does not go unnoticed.
  func remarkOthers(than known: some Sequence<String>) throws(BenchmarkError) {
    let known = Set(known)
    for entry in try entries() where !known.contains(entry.name) {
      remarks.note(entry.isFolder ? .otherFolders : .otherFiles, path(entry.name))
    }
  }

  func isFile(_ name: String) throws(BenchmarkError) -> Bool { try tree.isFile(path(name)) }
  func isFolder(_ name: String) throws(BenchmarkError) -> Bool { try tree.isFolder(path(name)) }

  /// A small file with its checksums; nil if it does not exist. MD5 is computed only if one is
  /// published.
  func source(
    of name: String, _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> SourceFile? {
    guard try isFile(name) else { return nil }
    let checksums = Checksums(md5: definition.publishedMD5(of: name) != nil)
    checksums.update(try tree.contents(of: path(name)))
    return checksums.finish(name: name)
  }

  /// The non-blank lines of a small text file, without blanks at either end; nil if it does not
  /// exist.
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
  /// The number of images in a complete copy, and the number in this one.
  let expected: Int
  let found: Int
}

extension [InventoryEntry] {
  /// The name of each record of record files, in row order.
  func recordNames(below root: SourceRoot) -> [String] {
    flatMap { entry in (0..<entry.found).map { "\(root.path(entry.name))#\($0)" } }
  }

  /// The row in the benchmark file of each entry's first image. Rows follow the inventory
  /// without gaps.
  var firstRows: [Int] {
    var next = 0
    return map { entry in
      defer { next += entry.found }
      return next
    }
  }
}

/// A block of images of one split, on its way to the benchmark file.
struct ImageBlock {
  /// The row of each image in the file.
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
  /// MD5 in hexadecimal, computed for archives and for files with a published one.
  package var md5: String? = nil
  /// The publisher's MD5; nil if there is none.
  package var publishedMD5: String? = nil

  /// Whether the file is the published one; nil without a published checksum.
  package var isAsPublished: Bool? {
    publishedMD5.map { $0 == md5 }
  }
}

extension SourceForm {
  /// The adapter that reads files of this form. A new form has to be added here.
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
