import Downloads
import Foundation
import Synchronization

/// How a download goes on: a bar with rate and time left on a terminal, plain lines elsewhere.
final class TransferMeter: Sendable {
  private struct State {
    var gauge = ProgressGauge()
    var region = TerminalRegion()
  }

  private let name: String
  private let size: Int64
  private let isTerminal = Console.isTerminal
  private let state = Mutex(State())

  init(_ name: String, size: Int64) {
    self.name = name
    self.size = size
  }

  func show(_ event: Download.Event) {
    state.withLock { state in
      switch event {
      case .started(let offset):
        state.gauge.begin(at: offset)
        if offset > 0 { note("resumed at \(Quantities.size(offset))", &state) }
      case .received(let count): received(count, &state)
      case .retrying(let reason, let seconds):
        note("interrupted, \(reason); trying again in \(Quantities.time(seconds))", &state)
      case .verifying: note("comparing its MD5", &state)
      }
    }
  }

  /// Removes what was redrawn.
  func end() {
    state.withLock { if isTerminal { $0.region.show([]) } }
  }

  private func note(_ text: String, _ state: inout State) {
    let line = "\(name): \(text)"
    if isTerminal {
      state.region.show(notes: [line], [])
    } else {
      Console.note(line)
    }
  }

  private func received(_ count: Int64, _ state: inout State) {
    guard let line = state.gauge.line(name, count, of: size) else { return }
    if isTerminal { state.region.show([line]) } else { Console.note(line) }
  }
}
