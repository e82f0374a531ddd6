import Core

/// A folder of image files, one of a benchmark's classes mostly.
struct ImageFolder {
  /// The path below the root: "train/cat".
  let name: String
  let split: Split
  /// How many a complete copy has.
  let expected: Int
  /// Sorted by name.
  let files: [SourceEntry]
  /// The label of each file.
  let labels: [Int32]
  /// The fine label of every file; nil where the benchmark has none.
  let fineLabel: Int32?

  init(
    name: String, split: Split, label: Int, fineLabel: Int? = nil, expected: Int,
    files: [SourceEntry]
  ) {
    self.init(
      name: name, split: split, expected: expected, files: files,
      labels: [Int32](repeating: Int32(label), count: files.count),
      fineLabel: fineLabel.map { Int32($0) })
  }

  init(
    name: String, split: Split, expected: Int, files: [SourceEntry], labels: [Int32],
    fineLabel: Int32? = nil
  ) {
    self.name = name
    self.split = split
    self.expected = expected
    self.files = files
    self.labels = labels
    self.fineLabel = fineLabel
  }
}

/// Folders of JPEG and PNG files, whose images come in the order of the folders and the file names.
struct ImageFolders {
  /// Larger files are no photographs.
  static let largestFile = 64 << 20
  /// Bytes of the files, and of the images, that are decoded together.
  private static let blockBytes = 64 << 20

  let root: SourceRoot
  let folders: [ImageFolder]
  let fit: ImageFit

  var inventory: [InventoryEntry] {
    folders.map {
      InventoryEntry(
        name: $0.name, split: $0.split, expected: $0.expected, found: $0.files.count)
    }
  }

  private static let suffixes = [".jpg", ".jpeg", ".png"]

  private static func isNamedAsImage(_ entry: SourceEntry) -> Bool {
    suffixes.contains { entry.name.lowercased().hasSuffix($0) }
  }

  /// The image files of a folder.
  /// - Throws: `BenchmarkError.unrecognised` for a folder in it, and for a file that is named as something
  ///   else than an image.
  static func files(
    of folder: String, in root: SourceRoot, _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> [SourceEntry] {
    let entries = try root.entries(of: folder)
    if let inner = entries.first(where: \.isFolder) {
      throw .unrecognised(
        path: root.name(of: "\(folder)/\(inner.name)"), benchmark: definition.name,
        reason: "a class folder holds images, not folders; there is a folder level too many")
    }
    if let other = entries.first(where: { !isNamedAsImage($0) && $0.name.contains(".") }) {
      throw .unrecognised(
        path: root.name(of: "\(folder)/\(other.name)"), benchmark: definition.name,
        reason: "a class folder holds JPEG and PNG files alone; remove what is none")
    }
    return entries
  }

  /// Refuses an image that lies beside the class folders.
  static func checkNoImages(
    among entries: [SourceEntry], of folder: String, in root: SourceRoot,
    _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) {
    if let stray = entries.first(where: { !$0.isFolder && isNamedAsImage($0) }) {
      throw .unrecognised(
        path: root.name(of: folder.isEmpty ? stray.name : "\(folder)/\(stray.name)"),
        benchmark: definition.name, reason: "an image must lie in the folder of its class")
    }
  }

  // MARK: - Reading

  /// An image on its way: where it belongs, and its bytes.
  private struct Pending {
    let folder: Int
    let file: Int
    let image: EncodedImage
  }

  /// Hands over all images, and returns each folder with the checksum of its list of files.
  func read(
    into receive: (ImageBlock) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile] {
    let blockCount = max(1, min(1_024, Self.blockBytes / (fit.side * fit.side * 3)))
    let places = folders.indices.flatMap { folder in
      folders[folder].files.indices.map { (folder: folder, file: $0) }
    }
    let firstRows = inventory.firstRows
    var checksums = folders.map { [String](repeating: "", count: $0.files.count) }
    var pending: [Pending] = []
    var pendingBytes = 0
    func decodePending() throws(BenchmarkError) {
      for split in Split.allCases {
        let images = pending.filter { folders[$0.folder].split == split }
          .sorted { ($0.folder, $0.file) < ($1.folder, $1.file) }
        if images.isEmpty { continue }
        let decoded = try DecodedBlock(images.map(\.image), fit: fit)
        for (image, checksum) in zip(images, decoded.checksums) {
          checksums[image.folder][image.file] = checksum
        }
        try receive(
          ImageBlock(
            rows: images.map { firstRows[$0.folder] + $0.file }, split: split,
            pixels: decoded.pixels, labels: images.map { folders[$0.folder].labels[$0.file] },
            fineLabels: images.compactMap { folders[$0.folder].fineLabel },
            isLossy: images.contains { ImageDecoder.isLossy($0.image.bytes) }))
      }
      pending = []
      pendingBytes = 0
    }
    try root.tree.read(places.map { path(folder: $0.folder, file: $0.file) }) {
      position, stream throws(BenchmarkError) in
      let (folder, file) = places[position]
      let size = folders[folder].files[file].size
      let bytes = try stream.readAll(size: size, limit: Self.largestFile)
      pending.append(
        Pending(
          folder: folder, file: file, image: EncodedImage(name: stream.name, bytes: bytes)))
      pendingBytes += size
      if pending.count == blockCount || pendingBytes >= Self.blockBytes {
        try decodePending()
      }
    }
    try decodePending()
    return folders.indices.filter { !folders[$0].files.isEmpty }
      .map { source(folders[$0], checksums[$0]) }
  }

  private func path(folder: Int, file: Int) -> String {
    root.path("\(folders[folder].name)/\(folders[folder].files[file].name)")
  }

  private func source(_ folder: ImageFolder, _ checksums: [String]) -> SourceFile {
    var hash = SHA256Hash()
    for (file, checksum) in zip(folder.files, checksums) {
      hash.update("\(checksum)  \(file.name)\n")
    }
    return SourceFile(
      name: folder.name, size: folder.files.reduce(0) { $0 + Int64($1.size) },
      sha256: hash.hexadecimal)
  }
}
