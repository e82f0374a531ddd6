import Foundation

/// A tar or zip archive as a tree. It is scanned once to list the members and once per `read`.
///
/// Zip and plain tar archives skip unwanted members. Compressed ones are decompressed
/// completely, so an intake may store images during the first scan. Checksums of the archive
/// are computed meanwhile, in the background.
final class ArchiveTree: SourceTree {
  let path: String
  private let index: SourceIndex
  /// The checksums of the archive file, computed while it is scanned.
  private let checksums: BackgroundChecksums
  /// The encoding of the archive's member names.
  private let names: MemberNames
  /// The folder that the archive represents in another tree, for notes; "" if it is the whole
  /// tree.
  private let place: String
  private var listing = ArchiveListing()

  /// Lists the archive.
  /// - Parameter remarked: the folder that the archive represents in another tree.
  /// - Throws: `BenchmarkError`, as `ArchiveReader`, and for archives with too many or repeated
  ///   members.
  init(_ path: String, _ index: SourceIndex, remarked: String = "") throws(BenchmarkError) {
    self.path = path
    self.index = index
    place = remarked
    checksums = BackgroundChecksums(path)
    names = try MemberNames(ofArchive: path)
    try survey()
  }

  var remarks: Remarks { index.remarks }

  func entries(of folder: String) throws(BenchmarkError) -> [SourceEntry] {
    listing.entries(of: folder)
  }

  func contents(of file: String) throws(BenchmarkError) -> [UInt8] {
    guard let bytes = listing.kept[ExactName(file)] else {
      throw .unreadable(file: name(of: file), reason: "it does not exist")
    }
    return bytes
  }

  /// Scans the archive once, up to the last of the files.
  /// - Throws: `BenchmarkError.damaged` also if a listed file is no longer there.
  func read(
    _ files: [String], _ body: (Int, any MemberStream) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) {
    var positions: [ExactName: Int] = [:]
    positions.reserveCapacity(files.count)
    for (position, file) in files.enumerated() { positions[ExactName(file)] = position }
    try pass(PreparationStep.reading) { path, _, stream throws(BenchmarkError) in
      guard let position = positions.removeValue(forKey: ExactName(path)) else {
        return !positions.isEmpty
      }
      let member = stream()
      try body(position, member)
      // Zip archives verify checksums at the end of members.
      try member.finish()
      return !positions.isEmpty
    }
    if let missing = files.first(where: { positions[ExactName($0)] != nil }) {
      throw .damaged(file: name(of: missing), reason: "it is missing; the archive was modified")
    }
  }

  func taken(_ file: String) -> RecordIntake.Taken? { index.intake?.taken(file) }

  /// The archive itself. Reports progress while its checksums are not ready.
  func archives() throws(BenchmarkError) -> [SourceFile] {
    [
      try checksums.wait { bytes, total in
        index.report(.hashing(archive: fileName, bytes: bytes, of: total))
      }
    ]
  }

  // MARK: - Scanning

  /// Handles a member; returns false to end the scan. `stream` gives access to its bytes, which
  /// are skipped otherwise.
  private typealias Visitor = (
    _ path: String, _ entry: ArchiveReader.Entry, _ stream: () -> any MemberStream
  ) throws(BenchmarkError) -> Bool

  /// Scans the archive from its start.
  /// - Parameters:
  ///   - step: the step to report from the archive's name, the position and the size.
  ///   - visit: gets every member, those of nested archives with the path of the folder that
  ///     they represent.
  private func pass(
    _ step: @escaping (_ archive: String, _ bytes: Int, _ total: Int) -> PreparationStep,
    _ visit: Visitor
  ) throws(BenchmarkError) {
    let reader = try ArchiveReader(file: path, names: names) {
      [report = index.report, fileName] in report(step(fileName, $0, $1))
    }
    _ = try pass(reader, below: "", visit)
  }

  private var fileName: String { MemberPath.split(path).name }

  /// Scans an archive and the nested archives that represent folders.
  /// - Parameter folder: the folder that this archive represents; "" for the outer one.
  /// - Returns: false if `visit` ended the scan.
  private func pass(
    _ reader: ArchiveReader, below folder: String, _ visit: Visitor
  ) throws(BenchmarkError) -> Bool {
    while let entry = try reader.next() {
      let path = MemberPath.joined(folder, entry.path)
      // Archives are nested at most once.
      if folder.isEmpty, !entry.isFolder, let archived = index.folder(of: path) {
        let member = reader.member(named: name(of: path))
        let inner = try ArchiveReader(nested: member, names: names)
        guard try pass(inner, below: archived, visit) else { return false }
        continue
      }
      guard try visit(path, entry, { reader.member(named: self.name(of: path)) }) else {
        return false
      }
    }
    return true
  }

