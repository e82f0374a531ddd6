import Benchmarks
import Core
import Domain

/// The contents and origin of a benchmark file, as text or JSON. `scl data info`, `scl data
/// prepare` and `scl data verify --json` print it:
///
///     file             data/rehearsal.h5
///     benchmark        rehearsal
///     images           2500 train, 500 test
///     complete         yes
///     image size       32 x 32
///     size             8.8 MiB
///     pixels           original
///     source           cifar-binary, 7 files or folders
struct BenchmarkReport {
  /// The report as a JSON object.
  private struct Object: Encodable {
    let benchmark: String
    /// Whether every image of the definition is present and no original file differs from the
    /// published one.
    let complete: Bool
    /// The number of images in the file, and in a complete copy.
    let images: Int
    let definitionImages: Int
    /// The number of images by split.
    let train: Int
    let test: Int
    let unlabelled: Int
    /// Side of the images in pixels.
    let imageSize: Int
    /// Size of the pixels.
    let bytes: Int
    /// The class names, in the order of labels.
    let classes: [String]
    /// Images by split and class, in the order of the classes.
    let classCounts: [String: [Int]]
    /// The names of the fine classes; empty without fine labels.
    let fineClasses: [String]
    /// The form of the original files, such as "cifar-binary".
    let sourceFormat: String
    /// "original" or "re-encoded".
    let pixels: PixelFidelity
    /// The original files or class folders.
    let sources: [Source]
    /// Skipped files, left-out images and warnings.
    let remarks: [Remark]
    /// Unreadable originals that were left out.
    let leftOut: [String]
    /// Whether the file has the original name of each image.
    let fileNames: Bool
    /// The program that wrote the file.
    let toolVersion: String
    /// SHA-256 of pixels, labels, splits, class names and fine labels, which identities use.
    let contentHash: String
    /// Whether checksums prove that these are the published images; absent without published
    /// checksums.
    let asPublished: Bool?
    /// The file's path.
    let file: String
    /// True if the whole file was just verified; absent otherwise.
    let verified: Bool?
  }

  /// A note on original files as a JSON object.
  private struct Remark: Encodable {
    let text: String
    /// The number of files that it is about, and one of them.
    let count: Int
    let example: String
  }

  /// An original file as a JSON object.
  private struct Source: Encodable {
    let name: String
    /// In bytes.
    let size: Int64
    let sha256: String
    /// Absent unless an MD5 is published or the file is an archive.
    let md5: String?
    /// The publisher's MD5; absent without one.
    let publishedMD5: String?
    /// Whether both agree; absent without a published one.
    let asPublished: Bool?
  }

  /// The note on complete files whose pixels no published checksum can confirm.
  static let unverified = "pixels not verified: no published checksum"

  /// The note on JPEG versions of images that were published as raw pixels.
  static let reEncoded =
    "re-encoded: prepared from JPEG files, but published as raw pixels; every table says so"

  private let file: String
  private let info: BenchmarkInfo
  private let isVerified: Bool

  /// Opens a benchmark file.
  /// - Throws: `BenchmarkError`, `HDF5Error`.
  init(_ file: String) throws {
    try self.init(BenchmarkFile.open(file), isVerified: false)
  }

  /// - Parameter isVerified: whether the whole file was just verified against its checksum.
  init(_ benchmark: BenchmarkFile, isVerified: Bool) {
    file = benchmark.path
    info = benchmark.info
    self.isVerified = isVerified
  }

  /// Prints the report on standard output.
  func show(json: Bool) throws {
    if json { return try Console.json(object) }
    Console.printColumns(rows)
  }

  /// The JSON object.
  private var object: Object {
    Object(
      benchmark: info.benchmark, complete: info.isComplete, images: info.counts.total,
      definitionImages: info.expectedCounts.total, train: info.counts.train,
      test: info.counts.test, unlabelled: info.counts.unlabelled, imageSize: info.imageSize,
      bytes: info.pixelBytes, classes: info.classNames,
      classCounts: Dictionary(
        uniqueKeysWithValues: info.classCounts.map { ($0.key.name, $0.value) }),
      fineClasses: info.fineClassNames, sourceFormat: info.sourceFormat,
      pixels: info.pixels,
      sources: info.sources.map {
        Source(
          name: $0.name, size: $0.size, sha256: $0.sha256, md5: $0.md5,
          publishedMD5: $0.publishedMD5, asPublished: $0.isAsPublished)
      },
      remarks: info.remarks.map { Remark(text: $0.text, count: $0.count, example: $0.example) },
      leftOut: info.leftOut, fileNames: info.hasFileNames,
      toolVersion: info.toolVersion, contentHash: info.contentSHA256,
      asPublished: info.isVerified, file: file,
      verified: isVerified ? true : nil)
  }

  /// Labels with values, for text.
  private var rows: [[String]] {
    var rows = [
      ["file", file], ["benchmark", info.benchmark], ["images", "\(info.counts)"],
      ["complete", completeness],
      ["image size", "\(info.imageSize) x \(info.imageSize)"],
      ["size", Quantities.size(Int64(info.pixelBytes))],
      ["pixels", info.pixels == .reEncoded ? Self.reEncoded : "original"],
    ]
    if !info.fineClassNames.isEmpty {
      rows.append(["fine labels", "\(info.fineClassNames.count) classes"])
    }
    rows += [
      ["source", "\(info.sourceFormat), \(info.sources.count) files or folders"],
      ["checksums", checksums],
    ]
    for remark in info.remarks {
      rows.append(["remark", "\(remark.text): \(remark.count), e.g. \(remark.example)"])
    }
    rows += [
      [
        "file names",
        info.hasFileNames ? "recorded for each image" : "none (file of an earlier version)",
      ],
      ["made by", info.toolVersion], ["content SHA-256", info.contentSHA256],
    ]
    for (split, counts) in info.classCounts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      rows.append([split.name, classes(counts)])
    }
    return rows
  }

  /// "yes", or how many images are missing, or that some differ.
  private var completeness: String {
    info.isComplete
      ? "yes"
      : info.foundCount < info.expectedCounts.total
        ? "NO: \(info.foundCount) of \(info.expectedCounts.total) images"
        : "NO: the number of images is right, but their content differs"
  }

  /// How many original files match published checksums, and which do not.
  private var checksums: String {
    let compared = info.sources.filter { $0.isAsPublished != nil }
    if compared.isEmpty {
      return info.isCompleteButUnverified
        ? Self.unverified : "no published checksums for these files"
    }
    let others = compared.filter { $0.isAsPublished == false }.map(\.name)
    return others.isEmpty
      ? "\(compared.count) published MD5s, all match"
      : "\(compared.count) published MD5s, MISMATCH: \(others.joined(separator: ", "))"
  }

  /// The number of images of each class, or the range if there are more than 20 classes.
  private func classes(_ counts: [Int]) -> String {
    if counts.count <= 20 {
      return zip(info.classNames, counts).map { "\($0) \($1)" }.joined(separator: ", ")
    }
    let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
    return "\(counts.count) classes of \(least == most ? "\(least)" : "\(least) to \(most)") images"
  }
}
