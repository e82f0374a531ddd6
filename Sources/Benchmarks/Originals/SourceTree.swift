import Foundation

/// A tree of original files: a folder, or an archive that is read as a stream and never
/// unpacked.
///
/// Paths are relative to the root ("train/cat/0001.png"; the root is ""). Seeking in an archive
/// is slow or impossible, so adapters read many files in one scan:
///
///     try tree.read(["train.bin", "test.bin"]) {
///       position, stream throws(BenchmarkError) in
///       // In the order of the archive: position 1 may come first.
///       let record = try stream.read(exactly: 3_073)
///     }
protocol SourceTree: AnyObject {
  /// The path of the folder or archive.
  var path: String { get }

  /// The notes on skipped and unusual files, collected while listing and reading.
  var remarks: Remarks { get }

  /// The entries of a folder without system files, sorted by the UTF-8 bytes of their names;
  /// empty if the folder does not exist.
  /// - Throws: `BenchmarkError.unreadable` or `.damaged`.
  func entries(of folder: String) throws(BenchmarkError) -> [SourceEntry]

  /// The contents of a small file that `SourceIndex.keeps`.
  /// - Throws: `BenchmarkError.unreadable` if there is none, `.tooLarge` if it is not small.
  func contents(of file: String) throws(BenchmarkError) -> [UInt8]

  /// Reads files once each, in the most efficient order.
  /// - Parameters:
  ///   - files: paths, each once.
  ///   - body: gets a file's position in the list and its bytes, which are valid during the
  ///     call. It need not read all of them.
  /// - Throws: what `body` throws, and errors of the files.
  func read(
    _ files: [String],
    _ body: (_ position: Int, _ stream: any MemberStream) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError)

  /// The file if the intake stored it while its archive was listed; otherwise nil.
  func taken(_ file: String) -> RecordIntake.Taken?

  /// The archives that were read, with their checksums. Waits until these are computed.
  func archives() throws(BenchmarkError) -> [SourceFile]
}

/// A file or folder of the original files.
///
///     let images = try root.entries(of: "train").filter { !$0.isFolder }
public struct SourceEntry: Hashable, Sendable {
  /// The name without folders.
  public let name: String
  public let isFolder: Bool
  /// The size in bytes; 0 for folders.
  public let size: Int
}

extension SourceTree {
  /// The name of a file in messages: the path of the tree and the path within.
  func name(of file: String) -> String { MemberPath.joined(path, file) }

  /// Nil: only archives have an intake.
  func taken(_ file: String) -> RecordIntake.Taken? { nil }

  /// The file or folder at a path; nil if there is none.
  func entry(_ path: String) throws(BenchmarkError) -> SourceEntry? {
    let (folder, name) = MemberPath.split(path)
    return try entries(of: folder).first { ExactName($0.name) == ExactName(name) }
  }

  /// Whether a folder is at this path. The root is one.
  func isFolder(_ path: String) throws(BenchmarkError) -> Bool {
    if path.isEmpty { return true }
    return try entry(path)?.isFolder == true
  }

  /// Whether a file is at this path.
  func isFile(_ path: String) throws(BenchmarkError) -> Bool {
    try entry(path)?.isFolder == false
  }
}

/// What has to be known of the files before an archive is scanned, since each scan is expensive.
///
///     static func index(of definition: BenchmarkDefinition) -> SourceIndex {
///       SourceIndex(kept: ["batches.meta.txt"])
///     }
public struct SourceIndex {
  /// The maximum size of label and name lists in bytes.
  static let largestKept = 8 << 20

  /// Names of small files to keep during the listing: label files, lists of classes.
  public internal(set) var kept: Set<String>
  /// Archives that represent folders: "n02056570" for n02056570.tar.
  public internal(set) var nested: Set<String>
  /// Stores images of compressed archives during the listing.
  var intake: RecordIntake?
  /// The notes of all trees.
  var remarks = Remarks()
  /// Called with the progress of scans.
  var report: (PreparationStep) -> Void = { _ in }

  /// - Parameters:
  ///   - kept: names of small files to keep, in any folder.
  ///   - nested: names of folders that may be .tar archives.
  public init(kept: Set<String> = [], nested: Set<String> = []) {
    self.kept = kept
    self.nested = nested
  }

  /// Whether the contents of a file are kept while an archive is listed: by its name, in any
  /// folder.
  func keeps(_ path: String) -> Bool { kept.contains(MemberPath.split(path).name) }

  /// The folder that an archive in the tree represents: "train/n02056570" for
  /// "train/n02056570.tar"; nil if it represents none.
  func folder(of archive: String) -> String? {
    guard archive.hasSuffix(".tar") else { return nil }
    let folder = String(archive.dropLast(4))
    return nested.contains(MemberPath.split(folder).name) ? folder : nil
  }
}

extension SourceIndex {
  /// The tree at a path: a folder or an archive.
  /// - Throws: `BenchmarkError.missing`, or errors of the archive.
  func tree(at path: String) throws(BenchmarkError) -> any SourceTree {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw .missing(path: path)
    }
    return isDirectory.boolValue
      ? FolderTree(path, self) : try ArchiveTree(path, self)
  }
}

/// A note on original files: files skipped by a rule, images left out, and images read with
/// caveats.
package struct Remark: Hashable, Sendable {
  /// The kinds of notes. The raw value is the text in benchmark files and messages, with the
  /// rule in words.
  package enum Kind: String, CaseIterable, Sendable {
    case leftovers = "files of operating systems and servers, skipped"
    case otherPictures = "images that are neither JPEG nor PNG, skipped"
    case otherFiles = "other files, skipped"
    case emptyFolders = "folders without images, skipped"
    case otherFolders = "folders outside the benchmark, skipped"
    case unreadable = "unreadable images, left out"
    case warnings = "images decoded with libjpeg warnings"
    case deepGrey = "16-bit greyscale images, values from 255 on read as white (as in Pillow)"
  }

  /// The kind of note in words.
  package let text: String
  /// The number of files or folders.
  package let count: Int
  /// The path of one of them within the originals.
  package let example: String
}

/// Collects notes on files and folders. Each path counts once per kind, so scanning twice
/// changes nothing.
final class Remarks {
  private var places: [Remark.Kind: Set<ExactName>] = [:]

  /// Adds a path to the notes of a kind.
  func note(_ kind: Remark.Kind, _ path: String) {
    places[kind, default: []].insert(ExactName(path))
  }

  /// The notes in the order of the kinds. The example is the first path in byte order.
  var list: [Remark] {
    Remark.Kind.allCases.compactMap { kind in
      guard let paths = places[kind] else { return nil }
      let first = paths.min { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
      return Remark(text: kind.rawValue, count: paths.count, example: first?.text ?? "")
    }
  }

  /// The paths of one kind in byte order.
  func paths(_ kind: Remark.Kind) -> [String] {
    (places[kind] ?? []).map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
