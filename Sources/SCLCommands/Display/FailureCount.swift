import Synchronization

/// Counts failures that are reported from several threads.
final class FailureCount: Sendable {
  private let value = Mutex(0)

  var count: Int { value.withLock { $0 } }

  func increase() { value.withLock { $0 += 1 } }
}
