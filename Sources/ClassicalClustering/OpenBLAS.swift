import COpenBLAS
import Synchronization

/// The matrix library, and how many threads it may use.
package enum OpenBLAS {
  /// Version, build options and the processor kernel in use, for a run's provenance. The last
  /// bits of results depend on the kernel.
  public static var configuration: String {
    "\(options.trimmingSuffix(while: \.isWhitespace)) (running \(kernel))"
  }

  /// Version and kernel alone: "OpenBLAS 0.3.21 (SkylakeX)".
  public static var shortConfiguration: String {
    "\(options.split(separator: " ").prefix(2).joined(separator: " ")) (\(kernel))"
  }

  private static var options: String {
    openblas_get_config().map { String(cString: $0) } ?? "unknown"
  }

  private static var kernel: String {
    openblas_get_corename().map { String(cString: $0) } ?? "unknown"
  }

  /// Runs `body` while every matrix product runs on the thread that calls it. The caller's own
  /// threads share the work (`parallelFor`).
  ///
  /// The setting is global to the process. The first of several overlapping bodies changes it,
  /// and the last restores it.
  static func withoutThreads<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    overlapping.withLock { state in
      if state.bodies == 0 {
        state.threads = openblas_get_num_threads()
        openblas_set_num_threads(1)
      }
      state.bodies += 1
    }
    defer {
      overlapping.withLock { state in
        state.bodies -= 1
        if state.bodies == 0 { openblas_set_num_threads(state.threads) }
      }
    }
    return try body()
  }

  /// Makes OpenBLAS compute on the calling thread from now on.
  ///
  /// Its own threads spin between products. For many small products, as in augmentation, they
  /// cost more than they save, and several runs on one machine slow each other down.
  public static func useOneThread() {
    openblas_set_num_threads(1)
  }

  /// The number of bodies in progress, and the number of threads to restore.
  private static let overlapping = Mutex<(bodies: Int, threads: Int32)>((0, 1))
}

extension String {
  fileprivate func trimmingSuffix(while matches: (Character) -> Bool) -> Substring {
    var result = self[...]
    while let last = result.last, matches(last) { result.removeLast() }
    return result
  }
}
