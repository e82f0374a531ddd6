import Testing

/// Lets at most so many tests of a suite run at a time, where one at a time would leave a core idle and all at once
/// would take the threads of every other suite.
struct AtMost: SuiteTrait, TestTrait, TestScoping {
  /// How many at a time.
  let places: Places
  let isRecursive = true

  func scopeProvider(for test: Test, testCase: Test.Case?) -> AtMost? {
    testCase == nil ? nil : self
  }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    await places.take()
    do { try await function() } catch {
      await places.giveBack()
      throw error
    }
    await places.giveBack()
  }
}

extension Trait where Self == AtMost {
  static func atMost(_ count: Int) -> AtMost { AtMost(places: Places(count)) }
}

/// Places that are taken in turn: who comes first waits least.
actor Places {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ count: Int) { free = count }

  func take() async {
    guard free == 0 else {
      free -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func giveBack() {
    guard waiting.isEmpty else { return waiting.removeFirst().resume() }
    free += 1
  }
}
