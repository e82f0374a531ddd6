import Foundation

/// A tar or zip archive as a tree. It is passed through once for the list of its members, and once for
/// each `read`. In a zip archive and a plain tar archive the members' bytes are passed over; a compressed
/// one is decompressed whole, so that an intake may take some on the first pass.
final class ArchiveTree: SourceTree {
  let path: String
  private let index: SourceIndex
  private let checksums: BackgroundChecksums
  private let names: MemberNames
  /// The folder that the archive stands for in another tree, in whose name remarks are made.
  private let place: String
  private var listing = ArchiveListing()

  /// - Parameter remarked: the folder that the archive stands for in another tree.
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
      throw .unreadable(file: name(of: file), reason: "it is not there")
    }
    return bytes
  }

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
      // To its end, where a zip archive has the checksum.
      try member.finish()
      return !positions.isEmpty
    }
    if let missing = files.first(where: { positions[ExactName($0)] != nil }) {
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
    let reader = try ArchiveReader(file: path, names: names) {
      [report = index.report, fileName] in report(step(fileName, $0, $1))
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

  // MARK: - The list of members

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
