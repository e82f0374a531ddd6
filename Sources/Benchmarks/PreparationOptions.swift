import Core
import Domain

/// The options of a preparation.
package struct PreparationOptions: Sendable {
  /// Whether to accept missing or different images, and record that.
  package var acceptsPartial = false
  /// The side in pixels to which photographs are scaled and cropped; nil for the definition's.
  package var imageSize: Int?
  /// Whether to leave out images without labels.
  package var omitsUnlabelled = false
  /// Whether to use a user's own images without classes, from all subfolders.
  package var ignoresClasses = false
  /// Whether to leave out unreadable images, and record them.
  package var skipsUnreadable = false
  /// Whether to keep an existing benchmark file with different content.
  package var keepsExisting = false

  package init() {}
}

extension BenchmarkDefinition {
  /// The registered definition of this name.
  /// - Throws: `BenchmarkError.unknownBenchmark` with the nearest name.
  package static func named(_ name: String) throws(BenchmarkError) -> BenchmarkDefinition {
    guard let definition = BenchmarkRegistry.current[name] else {
      throw .unknownBenchmark(name: name, nearest: nearestName(to: name, among: all.map(\.name)))
    }
    return definition
  }

  /// The definition that a file of a user's own images states.
  package init(_ info: BenchmarkInfo) {
    self.init(
      info.benchmark, title: info.benchmark, classNames: info.classNames,
      imageSize: info.imageSize, counts: info.expectedCounts, sourceForms: [.ownFolders])
  }

  /// The definition with the number of classes in a file, which may be smaller where the original files
  /// name the classes.
  package func with(classesOf info: BenchmarkInfo) -> BenchmarkDefinition {
    guard classNames.isEmpty, classCount != info.classNames.count else { return self }
    return with(classCount: info.classNames.count)
  }

  /// The definition with the user's choices applied.
  /// - Throws: `BenchmarkError.fixedImageSize` if the images have a fixed size and another is asked for.
  func choosing(_ options: PreparationOptions) throws(BenchmarkError) -> BenchmarkDefinition {
    var counts = counts
    if options.omitsUnlabelled { counts.unlabelled = 0 }
    if let size = options.imageSize, size != storedSize, !cutsImages {
      throw .fixedImageSize(benchmark: name, size: storedSize)
    }
    return with(storedSize: options.imageSize, counts: counts)
  }

  /// The MD5 that is published for an original file.
  /// - Parameter file: its path.
  func publishedMD5(of file: String) -> String? {
    publishedMD5(ofFileNamed: MemberPath.split(file).name)
  }
}

/// The current step of a preparation or verification and its progress.
package enum PreparationStep: Hashable, Sendable {
  /// Listing the members of an archive.
  case listing(archive: String, bytes: Int, of: Int)
  /// Reading images from an archive, up to the last one.
  case reading(archive: String, bytes: Int, of: Int)
  /// Writing images to the benchmark file.
  case images(Int, of: Int)
  /// Computing the checksum of an archive after reading its images.
  case hashing(archive: String, bytes: Int, of: Int)
  /// Computing the checksum of the benchmark file's content.
  case rereading(bytes: Int, of: Int)
}
