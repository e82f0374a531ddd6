import CLZMA

/// Decompresses xz: consecutive streams with checks and index.
final class XZReader: MemberStream {
  private static let inputSize = 1 << 18
  /// The memory limit in bytes. Files state their need: 65 MiB for `xz -9`.
  private static let memoryLimit: UInt64 = 160 << 20

  let name: String
  private let stream: any MemberStream
  private let state: UnsafeMutablePointer<lzma_stream>
  private let input: UnsafeMutableRawBufferPointer
  private var hasMore = true
  private var isAtEnd = false

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
