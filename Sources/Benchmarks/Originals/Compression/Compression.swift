/// How an archive is compressed as one stream.
///
/// All four formats carry checksums of what they hold, which the decompressors here compare: libarchive's
/// own reader of gzip does not, and takes a damaged archive for another one. (zstd's is an option of the
/// writer: `zstd` writes it, some libraries do not.)
enum Compression: CaseIterable {
  case gzip, xz, zstd, bzip2

  /// As many bytes as tell them apart.
  static let signatureLength = 6

  private var signature: [UInt8] {
    switch self {
    case .gzip: [0x1F, 0x8B]
    case .xz: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
    case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
    case .bzip2: Array("BZh".utf8)
    }
  }

  /// - Parameter start: the first bytes of a file.
  init?(_ start: [UInt8]) {
    guard let found = Self.allCases.first(where: { start.starts(with: $0.signature) }) else {
      return nil
    }
    self = found
  }

  /// What the stream decompresses to, checked to its end.
  func decompressed(_ stream: any MemberStream) throws(BenchmarkError) -> any MemberStream {
    switch self {
    case .gzip: try GzipReader(stream)
    case .xz: try XZReader(stream)
    case .zstd, .bzip2: try FilteredReader(stream, self)
    }
  }
}

/// A stream that tells how many of its bytes have been read.
final class CountedStream: MemberStream {
  let name: String
  private let stream: any MemberStream
  private let report: (Int) -> Void
  private var count = 0

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
