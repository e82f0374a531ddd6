import Foundation

/// A thread that the system does not give: a limit of memory (ulimit -v) or of processes is reached.
public struct ThreadError: Error, Hashable, Sendable, CustomStringConvertible {
  public let reason: String

  public init(reason: String) {
    self.reason = reason
  }

  public var description: String {
    "no thread can be started (\(reason)): a limit of memory or of processes is reached (ulimit -v, "
      + "ulimit -u), allow more"
  }
}

/// A thread of this program's own, which is there or is an error: Dispatch waits without end where none can
/// be made.
public enum BackgroundThread {
  private final class Work {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private static let stackBytes = 512 << 10

  /// Starts a thread that carries out `body`, which should do little and use little of its stack.
  public static func start(_ body: @escaping @Sendable () -> Void) throws(ThreadError) {
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
