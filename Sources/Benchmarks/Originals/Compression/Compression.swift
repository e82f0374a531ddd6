import CArchive

/// The compression of an archive: gzip (RFC 1952), xz, zstd (RFC 8878) or bzip2.
///
/// All four formats have checksums, which these decompressors verify. libarchive's gzip reader
/// does not, so damage would go unnoticed. (In zstd the checksum is optional: the program
/// `zstd` writes it, some libraries do not.)
enum Compression: CaseIterable {
  case gzip, xz, zstd, bzip2

  /// The number of bytes that tell the formats apart.
  static let signatureLength = 6

  /// The bytes that a file of this format starts with.
  private var signature: [UInt8] {
    switch self {
    case .gzip: [0x1F, 0x8B]
    case .xz: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
    case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
    case .bzip2: Array("BZh".utf8)
    }
  }

  /// The compression of a file; nil if it has none of these.
  /// - Parameter start: the first `signatureLength` bytes of the file.
  init?(_ start: [UInt8]) {
    guard let found = Self.allCases.first(where: { start.starts(with: $0.signature) }) else {
      return nil
    }
    self = found
  }

  /// The decompressed stream, with checksums verified.
  /// - Parameter stream: the compressed bytes from their start.
  /// - Throws: `BenchmarkError.unreadable` if memory runs out; damage is thrown while reading.
  func decompressed(_ stream: any MemberStream) throws(BenchmarkError) -> any MemberStream {
    switch self {
    case .gzip: try GzipReader(stream)
    case .xz: try XZReader(stream)
    case .zstd, .bzip2: try FilteredReader(stream, self)
    }
  }
}

/// A stream that reports the number of bytes read from it so far.
final class CountedStream: MemberStream {
  let name: String
  private let stream: any MemberStream
  private let report: (Int) -> Void
  private var count = 0

  /// - Parameter report: called after every read with the number of bytes so far.
  init(_ stream: any MemberStream, report: @escaping (Int) -> Void) {
    name = stream.name
    self.stream = stream
    self.report = report
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(BenchmarkError) -> Int {
    let read = try stream.read(into: buffer)
    count += read
    report(count)
    return read
  }
}

/// Decompresses zstd or bzip2 through libarchive, which verifies their checksums. libarchive
/// sees one member of raw data.
final class FilteredReader: MemberStream {
  private static let blockSize = 1 << 18

  let name: String
  private let handle: OpaquePointer
  private let input: ArchiveInput

  /// Starts decompression.
  /// - Parameter compression: zstd or bzip2.
  /// - Throws: `BenchmarkError.damaged` if the stream does not start with its header.
  init(_ stream: any MemberStream, _ compression: Compression) throws(BenchmarkError) {
    guard let handle = archive_read_new() else {
      throw .unreadable(file: stream.name, reason: "out of memory")
    }
    name = stream.name
    self.handle = handle
    input = ArchiveInput(stream, blockSize: Self.blockSize)
    archive_read_support_format_raw(handle)
    if compression == .zstd {
      archive_read_support_filter_zstd(handle)
    } else {
      archive_read_support_filter_bzip2(handle)
    }
    try input.open(handle)
    var entry: OpaquePointer?
    guard archive_read_next_header(handle, &entry) == ARCHIVE_OK else {
      throw input.failure(of: handle)
    }
  }

  deinit { archive_read_free(handle) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(BenchmarkError) -> Int {
    try input.readData(of: handle, into: buffer)
  }
}
