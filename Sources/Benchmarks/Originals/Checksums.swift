import Core
import Dispatch
import Synchronization

/// SHA-256 and, where wanted, MD5 of a stream, computed beside the work on its pieces.
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

/// The checksums of a whole file, computed while other work goes on, one file at a time.
final class BackgroundChecksums {
  private final class Work: Sendable {
    let isCancelled = Atomic(false)
    /// Bytes that are read, of how many.
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

  /// - Parameter report: told now and then how many of how many bytes are done.
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
