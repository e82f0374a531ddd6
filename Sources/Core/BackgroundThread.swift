import Foundation

/// A thread that could not be started because a limit on memory (ulimit -v) or on processes
/// (ulimit -u) is reached.
package struct ThreadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The operating system's reason.
  package let reason: String

  /// Creates an error with the operating system's reason.
  package init(reason: String) {
    self.reason = reason
  }

  package var description: String {
    "cannot start a thread: \(reason); raise the limit on memory (ulimit -v) or processes (ulimit -u)"
  }
}

/// Detached POSIX threads whose creation can fail with an error.
///
/// Clusters often limit processes and memory. Dispatch does not report that a thread cannot be
/// created and waits forever.
package enum BackgroundThread {
  /// The closure of a thread as an object that a C pointer can refer to.
  private final class Work {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Small enough for many threads under a limit on memory; the default is often 8 MiB.
  private static let stackBytes = 512 << 10

  /// Starts a detached thread that runs `body` on a stack of 512 KiB. There is no way to join
  /// it.
  /// - Throws: `ThreadError`, with the reason that pthread_create(3) gives.
  package static func start(_ body: @escaping @Sendable () -> Void) throws(ThreadError) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, stackBytes)
    let work = Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, &attributes,
      { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, work.toOpaque())
    guard code == 0 else {
      work.release()
      throw ThreadError(reason: String(cString: strerror(code)))
    }
  }
}
