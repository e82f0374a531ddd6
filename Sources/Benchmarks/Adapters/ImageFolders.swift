import Core
import Domain

/// A folder of image files of one split, usually those of one class.
///
///     ImageFolder(
///       name: "train/cat", split: .train, label: 3, expected: 5_000,
///       files: try ImageFolders.files(of: "train/cat", in: root, definition))
public struct ImageFolder {
  /// The path below the root: "train/cat".
  let name: String
  let split: Split
  /// The number of images in a complete copy.
  let expected: Int
  /// Sorted by name.
  let files: [SourceEntry]
  /// The label of each file; -1 where unlabelled.
  let labels: [Int32]
  /// The fine label of all files; nil if the benchmark has none.
  let fineLabel: Int32?

  /// A folder whose files all have one label.
  public init(
    name: String, split: Split, label: Int, fineLabel: Int? = nil, expected: Int,
    files: [SourceEntry]
  ) {
    self.init(
      name: name, split: split, expected: expected, files: files,
      labels: [Int32](repeating: Int32(label), count: files.count),
      fineLabel: fineLabel.map { Int32($0) })
  }

  /// A folder whose files have a label each. Files beyond the labels count as unlabelled.
  public init(
    name: String, split: Split, expected: Int, files: [SourceEntry], labels: [Int32],
    fineLabel: Int32? = nil
  ) {
    self.name = name
    self.split = split
    self.expected = expected
    self.files = files
    self.labels =
      labels + [Int32](repeating: -1, count: max(0, files.count - labels.count))
    self.fineLabel = fineLabel
  }
}

/// Folders of JPEG and PNG files, read in blocks and decoded on all cores. Rows of the
/// benchmark file follow the order of the folders, and within a folder that of the file names.
///
///     images = ImageFolders(root: root, folders: folders, definition)
public struct ImageFolders {
  /// The maximum size of an image file in bytes, which bounds the memory of a block.
  static let largestFile = 64 << 20
  /// The maximum number of bytes per block, both of files and of decoded images.
  private static let blockBytes = 64 << 20

  let root: SourceRoot
  /// In the order of the benchmark file.
  let folders: [ImageFolder]
  /// How images get the size of the benchmark file.
  let fit: ImageFit

  /// - Parameters:
  ///   - root: the folder that contains all of them.
  ///   - folders: in the order of the benchmark file.
  ///   - definition: states the size of the images, and whether squares are cut from photographs.
  public init(root: SourceRoot, folders: [ImageFolder], _ definition: BenchmarkDefinition) {
    self.init(
      root: root, folders: folders,
      fit: ImageFit(side: definition.storedSize, cutsImages: definition.cutsImages))
  }

  init(root: SourceRoot, folders: [ImageFolder], fit: ImageFit) {
    self.root = root
    self.folders = folders
    self.fit = fit
  }

  var inventory: [InventoryEntry] {
    folders.map {
      InventoryEntry(
        name: $0.name, split: $0.split, expected: $0.expected, found: $0.files.count)
    }
  }

  /// The path of each image within the originals, in row order.
  var imageNames: [String] {
    folders.indices.flatMap { folder in
      folders[folder].files.indices.map { path(folder: folder, file: $0) }
    }
  }

