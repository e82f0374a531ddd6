import Domain

/// A reader of one form of original files. `init` takes inventory, `read` streams the images.
///
///     struct IDXAdapter: BenchmarkAdapter {
///       static let form = SourceForm("idx", hasRawPixels: true)
///       // The members below.
///     }
///
///     await SCLProgram.main(benchmarks: [.fashionMNIST], adapters: [IDXAdapter.self])
///
/// The whole inventory is taken before the first image is delivered, so that a missing or surplus
/// file is refused at once. Neither inventory nor rows depend on the order of files in an archive.
/// Examples/Sources/scl-fashion has an adapter of another package. For image files in folders,
/// `ImageFolderAdapter` has most of the members.
public protocol BenchmarkAdapter: SendableMetatype {
  /// The form that it reads.
  static var form: SourceForm { get }
  /// What a definition lacks for files of this form, such as the names of its classes; nil if nothing. By
  /// default it needs the number of classes.
  static func lack(of definition: BenchmarkDefinition) -> String?
  /// A description of the files, for messages: "data_batch_1.bin ... test_batch.bin".
  static func expectation(of definition: BenchmarkDefinition) -> String
  /// The files that need attention while an archive is scanned: small ones to keep, archives
  /// that are folders. Nothing by default.
  static func index(of definition: BenchmarkDefinition) -> SourceIndex
  /// Names of files that are parts of a copy: record files and lists. None is a copy by itself. By
  /// default the files that the index keeps.
  static func partNames(of definition: BenchmarkDefinition) -> Set<String>
  /// Whether the folder contains files of this form. One file is enough; what is missing is
  /// found later.
  static func recognises(
    _ root: SourceRoot, as definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> Bool

  /// Takes inventory of the files and reads lists of labels and classes, but no image.
  /// - Throws: `BenchmarkError` for files that contradict the definition.
  init(definition: BenchmarkDefinition, root: SourceRoot) throws(BenchmarkError)

  /// The classes in the order of their labels.
  var classNames: [String] { get }
  /// The files or folders of a complete copy with their numbers of images, in the order of the
  /// benchmark file. Missing ones are listed with 0 images.
  var inventory: [InventoryEntry] { get }
  /// The original name of each image in the order of the benchmark file: its path within the
  /// folder or archive. A record has the path of its file and its number, from 0:
  /// "data_batch_1.bin#17" (`recordNames(below:)`).
  var imageNames: [String] { get }
  /// Differences from the definition other than numbers of images; none by default.
  var differences: [String] { get }

  /// Passes all images to `receive` in blocks, in any order.
  /// - Returns: the original files with their checksums, in the order of the inventory.
  /// - Throws: what `receive` throws, and errors of the files.
  func read(
    into receive: (ImageBlock) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile]
}

extension BenchmarkAdapter {
  public var differences: [String] { [] }

  public static func lack(of definition: BenchmarkDefinition) -> String? {
    definition.classCount > 0 ? nil : "number of classes"
  }

  public static func index(of definition: BenchmarkDefinition) -> SourceIndex { SourceIndex() }

  public static func partNames(of definition: BenchmarkDefinition) -> Set<String> {
    index(of: definition).kept
  }
}

/// An adapter of record files without headers, which an intake can store while a compressed archive
/// is listed.
protocol RecordAdapter: BenchmarkAdapter {
  /// The record files of a complete copy.
  static func records(of definition: BenchmarkDefinition) -> RecordPlan
}

extension RecordAdapter {
  static func partNames(of definition: BenchmarkDefinition) -> Set<String> {
    index(of: definition).kept.union(records(of: definition).files.map(\.name))
  }
}

/// A file or folder of the original data with its number of images.
///
///     InventoryEntry(name: "data_batch_1.bin", split: .train, expected: 10_000, found: 1_017)
public struct InventoryEntry: Sendable {
  /// The path below the root: "data_batch_1.bin" or "train/cat".
  public let name: String
  public let split: Split
  /// The number of images in a complete copy.
  public let expected: Int
  /// The number of images in this copy.
  public let found: Int

