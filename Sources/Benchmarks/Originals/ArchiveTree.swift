import Foundation

/// A tar or zip archive as a tree. It is passed through once for the list of its members, and once for
/// each `read`. In a zip archive and a plain tar archive the members' bytes are passed over; a compressed
/// one is decompressed whole, so that an intake may take some on the first pass.
final class ArchiveTree: SourceTree {
  /// More entries than ILSVRC-2012 has images are not listed: memory would have no bound.
  private static let mostEntries = 1_500_000
  /// The bytes of all names together.
  private static let longestNames = 128 << 20
  /// The bytes of all label files and lists together.
  private static let largestKept = 32 << 20

  let path: String
  private let index: SourceIndex
  private let checksums: BackgroundChecksums
  private var listings: [String: [SourceEntry]] = [:]
  private var kept: [String: [UInt8]] = [:]

  init(_ path: String, _ index: SourceIndex) throws(BenchmarkError) {
    self.path = path
    self.index = index
    checksums = BackgroundChecksums(path)
    try survey()
  }

  func entries(of folder: String) throws(BenchmarkError) -> [SourceEntry] {
    listings[folder] ?? []
  }

  func contents(of file: String) throws(BenchmarkError) -> [UInt8] {
    guard let bytes = kept[file] else {
      throw .unreadable(file: name(of: file), reason: "it is not there")
    }
    return bytes
  }

  func read(
    _ files: [String], _ body: (Int, any MemberStream) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) {
    var positions: [String: Int] = [:]
    positions.reserveCapacity(files.count)
    for (position, file) in files.enumerated() { positions[file] = position }
    try pass(PreparationStep.reading) { path, _, stream throws(BenchmarkError) in
      guard let position = positions.removeValue(forKey: path) else { return !positions.isEmpty }
      try body(position, stream())
      return !positions.isEmpty
    }
    if let missing = files.first(where: { positions[$0] != nil }) {
      throw .damaged(file: name(of: missing), reason: "it vanished; the archive changed")
    }
  }

  func taken(_ file: String) -> RecordIntake.Taken? { index.intake?.taken(file) }

  func archives() throws(BenchmarkError) -> [SourceFile] {
    [
      try checksums.wait { bytes, total in
        index.report(.hashing(archive: fileName, bytes: bytes, of: total))
      }
    ]
  }

  // MARK: - Passing through

  /// What is done with an entry that is a file or a folder; false ends the pass. Its bytes are reached
  /// only through the stream.
  private typealias Visitor = (
    _ path: String, _ entry: ArchiveReader.Entry, _ stream: () -> any MemberStream
  ) throws(BenchmarkError) -> Bool

  private func pass(
    _ step: @escaping (_ archive: String, _ bytes: Int, _ total: Int) -> PreparationStep,
    _ visit: Visitor
  ) throws(BenchmarkError) {
    let reader = try ArchiveReader(file: path) { [report = index.report, fileName] in
      report(step(fileName, $0, $1))
    }
    _ = try pass(reader, below: "", visit)
  }

  private var fileName: String { MemberPath.split(path).name }

  /// Goes through an archive and those in it that count as folders.
  private func pass(
    _ reader: ArchiveReader, below folder: String, _ visit: Visitor
  ) throws(BenchmarkError) -> Bool {
    while let entry = try reader.next() {
      let path = MemberPath.joined(folder, entry.path)
      // One level of archives within archives is all there is.
      if folder.isEmpty, !entry.isFolder, let archived = index.folder(of: path) {
        let member = reader.member(named: name(of: path))
        let inner = try ArchiveReader(nested: member)
        guard try pass(inner, below: archived, visit) else { return false }
        continue
      }
      guard try visit(path, entry, { reader.member(named: self.name(of: path)) }) else {
        return false
      }
    }
    return true
  }

  // MARK: - The list of members

  private func survey() throws(BenchmarkError) {
    var listings: [String: [SourceEntry]] = ["": []]
    var kept: [String: [UInt8]] = [:]
    var (count, nameBytes, keptBytes) = (0, 0, 0)
    // Folders have entries of their own in most archives, and none in some.
    func addFolder(_ path: String) {
      guard listings[path] == nil else { return }
      listings[path] = []
      count += 1
      nameBytes += path.utf8.count
      let (parent, name) = MemberPath.split(path)
      addFolder(parent)
      listings[parent]?.append(SourceEntry(name: name, isFolder: true, size: 0))
    }
    try pass(PreparationStep.listing) { path, entry, stream throws(BenchmarkError) in
      if MemberPath.isHidden(path) { return true }
      if entry.isFolder {
        addFolder(path)
      } else {
        let (folder, name) = MemberPath.split(path)
        addFolder(folder)
        listings[folder]?.append(SourceEntry(name: name, isFolder: false, size: entry.size))
        count += 1
        nameBytes += name.utf8.count
        if self.index.keeps(path), kept[path] == nil, entry.size <= SourceIndex.largestKept {
          keptBytes += entry.size
          guard keptBytes <= Self.largestKept else {
            throw .tooLarge(file: self.path, size: keptBytes, limit: Self.largestKept)
          }
          kept[path] = try stream().readAll(size: entry.size, limit: SourceIndex.largestKept)
        } else if entry.isCompressed {
          try self.index.intake?.offer(path, size: entry.size, stream)
        }
      }
      guard count <= Self.mostEntries, nameBytes <= Self.longestNames else {
        throw .damaged(
          file: self.path, reason: "it has over \(Self.mostEntries) members or very long names")
      }
      return true
    }
    for (folder, entries) in listings {
      let sorted = entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      for (first, second) in zip(sorted, sorted.dropFirst()) where first.name == second.name {
        throw .unsafeMember(
          archive: path, member: MemberPath.joined(folder, first.name),
          reason: "it is there more than once")
      }
      listings[folder] = sorted
    }
    self.listings = listings
    self.kept = kept
  }
}
