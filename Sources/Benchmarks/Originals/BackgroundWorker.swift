import Dispatch

/// Works on a value piece by piece, on a queue of its own beside the caller's thread.
final class BackgroundWorker<State>: @unchecked Sendable {
  private let queue = DispatchQueue(label: "background work")
  /// Whoever adds more pieces than these waits until one is done.
  private let places = DispatchSemaphore(value: 8)
  // Touched on the queue alone.
  private var state: State

  init(_ state: State) {
    self.state = state
  }

  func add(_ work: @escaping @Sendable (inout State) -> Void) {
    places.wait()
    queue.async { [self] in
      work(&state)
      places.signal()
    }
  }

  /// The value after all that was added.
  func wait() -> State { queue.sync { state } }
}
