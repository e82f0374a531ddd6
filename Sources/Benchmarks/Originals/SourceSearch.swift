import Domain
import Foundation

/// The form of original files in a folder or archive, and the folder that contains them: the
/// given one or one level down, as in an unpacked archive.
struct SourceSearch {
  /// The adapter of the form.
  let adapter: any BenchmarkAdapter.Type
  /// The folder with the files of this form.
  let root: SourceRoot

  /// The result of a search that the caller has made.
  init(adapter: any BenchmarkAdapter.Type, root: SourceRoot) {
    self.adapter = adapter
    self.root = root
  }

  /// Detects the form. Of several forms in one folder, the definition's first one counts.
  /// - Parameters:
  ///   - definition: the benchmark that the files should be of.
  ///   - tree: the result of `tree(for:at:)`.
  ///   - leftOut: paths to ignore.
  /// - Throws: `BenchmarkError.unrecognised` if no folder or several match; the message has the
  ///   most likely problem.
  init(
    _ definition: BenchmarkDefinition, in tree: any SourceTree, leftOut: Set<ExactName> = []
  ) throws(BenchmarkError) {
    let top = SourceRoot(tree: tree, folder: "", leftOut: leftOut)
    if let adapter = try Self.adapter(of: top, definition) {
      self.adapter = adapter
      root = top
      return
    }
    let entries = try top.entries()
    var found: [(adapter: any BenchmarkAdapter.Type, root: SourceRoot)] = []
    for entry in entries where entry.isFolder {
      let root = SourceRoot(tree: tree, folder: entry.name, leftOut: leftOut)
      if let adapter = try Self.adapter(of: root, definition) { found.append((adapter, root)) }
    }
    guard let first = found.first, found.count == 1 else {
      let names = found.map { $0.root.name(of: "") }.joined(separator: ", ")
      throw .unrecognised(
        path: tree.path, benchmark: definition.name,
        reason: found.isEmpty
          ? try Self.advice(for: top, definition)
          : "several of its folders match (\(names)); give one of them")
    }
    (adapter, root) = first
    try top.remarkOthers(than: [root.folder])
  }

  /// Opens the folder or archive at a path. Archives are listed, which reads compressed ones
  /// completely.
  /// - Parameters:
  ///   - definition: its forms say which small files to keep during the listing.
  ///   - intake: stores images of a compressed archive during the listing.
  ///   - report: called often with the progress.
  /// - Throws: `BenchmarkError.missing`, `.unrecognised` for a file out of an archive, or errors of
  ///   the archive.
  static func tree(
    for definition: BenchmarkDefinition, at path: String, intake: RecordIntake? = nil,
    report: @escaping (PreparationStep) -> Void
  ) throws(BenchmarkError) -> any SourceTree {
    try checkNoSingleFile(path, of: definition)
    var index = SourceIndex()
    index.intake = intake
    index.report = report
    for adapter in definition.adapters {
      let own = adapter.index(of: definition)
      index.kept.formUnion(own.kept)
      index.nested.formUnion(own.nested)
    }
    return try index.tree(at: path)
  }

  /// Refuses a file that is one of several in an archive, such as data_batch_2.
  /// - Throws: `BenchmarkError.unrecognised`.
  private static func checkNoSingleFile(
    _ path: String, of definition: BenchmarkDefinition
  ) throws(BenchmarkError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue
    else { return }
    let name = MemberPath.split(path).name
    let isPart = definition.adapters.contains { $0.partNames(of: definition).contains(name) }
    guard isPart else { return }
    throw .unrecognised(
      path: path, benchmark: definition.name,
      reason: "this is a single file of the archive; give its folder")
  }

  /// The adapter of the first of the definition's forms that a folder contains; nil if none.
  private static func adapter(
    of root: SourceRoot, _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> (any BenchmarkAdapter.Type)? {
    for adapter in definition.adapters where try adapter.recognises(root, as: definition) {
      return adapter
    }
    return nil
  }

  /// The most likely problem of a folder without a known form: class folders were given instead
  /// of their parent, or a folder with the archive instead of the archive.
  private static func advice(
    for root: SourceRoot, _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> String {
    let names = try root.entries().map(\.name)
    if names.contains(where: definition.classNames.contains) {
      return "it contains class folders but no train/ and test/; give the folder above those two"
    }
    let archives = [
      ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.zst", ".tar.bz2", ".tbz2", ".tar", ".zip",
    ]
    if let archive = names.first(where: { name in archives.contains { name.hasSuffix($0) } }) {
      return "give the archive itself: --from '\(root.name(of: archive))'"
    }
    let forms = definition.adapters.map { $0.expectation(of: definition) }
    return "expected \(forms.joined(separator: ", or "))"
  }
}
