import Foundation
import Testing

/// Gives the tests of a suite threads of their own. They mostly wait for processes and, by blocking, would take the
/// threads of all other tests, of which there are as many as cores.
struct OwnThread: SuiteTrait, TestTrait, TestScoping {
  let isRecursive = true

  func scopeProvider(for test: Test, testCase: Test.Case?) -> OwnThread? {
    testCase == nil ? nil : self
  }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(ThreadPerJob.shared, operation: function)
  }
}

extension Trait where Self == OwnThread {
  static var ownThread: Self { Self() }
}

/// Carries out each job on a new thread.
private final class ThreadPerJob: TaskExecutor {
  static let shared = ThreadPerJob()

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    Thread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }.start()
  }
}
