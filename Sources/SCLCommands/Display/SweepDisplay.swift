import Experiments
import Foundation
import Records
import Synchronization

/// Shows how a sweep goes on: one line redrawn on a terminal, plain lines elsewhere.
final class SweepDisplay: Sendable {
  private struct State {
    /// The part of each run that is done, 0...1.
    var fractions: [Double]
    /// The part that earlier sessions had done when the run was taken up.
    var inherited: [Double]
    var running: [Int: RunProgress?] = [:]
    var finished = 0
    var failed = 0
    var lastLine = ContinuousClock.now
  }

  private let labels: [String]
  private let weights: [Double]
  private let state: Mutex<State>
  private let start = ContinuousClock.now
  private let isTerminal = Console.isTerminal

  init(_ runs: [PlannedRun]) {
    labels = runs.map(\.label)
    // Epochs are what takes time; a method that does not train counts as one.
    weights = runs.map { Double(max(1, $0.epochs)) }
    state = Mutex(
      State(
        fractions: runs.map { _ in 0 }, inherited: runs.map { _ in 0 }))
  }

  func show(_ event: SweepEvent) {
    state.withLock { state in
      switch event {
      case .started(let run):
        state.running[run] = .some(nil)
        note("started   \(labels[run])")
      case .progressed(let run, let progress):
        if state.running[run] == .some(nil) {
          // The first report tells what a checkpoint had brought along.
          state.inherited[run] = progress.epoch > 0 ? progress.fraction : 0
        }
        state.fractions[run] = progress.fraction
        state.running[run] = progress
      case .finished(let run):
        state.fractions[run] = 1
        state.running[run] = nil
        state.finished += 1
        note("finished  \(labels[run])")
      case .failed(let run, let reason):
        state.fractions[run] = 1
        state.running[run] = nil
        state.failed += 1
        note("failed    \(labels[run]): \(reason)")
      }
      draw(&state)
    }
  }

  /// Removes the redrawn line.
  func end() {
    if isTerminal { Console.errorPart("\r\u{1B}[K") }
  }

  private func note(_ line: String) {
    Console.error(isTerminal ? "\r\u{1B}[K\(line)" : line)
  }

  private func draw(_ state: inout State) {
    let now = ContinuousClock.now
    guard isTerminal || now - state.lastLine > .seconds(15) else { return }
    state.lastLine = now
    let line = summary(state)
    if isTerminal {
      Console.errorPart("\r\u{1B}[K" + line.prefix(terminalColumns - 1))
    } else {
      Console.error(line)
    }
  }

  private func summary(_ state: State) -> String {
    let total = weights.reduce(0, +)
    let done = zip(weights, state.fractions).reduce(0) { $0 + $1.0 * $1.1 } / total
    let inherited = zip(weights, state.inherited).reduce(0) { $0 + $1.0 * $1.1 } / total
    let filled = Int(done * 20)
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 20 - filled)
    let runs =
      "\(state.finished) of \(labels.count) runs"
      + (state.failed > 0 ? ", \(state.failed) failed" : "")
    let details = state.running.sorted { $0.key < $1.key }.map { run, progress in
      labels[run] + (progress.map { " " + describe($0) } ?? "")
    }
    return
      (["[\(bar)] \(Int(done * 100)) %", runs, eta(done: done, inherited: inherited)] + details)
      .joined(separator: "  ")
  }

  private func eta(done: Double, inherited: Double) -> String {
    let gained = done - inherited
    guard gained > 0.005 else { return "ETA -" }
    let elapsed = Double((ContinuousClock.now - start).components.seconds)
    let seconds = Int(elapsed * (1 - done) / gained)
    return seconds >= 3600
      ? "ETA \(seconds / 3600) h \(seconds / 60 % 60) min"
      : "ETA \(seconds / 60):" + (seconds % 60 < 10 ? "0" : "") + "\(seconds % 60)"
  }

  private func describe(_ progress: RunProgress) -> String {
    var parts = ["epoch \(min(progress.epoch + 1, progress.epochs))/\(progress.epochs)"]
    if progress.phase != "training" { parts = [progress.phase] }
    if let loss = progress.loss { parts.append("loss " + String(format: "%.3f", loss)) }
    if let speed = progress.imagesPerSecond { parts.append("\(Int(speed)) images/s") }
    return parts.joined(separator: ", ")
  }

  private var terminalColumns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 100 }
    return Int(size.ws_col)
  }
}
