import COpenBLAS
import Synchronization

/// The matrix library, and how many threads it may use.
public enum OpenBLAS {
  /// Version, build options and the processor kernel in use, for a run's provenance: results depend
  /// on the kernel in their last bits.
  public static var configuration: String {
    let options = openblas_get_config().map { String(cString: $0) } ?? "unknown"
    let kernel = openblas_get_corename().map { String(cString: $0) } ?? "unknown"
    return "\(options.trimmingSuffix(while: \.isWhitespace)) (running \(kernel))"
  }

  /// Runs `body` while every product uses the thread that asks for it and no other.
  ///
  /// The setting is one for the whole process: it is changed by the first of several overlapping
  /// bodies and restored by the last.
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

  /// Makes OpenBLAS compute on the calling thread alone, from now on.
  ///
  /// Its own threads spin between products: where products are small and many, as in augmentation,
  /// they cost more than they bring, and several runs on one machine starve each other.
  public static func useOneThread() {
    openblas_set_num_threads(1)
  }

  private static let overlapping = Mutex<(bodies: Int, threads: Int32)>((0, 1))
}

extension String {
  fileprivate func trimmingSuffix(while matches: (Character) -> Bool) -> Substring {
    var result = self[...]
    while let last = result.last, matches(last) { result.removeLast() }
    return result
  }
}
