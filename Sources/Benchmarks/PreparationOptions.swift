import Core
import Domain

/// The options of a preparation, which `scl data prepare` has as flags.
///
///     var options = PreparationOptions()
///     options.acceptsPartial = true
package struct PreparationOptions: Sendable {
  /// Whether to accept missing or different images. The benchmark file records them
  /// (`--partial`).
  package var acceptsPartial = false
  /// The side in pixels to which photographs are scaled and cropped; nil for the definition's
  /// (`--image-size`).
  package var imageSize: Int?
  /// Whether to leave out images of the split without labels.
  package var omitsUnlabelled = false
  /// Whether to use a user's own images without classes, from all subfolders (`--unlabelled`).
  package var ignoresClasses = false
  /// Whether to leave out unreadable images. The benchmark file records them
  /// (`--skip-unreadable`).
  package var skipsUnreadable = false
  /// Whether to keep an existing benchmark file with different content, and fail.
  package var keepsExisting = false

  package init() {}
}

extension BenchmarkDefinition {
  /// Refuses names of known benchmarks for a user's own, and names that could not be file names everywhere.
  /// - Throws: `BenchmarkError.invalidName`.
  package static func checkOwnName(_ name: String) throws(BenchmarkError) {
    if all.contains(where: { $0.name == name }) {
      throw .invalidName(name, reason: "a benchmark of this name exists; choose another name")
    }
    let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789-")
    guard !name.isEmpty, name.count <= 64, name.allSatisfy(allowed.contains) else {
      throw .invalidName(name, reason: "use lower-case letters, digits and '-'")
    }
  }

  /// The registered definition of this name.
  /// - Throws: `BenchmarkError.unknownBenchmark` with the nearest name.
  package static func named(_ name: String) throws(BenchmarkError) -> BenchmarkDefinition {
    guard let definition = BenchmarkRegistry.current[name] else {
      throw .unknownBenchmark(name: name, nearest: nearestName(to: name, among: all.map(\.name)))
    }
    return definition
  }

  /// The definition of a user's own benchmark, from its file.
  package init(_ info: BenchmarkInfo) {
    self.init(
      info.benchmark, title: info.benchmark, classNames: info.classNames,
      imageSize: info.imageSize, counts: info.expectedCounts, sourceForms: [.ownFolders])
  }

  /// The definition with the number of classes in a file. It may be smaller than the
  /// definition's if the original files name the classes, as Tiny-ImageNet's do.
  package func with(classesOf info: BenchmarkInfo) -> BenchmarkDefinition {
    guard classNames.isEmpty, classCount != info.classNames.count else { return self }
    return with(classCount: info.classNames.count)
  }

  /// The definition with the user's choices applied.
  /// - Throws: `BenchmarkError.fixedImageSize` if the images have a fixed size and another is
  ///   requested.
  func choosing(_ options: PreparationOptions) throws(BenchmarkError) -> BenchmarkDefinition {
    var counts = counts
    if options.omitsUnlabelled { counts.unlabelled = 0 }
    if let size = options.imageSize, size != storedSize, !cutsImages {
      throw .fixedImageSize(benchmark: name, size: storedSize)
    }
    return with(storedSize: options.imageSize, counts: counts)
  }

  /// The MD5 that is published for an original file; nil if none is.
  /// - Parameter file: its path; the folders do not matter.
  func publishedMD5(of file: String) -> String? {
    publishedMD5(ofFileNamed: MemberPath.split(file).name)
  }
}

/// The current step of a preparation or verification and its progress. Sizes are in bytes.
package enum PreparationStep: Hashable, Sendable {
  /// Listing the members of an archive.
  case listing(archive: String, bytes: Int, of: Int)
  /// Reading images from an archive, up to the last one.
  case reading(archive: String, bytes: Int, of: Int)
  /// Writing images to the benchmark file.
  case images(Int, of: Int)
  /// Computing the checksum of an archive, after its images are read.
  case hashing(archive: String, bytes: Int, of: Int)
  /// Hashing the pixels of the benchmark file: in a verification all, otherwise those that came
  /// out of order.
  case rereading(bytes: Int, of: Int)
}
