import Downloads
import Foundation
import Synchronization

/// How a download goes on: a bar with rate and time left on a terminal, plain lines elsewhere.
final class TransferMeter: Sendable {
  private struct State {
    /// What was there at which times, lately: what the rate is taken from.
    var samples: [(time: ContinuousClock.Instant, count: Int64)] = []
    var lastShown: ContinuousClock.Instant?
    var region = TerminalRegion()
  }

  private static let barWidth = 24
  private static let window = Duration.seconds(15)

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
        state.samples = [(.now, offset)]
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
      Console.error(line)
    }
  }

  private func received(_ count: Int64, _ state: inout State) {
    let now = ContinuousClock.now
    let interval = isTerminal ? Duration.milliseconds(200) : .seconds(15)
    if state.lastShown == nil { state.lastShown = now }
    guard let last = state.lastShown, now - last >= interval else { return }
    state.lastShown = now
    state.samples.append((now, count))
    while state.samples.count > 2, now - state.samples[0].time > Self.window {
      state.samples.removeFirst()
    }
    let line = line(count, state.samples[0], now)
    if isTerminal { state.region.show([line]) } else { Console.error(line) }
  }

  private func line(
    _ count: Int64, _ first: (time: ContinuousClock.Instant, count: Int64),
    _ now: ContinuousClock.Instant
  ) -> String {
    let share = Double(count) / Double(max(size, 1))
    let seconds = (now - first.time) / .seconds(1)
    let rate = seconds > 0 ? Double(count - first.count) / seconds : 0
    let left = rate > 0 ? Quantities.time(Double(size - count) / rate) + " left" : "no bytes come"
    let filled = Int(share * Double(Self.barWidth))
    let bar =
      String(repeating: "#", count: filled)
      + String(repeating: ".", count: Self.barWidth - filled)
    return "\(name)  " + (isTerminal ? "[\(bar)]  " : "") + "\(Int(share * 100)) %  "
      + "\(Quantities.size(count)) of \(Quantities.size(size))  "
      + "\(Quantities.size(Int64(rate)))/s  \(left)"
  }
}
