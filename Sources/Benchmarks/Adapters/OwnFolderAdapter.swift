/// A user's own images: a folder for each class, at the top or within train/ and test/ (or val/). The
/// folders' names and the numbers of their files make the definition. Photographs are turned as their
/// cameras say.
struct OwnFolderAdapter: BenchmarkAdapter {
  private let images: ImageFolders
  private let definition: BenchmarkDefinition

  var classNames: [String] { definition.classNames }
  var inventory: [InventoryEntry] { images.inventory }

  static func expectation(of definition: BenchmarkDefinition) -> String {
    "a folder of JPEG or PNG files for each class, or train/ and test/ with such folders"
  }

  static func index(of definition: BenchmarkDefinition) -> SourceIndex { SourceIndex() }

  static func recognises(
    _ root: SourceRoot, as definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> Bool {
    try !ownFolders(in: root).isEmpty
  }

  init(definition: BenchmarkDefinition, root: SourceRoot) throws(BenchmarkError) {
    self.definition = definition
    let labels = Dictionary(
      uniqueKeysWithValues: definition.classNames.enumerated().map { ($1, $0) })
    var folders: [ImageFolder] = []
    for folder in try Self.ownFolders(in: root) {
      let label = labels[folder.className] ?? 0
      folders.append(
        ImageFolder(
          name: folder.name, split: folder.split, label: label, expected: folder.files.count,
          files: folder.files))
    }
    images = ImageFolders(
      root: root, folders: folders,
      fit: ImageFit(
        side: definition.storedSize, cutsImages: definition.cutsImages, followsOrientation: true))
  }

  func read(
    into receive: (ImageBlock) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile] {
    do throws(BenchmarkError) {
      return try images.read(into: receive)
    } catch {
      guard case .wrongImageSize(let file, let width, let height, _) = error else { throw error }
      throw .imageSizeNeeded(file: file, width: width, height: height)
    }
  }
}

// MARK: - The definition that folders make

extension OwnFolderAdapter {
  private struct OwnFolder {
    let name: String
    let className: String
    let split: Split
    let files: [SourceEntry]
  }

  private static let splitFolders: [(name: String, split: Split)] = [
    ("train", .train), ("test", .test), ("val", .test),
  ]

  /// The class folders with images in them, by split and name; empty if these are not class folders.
  private static func ownFolders(in root: SourceRoot) throws(BenchmarkError) -> [OwnFolder] {
    let tops = try root.entries().filter(\.isFolder).map(\.name)
    var parents = splitFolders.filter { tops.contains($0.name) }
    if parents.isEmpty { parents = [("", .train)] }
    var folders: [OwnFolder] = []
    for parent in parents {
      for entry in try root.entries(of: parent.name) where entry.isFolder {
        let name = MemberPath.joined(parent.name, entry.name)
        let entries = try root.entries(of: name)
        if entries.contains(where: \.isFolder) { return [] }
        if !entries.isEmpty {
          folders.append(
            OwnFolder(name: name, className: entry.name, split: parent.split, files: entries))
        }
      }
    }
    // val/ beside test/ goes to the same split, after it.
    return folders.sorted { ($0.split.rawValue, $0.className) < ($1.split.rawValue, $1.className) }
  }

  /// What the folders at a path consist of, under a name of the user's.
  static func definition(
    named name: String, at path: String, imageSize: Int?,
    report: @escaping (PreparationStep) -> Void
  ) throws(BenchmarkError) -> (BenchmarkDefinition, SourceSearch) {
    try checkName(name)
    let shape = BenchmarkDefinition(
      name, title: name, imageSize: 0, counts: SplitCounts(), sourceForms: [.ownFolders])
    let source = try SourceSearch(shape, path, report: report)
    let folders = try ownFolders(in: source.root)
    var counts = SplitCounts()
    for folder in folders { counts[folder.split] += folder.files.count }
    let classNames = Set(folders.map(\.className)).sorted()
    guard classNames.count >= 2 else {
      throw .unrecognised(
        path: path, benchmark: name, reason: "clustering takes two class folders at least")
    }
    let side: Int
    if let imageSize {
      side = imageSize
    } else {
      side = try Self.side(of: folders[0], source.root)
    }
    let definition = BenchmarkDefinition(
      name, title: name, classNames: classNames, imageSize: side, cutsImages: imageSize != nil,
      counts: counts, sourceForms: [.ownFolders])
    return (definition, source)
  }

  private static func checkName(_ name: String) throws(BenchmarkError) {
    if BenchmarkDefinition.all.contains(where: { $0.name == name }) {
      throw .invalidName(name, reason: "it is a benchmark that has a definition; choose another")
    }
    let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789-")
    guard !name.isEmpty, name.count <= 64, name.allSatisfy(allowed.contains) else {
      throw .invalidName(name, reason: "it takes small letters, digits and '-'")
    }
  }

  /// The side of a folder's first image, which has to be square.
  private static func side(
    of folder: OwnFolder, _ root: SourceRoot
  ) throws(BenchmarkError) -> Int {
    let file = folder.files[0]
    var side = 0
    try root.tree.read([root.path("\(folder.name)/\(file.name)")]) {
      _, stream throws(BenchmarkError) in
      let bytes = try stream.readAll(size: file.size, limit: ImageFolders.largestFile)
      let image = try ImageDecoder.decode(bytes, file: stream.name)
      guard image.width == image.height else {
        throw .imageSizeNeeded(file: stream.name, width: image.width, height: image.height)
      }
      side = image.width
    }
    return side
  }
}
