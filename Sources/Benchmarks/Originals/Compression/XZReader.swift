import CLZMA

/// Decompresses xz (https://tukaani.org/xz/xz-file-format.txt) and verifies its checks.
///
/// A file consists of streams, one after the other. A stream has a header (FD 37 7A 58 5A 00
/// and the type of check), blocks that each end with a check of their uncompressed bytes, an
/// index of the blocks' sizes, and a footer. liblzma verifies all of them. A stream with a
/// check that liblzma cannot compute is refused.
final class XZReader: MemberStream {
  private static let inputSize = 1 << 18
  /// The memory limit in bytes. Files state their need: 65 MiB for `xz -9`. A damaged or
  /// hostile header can demand 4 GiB.
  private static let memoryLimit: UInt64 = 160 << 20

  let name: String
  private let stream: any MemberStream
  /// liblzma's state, at an address that must not change.
  private let state: UnsafeMutablePointer<lzma_stream>
  /// The compressed bytes that liblzma has not used.
  private let input: UnsafeMutableRawBufferPointer
  /// Whether the input has not ended.
  private var hasMore = true
  /// Whether the last stream has ended.
  private var isAtEnd = false

  /// Starts at the first stream.
  /// - Throws: `BenchmarkError.unreadable` if memory runs out.
  init(_ stream: any MemberStream) throws(BenchmarkError) {
    name = stream.name
    self.stream = stream
    state = .allocate(capacity: 1)
    state.initialize(to: lzma_stream())
    input = .allocate(byteCount: Self.inputSize, alignment: 16)
    let flags = clzma_concatenated | clzma_tell_unsupported_check
    guard lzma_stream_decoder(state, Self.memoryLimit, flags) == LZMA_OK else {
      throw .unreadable(file: stream.name, reason: "out of memory")
    }
  }

  deinit {
    lzma_end(state)
    state.deallocate()
    input.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(BenchmarkError) -> Int {
    var filled = 0
    while filled < buffer.count, !isAtEnd {
      if state.pointee.avail_in == 0, hasMore {
        let count = try stream.read(into: input)
        state.pointee.next_in = UnsafePointer(
          input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        state.pointee.avail_in = count
        hasMore = count > 0
      }
      let space = buffer.count - filled
      state.pointee.next_out = buffer.baseAddress?.advanced(by: filled)
        .assumingMemoryBound(to: UInt8.self)
      state.pointee.avail_out = space
      let status = lzma_code(state, hasMore ? LZMA_RUN : LZMA_FINISH)
      filled += space - state.pointee.avail_out
      switch status {
      case LZMA_OK: break
      case LZMA_STREAM_END: isAtEnd = true
      case LZMA_MEMLIMIT_ERROR:
        throw .damaged(
          file: name,
          reason:
            "decompression needs more than \(Self.memoryLimit >> 20) MiB of memory; compress it again "
            + "with a smaller dictionary")
      case LZMA_MEM_ERROR: throw .unreadable(file: name, reason: "out of memory")
      case LZMA_BUF_ERROR:
        throw .damaged(file: name, reason: "it is truncated: the end of its xz stream is missing")
      case LZMA_UNSUPPORTED_CHECK:
        throw .damaged(file: name, reason: "its xz stream has an unsupported check")
      default:
        throw .damaged(file: name, reason: "its xz stream is damaged or its checks do not match")
      }
    }
    return filled
  }
}
