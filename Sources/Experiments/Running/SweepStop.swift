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

  /// Turns the process's signals into requests while `body` goes on.
  public func whileListening<Result>(
    _ body: () async throws -> Result
  ) async rethrows -> Result {
    let sources = [SIGINT, SIGTERM, SIGHUP].compactMap(listen)
    defer {
      for (number, source) in sources {
        source.cancel()
        Foundation.signal(number, SIG_DFL)
      }
    }
    return try await body()
  }

  private func listen(to number: Int32) -> (Int32, any DispatchSourceSignal)? {
    var action = sigaction()
    // nohup(1) has the signal of a closed terminal ignored, and means it.
    if number == SIGHUP, sigaction(number, nil, &action) == 0,
      unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        == unsafeBitCast(SIG_IGN, to: Int.self)
    {
      return nil
    }
    // The default action would end the process before the source hears of it.
    Foundation.signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler { [self] in request(number) }
    source.resume()
    return (number, source)
  }
}
