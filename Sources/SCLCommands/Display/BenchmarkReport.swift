import Benchmarks
import Core

/// What a benchmark file says of itself, for people and for scripts.
struct BenchmarkReport {
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
    /// What was passed over, left out, or is worth telling.
    let remarks: [Remark]
    /// The originals that could not be read and were left out.
    let leftOut: [String]
    /// Whether the file names the original of each image.
    let fileNames: Bool
    let toolVersion: String
    let contentHash: String
    /// Whether checksums prove that these are the published images; missing where none are published.
    let asPublished: Bool?
    let file: String
    /// Whether the file was read whole and is what it says; missing where it was not.
    let verified: Bool?
  }

  private struct Remark: Encodable {
    let text: String
    let count: Int
    let example: String
  }

  private struct Source: Encodable {
    let name: String
    let size: Int64
    let sha256: String
    let md5: String?
    let publishedMD5: String?
    /// Missing where no checksum is published for it.
    let asPublished: Bool?
  }

  /// What there is to say of images that no checksum covers.
  static let rightByNumberAlone =
    "right by its numbers alone: altered images would not be noticed"

  /// What there is to say of published raw pixels that came as JPEG files.
  static let reEncoded =
    "re-encoded: the published images are raw pixels, these were JPEG files; every table says so"

  private let file: String
  private let info: BenchmarkInfo
  private let isVerified: Bool

  init(_ file: String) throws {
    try self.init(BenchmarkFile.open(file), isVerified: false)
  }

  /// - Parameter isVerified: whether the whole file has been compared with its checksum.
  init(_ benchmark: BenchmarkFile, isVerified: Bool) {
    file = benchmark.path
    info = benchmark.info
    self.isVerified = isVerified
  }

  func show(json: Bool) throws {
    if json { return try Console.json(object) }
    for line in TextColumns(rows, width: Console.outputWidth).lines { Console.print(line) }
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
      rows.append(["remark", "\(remark.text): \(remark.count), such as \(remark.example)"])
    }
    rows += [
      ["file names", info.hasFileNames ? "of each image" : "none: made by an earlier version"],
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
        : "NO: as many images as the benchmark, but not the same"
  }

  /// How many of the original files are the published ones.
  private var checksums: String {
    let compared = info.sources.filter { $0.isAsPublished != nil }
    if compared.isEmpty {
      return "none published for these files"
        + (info.isRightByNumberAlone ? ", \(Self.rightByNumberAlone)" : "")
    }
    let others = compared.filter { $0.isAsPublished == false }.map(\.name)
    return others.isEmpty
      ? "\(compared.count) published MD5s, all matched"
      : "\(compared.count) published MD5s, NOT matched by \(others.joined(separator: ", "))"
  }

  /// Every class, or where they are many how their counts lie.
  private func classes(_ counts: [Int]) -> String {
    if counts.count <= 20 {
      return zip(info.classNames, counts).map { "\($0) \($1)" }.joined(separator: ", ")
    }
    let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
    return "\(counts.count) classes of \(least == most ? "\(least)" : "\(least) to \(most)") images"
  }
}
