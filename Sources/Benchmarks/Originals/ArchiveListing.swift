/// The list of an archive's members, by folder.
struct ArchiveListing {
  /// More entries than ILSVRC-2012 has images are not listed: memory would have no bound.
  private static let mostEntries = 1_500_000
  /// The bytes of all names together.
  private static let longestNames = 128 << 20
  /// The bytes of all label files and lists together.
  private static let largestKept = 32 << 20

  private var folders: [ExactName: [SourceEntry]] = [ExactName(""): []]
  /// The contents of small files.
  private(set) var kept: [ExactName: [UInt8]] = [:]
  private var (count, nameBytes, keptBytes) = (0, 0, 0)

  func entries(of folder: String) -> [SourceEntry] { folders[ExactName(folder)] ?? [] }

  /// Folders have entries of their own in most archives, and none in some.
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

  mutating func addFile(_ path: String, size: Int) {
    let (folder, name) = MemberPath.split(path)
    addFolder(folder)
    folders[ExactName(folder)]?.append(SourceEntry(name: name, isFolder: false, size: size))
    count += 1
    nameBytes += name.utf8.count
  }

  mutating func keep(_ bytes: [UInt8], of path: String) {
    kept[ExactName(path)] = bytes
    keptBytes += bytes.count
  }

  /// - Throws: where the list takes more memory than any data set's.
  func checkSize(_ archive: String) throws(BenchmarkError) {
    guard count <= Self.mostEntries, nameBytes <= Self.longestNames else {
      throw .damaged(
        file: archive, reason: "it has over \(Self.mostEntries) members or very long names")
    }
    guard keptBytes <= Self.largestKept else {
      throw .tooLarge(file: archive, size: keptBytes, limit: Self.largestKept)
    }
  }

  /// Sorts every folder by the names' bytes.
  /// - Throws: `BenchmarkError.unsafeMember` for a member that is there twice.
  mutating func sort(_ archive: String) throws(BenchmarkError) {
    for (folder, entries) in folders {
      let sorted = entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      for (first, second) in zip(sorted, sorted.dropFirst())
      where ExactName(first.name) == ExactName(second.name) {
        throw .unsafeMember(
          archive: archive, member: MemberPath.joined(folder.text, first.name),
          reason: "it is there more than once")
      }
      folders[folder] = sorted
    }
  }
}