  /// The image files of a folder, sorted by name. Other files are skipped and noted.
  /// - Parameters:
  ///   - folder: the path below the root.
  ///   - root: the folder of the original files.
  ///   - definition: the benchmark, for messages.
  /// - Throws: `BenchmarkError.unrecognised` for a subfolder with images.
  public static func files(
    of folder: String, in root: SourceRoot, _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> [SourceEntry] {
    let contents = try FolderContents(of: folder, in: root)
    if let inner = contents.folders.first {
      throw .unrecognised(
        path: root.name(of: "\(folder)/\(inner.name)"), benchmark: definition.name,
        reason: "class folders must not contain folders of images; there is an extra folder level")
    }
    return contents.images
  }

  /// Refuses images beside the class folders: their class is unknown.
  /// - Throws: `BenchmarkError.unrecognised`.
  static func checkNoImages(
    in folder: String, _ contents: FolderContents, _ root: SourceRoot,
    _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) {
    guard let stray = contents.images.first else { return }
    let path = MemberPath.joined(folder, stray.name)
    let others = contents.images.count - 1
    throw .unrecognised(
      path: root.name(of: path), benchmark: definition.name,
      reason: "images must be in the folder of their class"
        + (others > 0 ? "; \(others) more are beside it" : ""))
  }

  // MARK: - Reading

  /// An image that was read but not decoded yet: positions of its folder and file, and its
  /// bytes.
  private struct Pending {
    let folder: Int
    let file: Int
    let image: EncodedImage
  }

  /// Passes all images to `receive`. Images that cannot be used are collected, so that a user sees
  /// all of them at once.
  /// - Returns: each folder with the checksum of its list of files, as `sha256sum * |
  ///   sha256sum` computes it.
  /// - Throws: after trying all images, the error of a single failure, or
  ///   `BenchmarkError.unusableImages`.
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
    var failures = ImageFailures(in: root.name(of: ""))
    func decodePending() throws(BenchmarkError) {
      for split in Split.allCases {
        let images = pending.filter { folders[$0.folder].split == split }
          .sorted { ($0.folder, $0.file) < ($1.folder, $1.file) }
        if images.isEmpty { continue }
        let decoded = DecodedBlock(images.map(\.image), fit: fit)
        for (image, result) in zip(images, decoded.results) {
          let path = path(folder: image.folder, file: image.file)
          switch result {
          case .success(let file):
            checksums[image.folder][image.file] = file.sha256
            switch file.remark {
            case .warning: root.remarks.note(.warnings, path)
            case .deepGrey: root.remarks.note(.deepGrey, path)
            case nil: break
            }
          case .failure(let error): try failures.add(error, path)
          }
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
      guard size <= Self.largestFile else {
        let error = BenchmarkError.tooLarge(
          file: stream.name, size: size, limit: Self.largestFile)
        return try failures.add(error, path(folder: folder, file: file))
      }
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
    for path in failures.unreadable { root.remarks.note(.unreadable, path) }
    try failures.check()
    return folders.indices.filter { !folders[$0].files.isEmpty }
      .map { source(folders[$0], checksums[$0]) }
  }

  /// The path of an image within the originals.
  private func path(folder: Int, file: Int) -> String {
    root.path(MemberPath.joined(folders[folder].name, folders[folder].files[file].name))
  }

  /// The folder as a source: the SHA-256 of the lines "checksum, two blanks, file name".
  private func source(_ folder: ImageFolder, _ checksums: [String]) -> SourceFile {
    var hash = SHA256Hash()
    for (file, checksum) in zip(folder.files, checksums) {
      hash.update("\(checksum)  \(file.name)\n")
    }
    return SourceFile(
      name: folder.name.isEmpty ? "." : folder.name,
      size: folder.files.reduce(0) { $0 + Int64($1.size) },
      sha256: hash.hexadecimal)
  }
}

/// Collects images that cannot be used, to report all of them together.
struct ImageFailures {
  /// The number of images of the wrong size at which reading stops.
  private static let most = 1_000

  /// The folder or archive, for messages.
  private let place: String
  /// The number of images with the wrong size.
  private var misfits = 0
  private var failures: [(error: BenchmarkError, path: String)] = []

  init(in place: String) {
    self.place = place
  }

  /// Adds the failure of one image.
  /// - Throws: at once, errors that do not concern one image; all failures, once too many
  ///   images have the wrong size. Then the user has given the wrong data, and decoding the
  ///   rest would take long.
  mutating func add(_ error: BenchmarkError, _ path: String) throws(BenchmarkError) {
    guard let reason = error.ofImage else { throw error }
    failures.append((error, path))
    if !reason.canBeLeftOut { misfits += 1 }
    if misfits == Self.most { try check() }
  }

  /// - Throws: a single failure as it is, several as `BenchmarkError.unusableImages`.
  func check() throws(BenchmarkError) {
    guard let first = failures.first else { return }
    if failures.count == 1 { throw first.error }
    let reasons = failures.map { "\($0.path): \($0.error.ofImage?.reason ?? "")" }
    throw .unusableImages(
      place: place, reasons: reasons,
      canBeLeftOut: failures.contains { $0.error.ofImage?.canBeLeftOut == true },
      areAll: misfits < Self.most)
  }

  /// The paths that `--skip-unreadable` leaves out; none if images have the wrong size.
  var unreadable: [String] { misfits == 0 ? failures.map(\.path) : [] }
}

extension BenchmarkError {
  /// For errors about a single image: the reason, and whether the image may be left out. Nil
  /// for other errors. An image of the wrong size may not: the user has probably given other
  /// data.
  var ofImage: (reason: String, canBeLeftOut: Bool)? {
    switch self {
    case .unreadableImage(_, let reason): (reason, true)
    case .emptyFile: ("it is empty", true)
    case .tooLarge(_, let size, let limit):
      ("it has \(size) bytes, more than the limit of \(limit)", true)
    case .wrongImageSize(_, let width, let height, let expected):
      ("\(width) x \(height) pixels, expected \(expected) x \(expected)", false)
    default: nil
    }
  }
}

/// An adapter whose images are files in folders. It has to find the folders and their labels;
/// `ImageFolders` does the rest.
///
///     struct FlowerAdapter: ImageFolderAdapter {
///       static let form = SourceForm("flowers")
///       let images: ImageFolders
///       let classNames: [String]
///       // expectation, recognises, and init, which lists the folders
///     }
public protocol ImageFolderAdapter: BenchmarkAdapter {
  var images: ImageFolders { get }
}

extension ImageFolderAdapter {
  public var inventory: [InventoryEntry] { images.inventory }
  public var imageNames: [String] { images.imageNames }

  public func read(
    into receive: (ImageBlock) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile] {
    try images.read(into: receive)
  }
}
