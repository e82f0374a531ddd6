import CZlib

/// Decompresses gzip (RFC 1952) and verifies its checksums.
///
/// A file consists of members, one after the other, and optional zero padding. A member is:
///
///     10 bytes  1F 8B, method 8 (deflate), flags, time, extra flags, operating system
///     varying   extra field, name, comment and header checksum, as the flags say
///     varying   the deflate stream (RFC 1951)
///     4 bytes   CRC-32 of the uncompressed bytes, little-endian
///     4 bytes   their number modulo 2^32, little-endian
///
/// zlib parses the header and checks both trailing numbers.
final class GzipReader: MemberStream {
  private static let inputSize = 1 << 18
  /// The value for zlib's `inflateInit2` that selects the gzip format: 15 bits of window, plus
  /// 16.
  private static let windowBits: Int32 = 15 + 16

  let name: String
  private let stream: any MemberStream
  /// zlib's state, at an address that must not change.
  private let state: UnsafeMutablePointer<z_stream>
  /// The compressed bytes that zlib has not used.
  private let input: UnsafeMutableRawBufferPointer
  /// Whether the next byte belongs to a member.
  private var isInMember = true
  /// Whether zeros have followed a member.
  private var hasPadding = false
  /// Whether the last member, and padding, have ended.
  private var isAtEnd = false

  /// Starts at the first member.
  /// - Throws: `BenchmarkError.unreadable` if memory runs out.
  init(_ stream: any MemberStream) throws(BenchmarkError) {
    name = stream.name
    self.stream = stream
    state = .allocate(capacity: 1)
    state.initialize(to: z_stream())
    input = .allocate(byteCount: Self.inputSize, alignment: 16)
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(state, Self.windowBits, ZLIB_VERSION, size) == Z_OK else {
      throw .unreadable(file: stream.name, reason: "out of memory")
    }
  }

  deinit {
    inflateEnd(state)
    state.deallocate()
    input.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(BenchmarkError) -> Int {
    var filled = 0
    while filled < buffer.count, !isAtEnd {
      let hasInput = try refill()
      if !isInMember {
        guard hasInput else {
          isAtEnd = true
          break
        }
        try beginMember()
        continue
      }
      guard hasInput else {
        throw damaged("it is truncated: the end of its gzip stream is missing")
      }
      let space = min(buffer.count - filled, Int(Int32.max))
      state.pointee.next_out = buffer.baseAddress?.advanced(by: filled)
        .assumingMemoryBound(to: UInt8.self)
      state.pointee.avail_out = UInt32(space)
      let status = inflate(state, Z_NO_FLUSH)
      filled += space - Int(state.pointee.avail_out)
      switch status {
      case Z_OK, Z_BUF_ERROR: break
      case Z_STREAM_END: isInMember = false
      case Z_MEM_ERROR: throw .unreadable(file: name, reason: "out of memory")
      default:
        let words = state.pointee.msg.map { String(cString: $0) } ?? "invalid data"
        throw damaged(
          words.hasSuffix("check")
            ? "it is damaged: its gzip checksum does not match (\(words))"
            : "its gzip stream is damaged (\(words))")
      }
    }
    return filled
  }

  /// Reads more input if all was used.
  /// - Returns: false at the end of the input.
  private func refill() throws(BenchmarkError) -> Bool {
    if state.pointee.avail_in > 0 { return true }
    let count = try stream.read(into: input)
    state.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    state.pointee.avail_in = UInt32(count)
    return count > 0
  }

  /// Handles what follows a member: another member, or zeros up to the end of the file.
  /// - Throws: `BenchmarkError.damaged` for other data.
  private func beginMember() throws(BenchmarkError) {
    while state.pointee.avail_in > 0, state.pointee.next_in?.pointee == 0 {
      state.pointee.next_in = state.pointee.next_in?.advanced(by: 1)
      state.pointee.avail_in -= 1
      hasPadding = true
    }
    if state.pointee.avail_in == 0 { return }
    guard !hasPadding, state.pointee.next_in?.pointee == 0x1F else {
      throw damaged("other data follow its gzip stream")
    }
    inflateReset(state)
    isInMember = true
  }

  private func damaged(_ reason: String) -> BenchmarkError {
    .damaged(file: name, reason: reason)
  }
}
