import Domain

/// Reads one form of original files, in two steps: `init` takes stock, and `read` streams the images.
protocol BenchmarkAdapter {
  /// What the files look like, for a message: "data_batch_1.bin ... test_batch.bin".
  static func expectation(of definition: BenchmarkDefinition) -> String
  /// What a tree has to look out for when it goes through an archive.
  static func index(of definition: BenchmarkDefinition) -> SourceIndex
  /// The files of records that make this form; nil where it is made of other files.
  static func records(of definition: BenchmarkDefinition) -> RecordPlan?
  /// Whether the folder of the tree holds files of this form.
  static func recognises(
    _ root: SourceRoot, as definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> Bool

  init(definition: BenchmarkDefinition, root: SourceRoot) throws(BenchmarkError)

  /// The classes in the order of their labels.
  var classNames: [String] { get }
  /// The files or folders of a complete copy, with how many images are there, in the order of their
  /// images in the benchmark file.
  var inventory: [InventoryEntry] { get }
  /// The original of each image, by its row in the benchmark file: the path below the named folder or
  /// archive, of a record with its number after it ("data_batch_1.bin#17").
  var imageNames: [String] { get }
  /// What makes this another data set than the definition's, whatever the numbers.
  var differences: [String] { get }

  /// Hands over all images block by block, in any order, and returns where they came from.
  func read(
    into receive: (ImageBlock) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile]
}

extension BenchmarkAdapter {
  var differences: [String] { [] }

  static func records(of definition: BenchmarkDefinition) -> RecordPlan? { nil }
}

/// The folder of a tree in which a form's files lie.
struct SourceRoot {
  let tree: any SourceTree
  /// "" for the tree itself.
  let folder: String
  /// Paths of files that are taken not to be there.
  var leftOut: Set<ExactName> = []

  /// What is passed over and worth telling.
  var remarks: Remarks { tree.remarks }

  /// A path below the root as the tree has it.
  func path(_ name: String) -> String {
    folder.isEmpty ? name : name.isEmpty ? folder : "\(folder)/\(name)"
  }

  /// A file below the root, or the root itself, as messages name it.
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

  /// Remarks the files at the root that no form knows, and folders, which hold nothing of this one.
  func remarkOthers(than known: some Sequence<String>) throws(BenchmarkError) {
    let known = Set(known)
    for entry in try entries() where !known.contains(entry.name) {
      remarks.note(entry.isFolder ? .otherFolders : .otherFiles, path(entry.name))
    }
  }

  func isFile(_ name: String) throws(BenchmarkError) -> Bool { try tree.isFile(path(name)) }
  func isFolder(_ name: String) throws(BenchmarkError) -> Bool { try tree.isFolder(path(name)) }

  /// A small file with its checksums; nil if it is not there.
  func source(
    of name: String, _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> SourceFile? {
    guard try isFile(name) else { return nil }
    let checksums = Checksums(md5: definition.publishedMD5(of: name) != nil)
    checksums.update(try tree.contents(of: path(name)))
    return checksums.finish(name: name)
  }

  /// The lines of a small text file without blank ones; nil if it is not there.
  /// - Throws: `BenchmarkError.damaged` for a zero byte, where HDF5 would end a class's name.
  func lines(of name: String) throws(BenchmarkError) -> [String]? {
    guard try isFile(name) else { return nil }
    let bytes = try tree.contents(of: path(name))
    guard !bytes.contains(0) else {
      throw .damaged(file: self.name(of: name), reason: "it is no text file in UTF-8")
    }
    // Editors of Windows put a byte order mark before the first line.
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

/// A file or folder of the original data and its number of images.
struct InventoryEntry {
  /// The path below the root: "data_batch_1.bin", "train/cat".
  let name: String
  let split: Split
  let expected: Int
  let found: Int
}

extension [InventoryEntry] {
  /// The name of each record of files of records, in the order of their rows.
  func recordNames(below root: SourceRoot) -> [String] {
    flatMap { entry in (0..<entry.found).map { "\(root.path(entry.name))#\($0)" } }
  }

  /// The row of each entry's first image in the benchmark file.
  var firstRows: [Int] {
    var next = 0
    return map { entry in
      defer { next += entry.found }
      return next
    }
  }
}

/// Some images on their way into a benchmark file.
struct ImageBlock {
  /// Their rows in the file.
  let rows: [Int]
  let split: Split
  /// [rows, H, W, 3]; nil where they are in the file already.
  let pixels: [UInt8]?
  /// -1 where unlabelled.
  let labels: [Int32]
  /// Empty where the benchmark has none.
  var fineLabels: [Int32] = []
  /// Whether some of the images come from files of a lossy format.
  var isLossy = false
}

/// An original file, or a folder of many small ones, as the benchmark file records it.
package struct SourceFile: Hashable, Sendable {
  /// The path below the data's folder.
  package let name: String
  /// Bytes; of a folder, those of all its files.
  package let size: Int64
  /// SHA-256 of the file. Of a folder: what `sha256sum * | sha256sum` prints in it (LC_ALL=C).
  package let sha256: String
  /// MD5, where it was computed because one is published.
  package var md5: String? = nil
  /// The MD5 that the publisher gives for this file.
  package var publishedMD5: String? = nil

  /// Whether the file is the published one; nil where nothing is published to compare it with.
  package var isAsPublished: Bool? {
    publishedMD5.map { $0 == md5 }
  }
}
