import Domain

/// A user's own images: a folder per class, at the top level or within train/ and test/
/// (`OwnFolders`), or images without classes, which have label -1 and belong to the train
/// split.
///
/// The definition follows from the names of the folders and their numbers of files. Classes are
/// labelled in the alphabetical order of their names. Photographs are rotated by their EXIF
/// orientation.
struct OwnFolderAdapter: ImageFolderAdapter {
  let images: ImageFolders
  private let definition: BenchmarkDefinition

  var classNames: [String] { definition.classNames }

  static let form = SourceForm.ownFolders

  /// The folders name the classes.
  static func lack(of definition: BenchmarkDefinition) -> String? { nil }

  static func expectation(of definition: BenchmarkDefinition) -> String {
    "a folder of JPEG or PNG files per class, or train/ and test/ with such folders"
  }

  /// True: `definition(named:in:leftOut:imageSize:hasClasses:)` has already found the folders.
  static func recognises(
    _ root: SourceRoot, as definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> Bool { true }

  /// Lists the folders again, with the classes of the definition.
  /// - Throws: `BenchmarkError.unrecognised`.
  init(definition: BenchmarkDefinition, root: SourceRoot) throws(BenchmarkError) {
    self.definition = definition
    let labels = Dictionary(
      uniqueKeysWithValues: definition.classNames.enumerated().map { ($1, $0) })
    images = ImageFolders(
      root: root,
      folders: try OwnFolders(
        in: root, for: definition.name, hasClasses: !definition.classNames.isEmpty
      ).folders.map { folder in
        ImageFolder(
          name: folder.name, split: folder.split, label: labels[folder.className] ?? -1,
          expected: folder.files.count, files: folder.files)
      },
      fit: ImageFit(
        side: definition.storedSize, cutsImages: definition.cutsImages, isOwn: true))
  }
}

// MARK: - Definition

extension OwnFolderAdapter {
  /// The maximum number of images tried to find the common size.
  private static let mostTries = 100

  /// The definition of a user's own benchmark, and the location of its files.
  /// - Parameters:
  ///   - name: the benchmark's name.
  ///   - leftOut: paths to ignore.
  ///   - imageSize: the side in pixels to which images are scaled and cropped; nil if all have
  ///     the same size.
  ///   - hasClasses: whether folders are classes.
  /// - Throws: `BenchmarkError.invalidName`; `.unrecognised` for fewer than two classes or a
  ///   layout that is not clear; `.imageSizeNeeded` if `imageSize` is nil and the first image
  ///   is not square.
  static func definition(
    named name: String, in tree: any SourceTree, leftOut: Set<ExactName>, imageSize: Int?,
    hasClasses: Bool
  ) throws(BenchmarkError) -> (BenchmarkDefinition, SourceSearch) {
    try BenchmarkDefinition.checkOwnName(name)
    let found = try OwnFolders(
      in: SourceRoot(tree: tree, folder: "", leftOut: leftOut), for: name,
      hasClasses: hasClasses)
    var counts = SplitCounts()
    for folder in found.folders { counts[folder.split] += folder.files.count }
    let classNames = hasClasses ? Set(found.folders.map(\.className)).sorted() : []
    guard !hasClasses || classNames.count >= 2 else {
      throw .unrecognised(
        path: found.root.name(of: ""), benchmark: name,
        reason: "clustering needs at least two class folders with images, and it has only "
          + classNames.map { "'\($0)'" }.joined())
    }
    let side: Int
    if let imageSize {
      side = imageSize
    } else {
      side = try Self.side(of: found)
    }
    let definition = BenchmarkDefinition(
      name, title: name, classNames: classNames,
      imageSize: side, cutsImages: imageSize != nil,
      counts: counts, sourceForms: [.ownFolders])
    return (definition, SourceSearch(adapter: Self.self, root: found.root))
  }

  /// The side of the first readable image, which must be square.
  /// - Throws: the failure of the first image, if none of `mostTries` images is readable.
  private static func side(of found: OwnFolders) throws(BenchmarkError) -> Int {
    let root = found.root
    let files = found.folders.lazy.flatMap { folder in folder.files.map { (folder.name, $0) } }
    var failure: BenchmarkError?
    for (folder, file) in files.prefix(mostTries) where file.size <= ImageFolders.largestFile {
      var side: Int?
      try root.tree.read([root.path(MemberPath.joined(folder, file.name))]) {
        _, stream throws(BenchmarkError) in
        let bytes = try stream.readAll(size: file.size, limit: ImageFolders.largestFile)
        do throws(BenchmarkError) {
          let image = try ImageDecoder.decode(bytes, file: stream.name)
          guard image.width == image.height else {
            throw .imageSizeNeeded(file: stream.name, width: image.width, height: image.height)
          }
          side = image.width
        } catch {
          guard error.ofImage != nil else { throw error }
          failure = failure ?? error
        }
      }
      if let side { return side }
    }
    throw failure
      ?? .unrecognised(
        path: root.name(of: ""), benchmark: "a benchmark", reason: "none of its images is readable")
  }
}
