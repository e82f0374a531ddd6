import Benchmarks
import Core
import Domain

/// The contents and origin of a benchmark file, as text or JSON.
struct BenchmarkReport {
  /// The report as JSON.
  private struct Object: Encodable {
    let benchmark: String
    let complete: Bool
    let images: Int
    let definitionImages: Int
    let train: Int
    let test: Int
    let unlabelled: Int
    let imageSize: Int
    let bytes: Int
    let classes: [String]
    /// By split, in the order of the classes.
    let classCounts: [String: [Int]]
    let fineClasses: [String]
    let sourceFormat: String
    /// "original" or "re-encoded".
    let pixels: PixelFidelity
    let sources: [Source]
    /// Skipped files, left-out images and warnings.
    let remarks: [Remark]
    /// Unreadable originals that were left out.
    let leftOut: [String]
    /// Whether the file states the original name of each image.
    let fileNames: Bool
    let toolVersion: String
    let contentHash: String
    /// Whether checksums prove that these are the published images; absent without published checksums.
    let asPublished: Bool?
    let file: String
    /// Whether the whole file was verified; absent if it was not.
    let verified: Bool?
  }

  /// A note on original files as JSON.
  private struct Remark: Encodable {
    let text: String
    let count: Int
    let example: String
  }

  /// An original file as JSON.
  private struct Source: Encodable {
    let name: String
    let size: Int64
    let sha256: String
    let md5: String?
    let publishedMD5: String?
    /// Absent without a published checksum.
    let asPublished: Bool?
  }

  /// The note on complete files without published checksums.
  static let unverified = "pixels not verified: no published checksum"

  /// The note on JPEG versions of images that were published as raw pixels.
  static let reEncoded =
    "re-encoded: prepared from JPEG files, but published as raw pixels; every table says so"

  private let file: String
  private let info: BenchmarkInfo
  private let isVerified: Bool

  init(_ file: String) throws {
    try self.init(BenchmarkFile.open(file), isVerified: false)
  }

  /// - Parameter isVerified: whether the whole file was verified against its checksum.
  init(_ benchmark: BenchmarkFile, isVerified: Bool) {
    file = benchmark.path
    info = benchmark.info
    self.isVerified = isVerified
  }

  func show(json: Bool) throws {
    if json { return try Console.json(object) }
    Console.printColumns(rows)
  }

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
      ["file names", info.hasFileNames ? "of each image" : "none, made by an earlier version"],
      ["made by", info.toolVersion], ["content SHA-256", info.contentSHA256],
    ]
    for (split, counts) in info.classCounts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      rows.append([split.name, classes(counts)])
    }
    return rows
  }

  private var completeness: String {
    info.isComplete
      ? "yes"
      : info.foundCount < info.expectedCounts.total
        ? "NO: \(info.foundCount) of \(info.expectedCounts.total) images"
        : "NO: the number of images is right, but the images differ"
  }

  /// How many original files match published checksums.
  private var checksums: String {
    let compared = info.sources.filter { $0.isAsPublished != nil }
    if compared.isEmpty {
      return "none published for these files"
        + (info.isCompleteButUnverified ? ", \(Self.unverified)" : "")
    }
    let others = compared.filter { $0.isAsPublished == false }.map(\.name)
    return others.isEmpty
      ? "\(compared.count) published MD5s, all match"
      : "\(compared.count) published MD5s, MISMATCH: \(others.joined(separator: ", "))"
  }

  /// The count of each class, or the range of counts if there are more than 20 classes.
  private func classes(_ counts: [Int]) -> String {
    if counts.count <= 20 {
      return zip(info.classNames, counts).map { "\($0) \($1)" }.joined(separator: ", ")
    }
    let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
    return "\(counts.count) classes of \(least == most ? "\(least)" : "\(least) to \(most)") images"
  }
}