  // MARK: - Listing

  /// Lists all members, keeps the small files that the index asks for, and offers the others of
  /// a compressed archive to the intake.
  private func survey() throws(BenchmarkError) {
    var listing = ArchiveListing()
    try pass(PreparationStep.listing) { path, entry, stream throws(BenchmarkError) in
      if let leftover = MemberPath.leftover(in: path) {
        remarks.note(.leftovers, MemberPath.joined(place, leftover))
        return true
      }
      if entry.isFolder {
        listing.addFolder(path)
      } else {
        listing.addFile(path, size: entry.size)
        if self.index.keeps(path), listing.kept[ExactName(path)] == nil,
          entry.size <= SourceIndex.largestKept
        {
          listing.keep(
            try stream().readAll(size: entry.size, limit: SourceIndex.largestKept), of: path)
        } else if entry.isCompressed {
          try self.index.intake?.offer(path, size: entry.size, stream)
        }
      }
      try listing.checkSize(self.path)
      return true
    }
    try listing.sort(self.path)
    self.listing = listing
  }
}

/// The members of an archive by folder, with limits that a hostile archive cannot exceed.
struct ArchiveListing {
  /// The maximum number of entries, to bound memory. ILSVRC-2012 has 1.28 million training
  /// images.
  private static let mostEntries = 1_500_000
  /// The maximum number of bytes in all names, to bound memory.
  private static let longestNames = 128 << 20
  /// The maximum number of bytes in all label files and lists.
  private static let largestKept = 32 << 20

  /// The entries of each folder.
  private var folders: [ExactName: [SourceEntry]] = [ExactName(""): []]
  /// The contents of small files.
  private(set) var kept: [ExactName: [UInt8]] = [:]
  private var (count, nameBytes, keptBytes) = (0, 0, 0)

  /// The entries of a folder; empty if there is none.
  func entries(of folder: String) -> [SourceEntry] { folders[ExactName(folder)] ?? [] }

  /// Adds a folder and its parents. Not all archives have entries for folders.
  mutating func addFolder(_ path: String) {
    let key = ExactName(path)
    guard folders[key] == nil else { return }
    folders[key] = []
    count += 1
    nameBytes += path.utf8.count
    let (parent, name) = MemberPath.split(path)
    addFolder(parent)
    folders[ExactName(parent)]?.append(SourceEntry(name: name, isFolder: true, size: 0))
  }

  /// Adds a file and its folders.
  /// - Parameter size: in bytes.
  mutating func addFile(_ path: String, size: Int) {
    let (folder, name) = MemberPath.split(path)
    addFolder(folder)
    folders[ExactName(folder)]?.append(SourceEntry(name: name, isFolder: false, size: size))
    count += 1
    nameBytes += name.utf8.count
  }

  /// Keeps the contents of a small file.
  mutating func keep(_ bytes: [UInt8], of path: String) {
    kept[ExactName(path)] = bytes
    keptBytes += bytes.count
  }

  /// Checks the limits on members, names and kept bytes.
  /// - Throws: `BenchmarkError.damaged` or `.tooLarge`.
  func checkSize(_ archive: String) throws(BenchmarkError) {
    guard count <= Self.mostEntries, nameBytes <= Self.longestNames else {
      throw .damaged(
        file: archive, reason: "it has more than \(Self.mostEntries) members or very long names")
    }
    guard keptBytes <= Self.largestKept else {
      throw .tooLarge(file: archive, size: keptBytes, limit: Self.largestKept)
    }
  }

  /// Sorts every folder by the bytes of names.
  /// - Throws: `BenchmarkError.unsafeMember` for repeated members. tar would leave only the
  ///   last of them.
  mutating func sort(_ archive: String) throws(BenchmarkError) {
    for (folder, entries) in folders {
      let sorted = entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      for (first, second) in zip(sorted, sorted.dropFirst())
      where ExactName(first.name) == ExactName(second.name) {
        throw .unsafeMember(
          archive: archive, member: MemberPath.joined(folder.text, first.name),
          reason: "it occurs more than once")
      }
      folders[folder] = sorted
    }
  }
}
