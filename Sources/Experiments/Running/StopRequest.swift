import Core
import Foundation
import Synchronization

/// A request, usually from a signal, that a run stop where nothing is lost.
///
/// During training steps the trainer checks `signal` after each step, writes a checkpoint and
/// throws `RunInterrupted`. At other times there is nothing to save, and the process leaves at
/// once.
///
///     let stop = StopRequest { signal in _exit(128 + signal) }
///     try stop.listen(to: [SIGINT, SIGTERM])
package final class StopRequest: Sendable {
  private struct State {
    var signal: Int32?
    var isDeferred = false
  }

  private let state = Mutex(State())
  /// Ends the process; called when nothing has to be saved.
  private let leave: @Sendable (_ signal: Int32) -> Void

  /// - Parameter leave: ends the process when a signal comes while nothing has to be saved.
  package init(leave: @escaping @Sendable (_ signal: Int32) -> Void = { _ in }) {
    self.leave = leave
  }

  /// The requested signal; nil without a request.
  package var signal: Int32? { state.withLock { $0.signal } }

  /// Requests a stop. The first signal counts.
  package func request(_ signal: Int32) {
    let isDeferred = state.withLock { state in
      state.signal = state.signal ?? signal
      return state.isDeferred
    }
    if !isDeferred { leave(signal) }
  }

  /// Runs `body`, which checks `signal` itself; a request during it does not leave the process.
  func deferring<Result>(_ body: () throws -> Result) rethrows -> Result {
    state.withLock { $0.isDeferred = true }
    defer {
      let signal = state.withLock { state in
        state.isDeferred = false
        return state.signal
      }
      if let signal { leave(signal) }
    }
    return try body()
  }

  /// Turns the process's own signals into requests, for as long as the process lives. A thread of its own
  /// waits for them: it is there before work begins that may leave no room for one.
  /// - Throws: `FileError`, `ThreadError`.
  package func listen(to signals: [Int32]) throws {
    try SignalInbox.catchSignals(signals)
    try BackgroundThread.start { [self] in
      while true {
        // An interrupted wait ends too; what has come is taken below.
        ChildProcess.wait(for: [], milliseconds: -1)
        while let signal = SignalInbox.take() { request(signal) }
      }
    }
  }
}

/// A run that stopped because a signal asked for it; its checkpoint is written.
package struct RunInterrupted: Error, Hashable, Sendable {
  /// The signal that asked for it; the exit code is 128 plus its number.
  package let signal: Int32

  package init(signal: Int32) {
    self.signal = signal
  }
}
