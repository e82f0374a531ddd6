import Foundation

/// Original files under one roof: a folder, or an archive that is read as a stream and never unpacked.
///
/// Adapters see paths relative to the roof ("train/cat/0001.png"; the roof itself is ""), and read
/// many files in one pass.
protocol SourceTree: AnyObject {
  /// The folder or archive.
  var path: String { get }

  /// What is passed over and worth telling of the files.
  var remarks: Remarks { get }

  /// What lies in a folder, without what operating systems and servers have left, sorted by the names' UTF-8 bytes; nothing if there
  /// is no such folder.
  func entries(of folder: String) throws(BenchmarkError) -> [SourceEntry]

  /// The whole of a small file that `SourceIndex.keeps`.
  func contents(of file: String) throws(BenchmarkError) -> [UInt8]

  /// Reads some files once each, in whatever order is best; `body` is told the file's position among
  /// them.
  func read(
    _ files: [String],
    _ body: (_ position: Int, _ stream: any MemberStream) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError)

  /// The file as it was taken while its archive was looked through; nil if it is still to be read.
  func taken(_ file: String) -> RecordIntake.Taken?

  /// The archives among what was read, with their checksums; none of a plain folder.
  func archives() throws(BenchmarkError) -> [SourceFile]
}

/// A file or folder of a tree.
struct SourceEntry: Hashable {
  let name: String
  let isFolder: Bool
  /// Bytes; 0 for a folder.
  let size: Int
}

extension SourceTree {
  /// A file as messages name it.
  func name(of file: String) -> String { MemberPath.joined(path, file) }

  func taken(_ file: String) -> RecordIntake.Taken? { nil }

  func entry(_ path: String) throws(BenchmarkError) -> SourceEntry? {
    let (folder, name) = MemberPath.split(path)
    return try entries(of: folder).first { ExactName($0.name) == ExactName(name) }
  }

  func isFolder(_ path: String) throws(BenchmarkError) -> Bool {
    if path.isEmpty { return true }
    return try entry(path)?.isFolder == true
  }

  func isFile(_ path: String) throws(BenchmarkError) -> Bool {
    try entry(path)?.isFolder == false
  }
}

/// What a tree is told before it looks at its files, since an archive is passed through only so often.
struct SourceIndex {
  /// Larger files are no lists of labels or names.
  static let largestKept = 8 << 20

  /// Small files that are read while an archive is looked through: label files, lists of classes.
  var kept: Set<String> = []
  /// Archives in the tree that count as folders: "n02056570" for n02056570.tar.
  var nested: Set<String> = []
  /// Offered the members of a compressed archive while it is looked through.
  var intake: RecordIntake?
  /// What is passed over and worth telling, of all trees.
  var remarks = Remarks()
  /// Told how far the passes through archives are.
  var report: (PreparationStep) -> Void = { _ in }

  func keeps(_ path: String) -> Bool { kept.contains(MemberPath.split(path).name) }

  /// The folder's name that an archive in the tree stands for.
  func folder(of archive: String) -> String? {
    guard archive.hasSuffix(".tar") else { return nil }
    let folder = String(archive.dropLast(4))
    return nested.contains(MemberPath.split(folder).name) ? folder : nil
  }
}

extension SourceIndex {
  /// The tree at a path: a folder, or else an archive.
  func tree(at path: String) throws(BenchmarkError) -> any SourceTree {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw .missing(path: path)
    }
    return isDirectory.boolValue
      ? FolderTree(path, self) : try ArchiveTree(path, self)
  }
}
