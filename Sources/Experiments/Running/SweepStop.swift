import Core
import Foundation
import Synchronization

/// A request, usually from a signal, that a sweep end where nothing is lost. Executors check it
/// several times a second.
package final class SweepStop: Sendable {
  private struct State {
    var signal: Int32?
    var since = ContinuousClock.now
    var isUrgent = false
  }

  private let state = Mutex(State())

  package init() {}

  /// The first signal; nil while the sweep may continue.
  package var signal: Int32? { state.withLock { $0.signal } }

  /// Whether a second Ctrl-C asked to stop without waiting for checkpoints.
  package var isUrgent: Bool { state.withLock { $0.isUrgent } }

  /// Requests a stop. A later SIGINT makes the request urgent.
  package func request(_ signal: Int32) {
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

  /// Turns the signals since the last call into requests.
  func collect() {
    while let signal = SignalInbox.take() { request(signal) }
  }

  /// Runs `body` while the process's signals are caught for `collect`. SIGHUP stays ignored under
  /// nohup(1).
  ///
  /// - Throws: `FileError` if signals cannot be caught; what `body` throws.
  package func whileCatching<Result>(_ body: () throws -> Result) throws -> Result {
    // nohup(1) has the signal of a closed terminal ignored, and means it.
    let signals = [SIGINT, SIGTERM, SIGHUP].filter { $0 != SIGHUP || !SignalInbox.isIgnored($0) }
    try SignalInbox.catchSignals(signals)
    defer { SignalInbox.release(signals) }
    return try body()
  }

  /// How long work may take to start, and to end after a request.
  private static let patience = Duration.seconds(20)

  /// Runs asynchronous work and waits for it, while signals become requests.
  ///
  /// - Throws: what `body` throws; `RunInterrupted` if it does not end within 20 s of a request;
  ///   `ThreadError` if the system has no thread to start it on.
  package func waiting(for body: @escaping @Sendable () async throws -> Void) throws {
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
