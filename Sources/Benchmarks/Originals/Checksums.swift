import Core
import Dispatch
import Synchronization

/// SHA-256 and optionally MD5 of a stream, computed in the background.
final class Checksums {
  private let sha256 = BackgroundWorker(SHA256Hash())
  private let md5: BackgroundWorker<MD5Hash>?
  private var size: Int64 = 0

  init(md5 wantsMD5: Bool) {
    md5 = wantsMD5 ? BackgroundWorker(MD5Hash()) : nil
  }

  func update(_ bytes: [UInt8]) {
    size += Int64(bytes.count)
    sha256.add { $0.update(bytes) }
    md5?.add { $0.update(bytes) }
  }

  /// The checksums of everything added.
  func finish(name: String) -> SourceFile {
    SourceFile(
      name: name, size: size, sha256: sha256.wait().hexadecimal,
      md5: md5?.wait().hexadecimal)
  }
}

/// The checksums of a whole file, computed in the background, one file at a time.
final class BackgroundChecksums {
  /// The state that the background queue and the waiting thread share.
  private final class Work: Sendable {
    let isCancelled = Atomic(false)
    /// Progress in bytes.
    let done = Atomic(0)
    let total = Atomic(0)
    let result = Mutex<Result<SourceFile, BenchmarkError>?>(nil)
  }

  private static let queue = DispatchQueue(label: "archive checksums")
  private static let pieceSize = 1 << 20

  private let path: String
  private let work = Work()
  private let group = DispatchGroup()

  init(_ path: String) {
    self.path = path
    Self.queue.async(group: group) { [work] in
      let result = Result { () throws(BenchmarkError) in try Self.checksums(of: path, work) }
      work.result.withLock { $0 = result }
    }
  }

  deinit { work.isCancelled.store(true, ordering: .relaxed) }

  /// Waits for the checksums.
  /// - Parameter report: called repeatedly with the progress.
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
final class BackgroundWorker<State>: @unchecked Sendable {
  private let queue = DispatchQueue(label: "background work")
  /// The limit on pending pieces; `add` waits beyond it.
  private let places = DispatchSemaphore(value: 8)
  // Accessed on the queue only.
  private var state: State

  init(_ state: State) {
    self.state = state
  }

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
