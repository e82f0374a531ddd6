import Core
import Foundation
import Synchronization

/// A wish, from a signal, that a run should stop where nothing is lost.
///
/// While training steps are taken, the trainer looks at `signal` after each of them, writes a
/// checkpoint and throws `RunInterrupted`. Outside of them there is nothing to save, and the process
/// is left at once.
public final class StopRequest: Sendable {
  private struct State {
    var signal: Int32?
    var isDeferred = false
  }

  private let state = Mutex(State())
  private let leave: @Sendable (_ signal: Int32) -> Void

  /// - Parameter leave: ends the process when a signal comes while nothing has to be saved.
  public init(leave: @escaping @Sendable (_ signal: Int32) -> Void = { _ in }) {
    self.leave = leave
  }

  /// The signal that has come.
  public var signal: Int32? { state.withLock { $0.signal } }

  public func request(_ signal: Int32) {
    let isDeferred = state.withLock { state in
      state.signal = state.signal ?? signal
      return state.isDeferred
    }
    if !isDeferred { leave(signal) }
  }

  /// Carries out `body`, which looks at `signal` itself.
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
  public func listen(to signals: [Int32]) throws {
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
public struct RunInterrupted: Error, Hashable, Sendable {
  public let signal: Int32

  public init(signal: Int32) {
    self.signal = signal
  }
}
