/// Why a benchmark's original files cannot be downloaded.
public enum PublicationError: Error, Hashable, Sendable {
  /// The program draws the images itself.
  case notPublished(benchmark: String)
  /// The publisher gives the files to registered users only.
  case needsAccount(benchmark: String, page: String, file: String)
  case noSuchVersion(benchmark: String, version: String, known: [String])
}

extension PublicationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notPublished(let benchmark):
      "\(benchmark) is drawn, not downloaded: run 'scl data prepare \(benchmark)'"
    case .needsAccount(let benchmark, let page, let file):
      "the images of \(benchmark) are for registered users: get \(file) by \(page), or name your "
        + "own server's with --url"
    case .noSuchVersion(let benchmark, let version, let known):
      "\(benchmark) has no \(version) version; --version takes \(known.joined(separator: ", "))"
    }
  }
}

extension BenchmarkDefinition {
  /// The published file of a version, or that which is taken unless a version is named.
  /// - Throws: `.notPublished` or `.noSuchVersion`.
  public func publishedFile(
    _ version: PublishedFile.Version? = nil
  ) throws(PublicationError) -> PublishedFile {
    guard let files = publication?.files, let first = files.first else {
      throw .notPublished(benchmark: name)
    }
    guard let version else { return first }
    guard let file = files.first(where: { $0.version == version }) else {
      throw .noSuchVersion(
        benchmark: name, version: version.rawValue, known: files.map(\.version.rawValue))
    }
    return file
  }
}
