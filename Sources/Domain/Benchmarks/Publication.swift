/// Where the original files of a benchmark come from, and on which terms.
///
///     Publication(
///       page: "https://github.com/zalandoresearch/fashion-mnist", licence: "MIT", files: [file])
public struct Publication: Hashable, Sendable {
  /// The page that describes the data.
  public let page: String
  /// The publisher's terms of use, in one line.
  public let licence: String
  /// The files. `scl data fetch` takes the first unless `--edition` names another.
  public let files: [PublishedFile]

  public init(page: String, licence: String, files: [PublishedFile]) {
    self.page = page
    self.licence = licence
    self.files = files
  }
}

/// An original file as its publisher distributes it, with the size and checksum that identify a
/// copy.
///
///     PublishedFile(
///       .binary, "https://example.org/flowers.tar.gz", size: 60_270_631,
///       md5: "52808999861908f626f3c1f4e79d11fa")
public struct PublishedFile: Hashable, Sendable {
  /// The publishers' own names for the versions of a data set.
  ///
  ///     BenchmarkDefinition.cifar10.publication?.files.map(\.version)   // [.binary, .python]
  public enum Version: String, CaseIterable, Hashable, Sendable {
    /// Flat records: the "binary version".
    case binary
    /// Python's pickles: the "python version".
    case python
    /// JPEG files in folders.
    case images
  }

  /// A file in an archive.
  ///
  ///     for member in file.members { print(member.name, member.md5) }
  public struct Member: Hashable, Sendable {
    /// The name without folders: "data_batch_1".
    public let name: String
    /// MD5 in hexadecimal.
    public let md5: String
  }

  /// The version of the data.
  public let version: Version
  /// The official address; nil if an account is needed.
  public let address: String?
  /// The file's own name: "cifar-10-binary.tar.gz".
  public let name: String
  /// Bytes.
  public let size: Int64
  /// MD5 in hexadecimal.
  public let md5: String
  /// The files in it whose MD5 is published.
  public let members: [Member]

  /// A file of `size` bytes that can be downloaded. Its name is the last part of the address.
  public init(
    _ version: Version, _ address: String, size: Int64, md5: String,
    members: [(name: String, md5: String)] = []
  ) {
    self.init(
      version, address, named: String(address.split(separator: "/").last ?? ""), size: size,
      md5: md5, members: members)
  }

  /// A file of `size` bytes that the publisher gives only to registered users.
  public init(_ version: Version, named name: String, size: Int64, md5: String) {
    self.init(version, nil, named: name, size: size, md5: md5, members: [])
  }

  private init(
    _ version: Version, _ address: String?, named name: String, size: Int64, md5: String,
    members: [(name: String, md5: String)]
  ) {
    self.version = version
    self.address = address
    self.name = name
    self.size = size
    self.md5 = md5
    self.members = members.map { Member(name: $0.name, md5: $0.md5) }
  }

  /// Whether a file of this name is published, by itself or within an archive.
  package static func isPublished(_ name: String) -> Bool {
    // CIFAR-10's binary batches are published without checksums.
    if name.hasSuffix("_batch.bin") || name.hasPrefix("data_batch_") { return true }
    return BenchmarkDefinition.all.lazy.compactMap(\.publication).flatMap(\.files).contains {
      $0.name == name || $0.members.contains { $0.name == name }
    }
  }
}

/// Why the original files of a benchmark cannot be downloaded.
package enum PublicationError: Error, Hashable, Sendable {
  /// The program generates the images.
  case notPublished(benchmark: String)
  /// The publisher gives the files to registered users only.
  case needsAccount(benchmark: String, page: String, file: String)
  /// The benchmark has files, but not in this version; `known` lists those that it has.
  case noSuchVersion(benchmark: String, version: String, known: [String])
}

extension PublicationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notPublished(let benchmark):
      "\(benchmark) is a rehearsal and has no download: run 'scl data prepare \(benchmark)'"
    case .needsAccount(let benchmark, let page, let file):
      "the images of \(benchmark) are for registered users: get \(file) from \(page), or give the "
        + "address of your own server with --url"
    case .noSuchVersion(let benchmark, let version, let known):
      "\(benchmark) has no \(version) edition; --edition takes \(known.joined(separator: ", "))"
    }
  }
}

extension BenchmarkDefinition {
  /// The published file of a version.
  /// - Parameter version: nil for the first file.
  /// - Throws: `PublicationError.notPublished` or `.noSuchVersion`.
  package func publishedFile(
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

  /// The MD5 that is published for an original file; nil if none is.
  /// - Parameter file: its name without folders.
  package func publishedMD5(ofFileNamed file: String) -> String? {
    for published in publication?.files ?? [] {
      if published.name == file { return published.md5 }
      if let member = published.members.first(where: { $0.name == file }) { return member.md5 }
    }
    return nil
  }
}
