import Core
import Foundation
import Synchronization

/// A wish, from a signal, that a sweep should end where nothing is lost.
///
/// An executor looks at it several times a second.
public final class SweepStop: Sendable {
  private struct State {
    var signal: Int32?
    var since = ContinuousClock.now
    var isUrgent = false
  }

  private let state = Mutex(State())

  public init() {}

  /// The signal that came first; nil while the sweep may go on.
  public var signal: Int32? { state.withLock { $0.signal } }

  /// Whether the user has lost patience: nothing is waited for.
  public var isUrgent: Bool { state.withLock { $0.isUrgent } }

  /// The first request stops; a later SIGINT makes it urgent.
  public func request(_ signal: Int32) {
    state.withLock { state in
      guard state.signal != nil else {
        state.signal = signal
        state.since = .now
        return
      }
      // timeout(1) and batch systems send one signal to a process and to its group: that is one
      // request.
      if signal == SIGINT, .now - state.since > .milliseconds(500) { state.isUrgent = true }
    }
  }

  /// Takes the signals that have come since the last look for requests.
  func collect() {
    while let signal = SignalInbox.take() { request(signal) }
  }

  /// Carries out `body` with the process's signals caught for `collect`.
  /// - Throws: `FileError` where signals cannot be caught.
  public func whileCatching<Result>(_ body: () throws -> Result) throws -> Result {
    // nohup(1) has the signal of a closed terminal ignored, and means it.
    let signals = [SIGINT, SIGTERM, SIGHUP].filter { $0 != SIGHUP || !SignalInbox.isIgnored($0) }
    try SignalInbox.catchSignals(signals)
    defer { SignalInbox.release(signals) }
    return try body()
  }

  /// How long work that was asked to stop is waited for, and work that has to begin.
  private static let patience = Duration.seconds(20)

  /// Waits for work on other threads, and takes signals for requests meanwhile.
  /// - Throws: what `body` throws; `RunInterrupted` where it does not heed a request; `ThreadError` where the
  ///   system gives it no thread to begin on.
  public func waiting(for body: @escaping @Sendable () async throws -> Void) throws {
    struct Work {
      var hasBegun = false
      var result: Swift.Result<Void, any Error>?
    }
    final class Shared: Sendable {
      let value = Mutex(Work())
    }
    let shared = Shared()
    Task.detached {
      shared.value.withLock { $0.hasBegun = true }
      do {
        try await body()
        shared.value.withLock { $0.result = .success(()) }
      } catch {
        shared.value.withLock { $0.result = .failure(error) }
      }
    }
    let start = ContinuousClock.now
    var stopped: ContinuousClock.Instant?
    while true {
      let (hasBegun, result) = shared.value.withLock { ($0.hasBegun, $0.result) }
      if let result { return try result.get() }
      ChildProcess.wait(for: [], milliseconds: 100)
      collect()
      if let signal {
        stopped = stopped ?? .now
        if let stopped, .now - stopped > Self.patience { throw RunInterrupted(signal: signal) }
      }
      if !hasBegun, .now - start > Self.patience {
        throw ThreadError(reason: "no work started within 20 s")
      }
    }
  }
}