  public init(name: String, split: Split, expected: Int, found: Int) {
    self.name = name
    self.split = split
    self.expected = expected
    self.found = found
  }
}

extension [InventoryEntry] {
  /// The name of each record of record files, in row order.
  public func recordNames(below root: SourceRoot) -> [String] {
    flatMap { entry in (0..<entry.found).map { "\(root.path(entry.name))#\($0)" } }
  }

  /// The row in the benchmark file of each entry's first image. Rows follow the inventory
  /// without gaps.
  public var firstRows: [Int] {
    var next = 0
    return map { entry in
      defer { next += entry.found }
      return next
    }
  }
}

/// A block of images of one split, on its way to the benchmark file.
///
///     ImageBlock(rows: [0, 1], split: .train, pixels: pixels, labels: [7, 3])
public struct ImageBlock: Sendable {
  /// The row of each image in the file.
  public let rows: [Int]
  public let split: Split
  /// [rows, H, W, 3]; nil if they are already in the file.
  let pixels: [UInt8]?
  /// [rows], -1 where unlabelled.
  public let labels: [Int32]
  /// [rows]; empty if the benchmark has none.
  public let fineLabels: [Int32]
  /// Whether some images come from a lossy format.
  public let isLossy: Bool

  /// - Parameters:
  ///   - rows: the row of each image in the file.
  ///   - split: the split of all of them.
  ///   - pixels: [rows, H, W, 3], red, green and blue of each pixel.
  ///   - labels: [rows], -1 where unlabelled.
  ///   - fineLabels: [rows]; empty if the benchmark has none.
  ///   - isLossy: whether some images come from a lossy format.
  public init(
    rows: [Int], split: Split, pixels: [UInt8], labels: [Int32], fineLabels: [Int32] = [],
    isLossy: Bool = false
  ) {
    self.init(
      rows: rows, split: split, stored: pixels, labels: labels, fineLabels: fineLabels,
      isLossy: isLossy)
  }

  /// - Parameter pixels: nil if they are already in the file.
  init(
    rows: [Int], split: Split, stored pixels: [UInt8]?, labels: [Int32],
    fineLabels: [Int32] = [], isLossy: Bool = false
  ) {
    self.rows = rows
    self.split = split
    self.pixels = pixels
    self.labels = labels
    self.fineLabels = fineLabels
    self.isLossy = isLossy
  }

  /// What contradicts itself, or does not fit into a file of `count` images of `side` pixels with
  /// `classes` classes and `fineClasses` fine ones; nil if nothing does.
  func mistake(count: Int, side: Int, classes: Int, fineClasses: Int) -> String? {
    if let row = rows.first(where: { !(0..<count).contains($0) }) {
      return "a block has the row \(row) of \(count)"
    }
    if labels.count != rows.count || !fineLabels.isEmpty && fineLabels.count != rows.count {
      return "a block of \(rows.count) images has \(labels.count) labels"
        + (fineLabels.isEmpty ? "" : " and \(fineLabels.count) fine labels")
    }
    if let label = labels.first(where: { !(-1..<Int32(classes)).contains($0) }) {
      return "a block has the label \(label), but there are \(classes) classes"
    }
    if let label = fineLabels.first(where: { !(-1..<Int32(fineClasses)).contains($0) }) {
      return "a block has the fine label \(label), but there are \(fineClasses) fine classes"
    }
    if let pixels, pixels.count != rows.count * side * side * 3 {
      return "a block of \(rows.count) images of \(side) pixels has \(pixels.count) bytes"
    }
    return nil
  }
}

/// An original file, or a folder of image files, as recorded in a benchmark file.
///
///     let files = try root.read(["train.bin"], of: definition) { _, stream in ... }
///     files[0].sha256   // of the whole file
public struct SourceFile: Hashable, Sendable {
  /// The path within the originals.
  public let name: String
  /// The size in bytes; for a folder the total of its files.
  public let size: Int64
  /// SHA-256 of the file; for a folder the output of `sha256sum * | sha256sum` in it (LC_ALL=C).
  public let sha256: String
  /// MD5 in hexadecimal, computed for archives and for files with a published one.
  package var md5: String? = nil
  /// The publisher's MD5; nil if there is none.
  package var publishedMD5: String? = nil

  /// Whether the file is the published one; nil without a published checksum.
  package var isAsPublished: Bool? {
    publishedMD5.map { $0 == md5 }
  }
}
