import Core
import Dispatch
import Synchronization

/// SHA-256 and optionally MD5 of a stream, each computed on its own background queue.
///
///     let checksums = Checksums(md5: true)
///     checksums.update([1, 2, 3])
///     let file = checksums.finish(name: "numbers.bin")  // file.size == 3
final class Checksums {
  private let sha256 = BackgroundWorker(SHA256Hash())
  private let md5: BackgroundWorker<MD5Hash>?
  private var size: Int64 = 0

  /// - Parameter wantsMD5: whether to compute the MD5 too, for files that have a published one.
  init(md5 wantsMD5: Bool) {
    md5 = wantsMD5 ? BackgroundWorker(MD5Hash()) : nil
  }

  /// Adds bytes. Waits if a queue is far behind, so that memory stays bounded.
  func update(_ bytes: [UInt8]) {
    size += Int64(bytes.count)
    sha256.add { $0.update(bytes) }
    md5?.add { $0.update(bytes) }
  }

  /// The checksums of everything added. Waits for the queues.
  /// - Parameter name: the path within the originals.
  func finish(name: String) -> SourceFile {
    SourceFile(
      name: name, size: size, sha256: sha256.wait().hexadecimal,
      md5: md5?.wait().hexadecimal)
  }
}

/// The checksums of a whole file, computed in the background, one file at a time so that disks
/// are read sequentially. Released before its end, it stops.
final class BackgroundChecksums {
  /// The state that the background queue and the waiting thread share.
  private final class Work: Sendable {
    /// Set when nobody waits any more.
    let isCancelled = Atomic(false)
    /// Progress and size in bytes.
    let done = Atomic(0)
    let total = Atomic(0)
    let result = Mutex<Result<SourceFile, BenchmarkError>?>(nil)
  }

  private static let queue = DispatchQueue(label: "archive checksums")
  private static let pieceSize = 1 << 20

  private let path: String
  private let work = Work()
  private let group = DispatchGroup()

  /// Starts the computation.
  init(_ path: String) {
    self.path = path
    Self.queue.async(group: group) { [work] in
      let result = Result { () throws(BenchmarkError) in try Self.checksums(of: path, work) }
      work.result.withLock { $0 = result }
    }
  }

  deinit { work.isCancelled.store(true, ordering: .relaxed) }

  /// Waits for the checksums.
  /// - Parameter report: called every 100 ms with the progress.
  /// - Throws: `BenchmarkError` if the file cannot be read.
  func wait(
    _ report: (_ bytes: Int, _ total: Int) -> Void
  ) throws(BenchmarkError) -> SourceFile {
    while group.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
      report(work.done.load(ordering: .relaxed), work.total.load(ordering: .relaxed))
    }
    guard let result = work.result.withLock({ $0 }) else {
      throw .unreadable(file: path, reason: "its checksum was not computed")
    }
    return try result.get()
  }

  /// Reads the file in pieces until its end or a cancellation.
  private static func checksums(
    of path: String, _ work: Work
  ) throws(BenchmarkError) -> SourceFile {
    let reader = try FileReader(path)
    work.total.store(reader.size, ordering: .relaxed)
    let checksums = Checksums(md5: true)
    while !work.isCancelled.load(ordering: .relaxed) {
      let piece = try reader.read(upTo: pieceSize)
      if piece.isEmpty { break }
      checksums.update(piece)
      work.done.wrappingAdd(piece.count, ordering: .relaxed)
    }
    return checksums.finish(name: MemberPath.split(path).name)
  }
}

/// Processes pieces of work on a value in the background, in order.
///
///     let worker = BackgroundWorker(SHA256Hash())
///     worker.add { $0.update("abc") }
///     let digest = worker.wait().hexadecimal
///
/// At most eight pieces are pending, so the producer cannot get far ahead.
final class BackgroundWorker<State>: @unchecked Sendable {
  private let queue = DispatchQueue(label: "background work")
  /// The limit on pending pieces; `add` waits beyond it.
  private let places = DispatchSemaphore(value: 8)
  // Accessed on the queue only.
  private var state: State

  init(_ state: State) {
    self.state = state
  }

  /// Adds a piece of work. Waits while eight are pending.
  func add(_ work: @escaping @Sendable (inout State) -> Void) {
    places.wait()
    queue.async { [self] in
      work(&state)
      places.signal()
    }
  }

  /// The value after all pieces.
  func wait() -> State { queue.sync { state } }
}
