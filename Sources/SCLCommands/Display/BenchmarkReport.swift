import Benchmarks

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
    let classes: [String]
    let sourceFormat: String
    let sources: [Source]
    let toolVersion: String
    let contentHash: String
    let file: String
  }

  private struct Source: Encodable {
    let name: String
    let size: Int64
    let sha256: String
  }

  private let file: String
  private let info: BenchmarkInfo

  init(_ file: String) throws {
    self.file = file
    info = try BenchmarkFile.open(file).info
  }

  func show(json: Bool) throws {
    if json {
      try Console.json(
        Object(
          benchmark: info.benchmark, complete: info.isComplete, images: info.counts.total,
          definitionImages: info.expectedCounts.total, train: info.counts.train,
          test: info.counts.test, unlabelled: info.counts.unlabelled, imageSize: info.imageSize,
          classes: info.classNames, sourceFormat: info.sourceFormat,
          sources: info.sources.map { Source(name: $0.name, size: $0.size, sha256: $0.sha256) },
          toolVersion: info.toolVersion,
          contentHash: info.contentSHA256, file: file))
      return
    }
    let completeness =
      info.isComplete
      ? "yes" : "NO: \(info.counts.total) of \(info.expectedCounts.total) images"
    var rows = [
      ["file", file], ["benchmark", info.benchmark], ["images", "\(info.counts)"],
      ["complete", completeness], ["image size", "\(info.imageSize) x \(info.imageSize)"],
      ["source", "\(info.sourceFormat), \(info.sources.count) files"],
      ["made by", info.toolVersion], ["content SHA-256", info.contentSHA256],
    ]
    for (split, counts) in info.classCounts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      let classes = zip(info.classNames, counts).map { "\($0) \($1)" }.joined(separator: ", ")
      rows.append([split.name, classes])
    }
    for line in TextColumns(rows).lines { Console.print(line) }
  }
}
