import Core
import Experiments
import Foundation
import Records
import Synchronization

/// Shows the progress of a sweep on standard error. A terminal has a line per run in progress and a
/// summary, which are redrawn. Elsewhere each start and end is a line, with a summary every 15
/// seconds:
///
///     started   cifar10 / scl / seed 0
///     [###.....................] 13 %  0 of 2 runs  ETA 22 min  cifar10 scl seed 0 running ...
///     failed    cifar10 / scl / seed 0: killed by signal 9 (Killed); retrying
///
/// The caller passes on the executor's events:
///
///     let display = SweepDisplay(open, estimates: EstimateStore(plan))
///     display.show(.started(0))
///     display.end()
final class SweepDisplay: Sendable {
  /// The mutable state, which executor threads share.
  private struct State {
    /// A line per run, in the order of the runs.
    var lines: [RunLine]
    /// Runs that a process of another sweep has.
    var elsewhere: Set<Int> = []
    var region = TerminalRegion()
    var lastDraw = ContinuousClock.now
  }

  /// The runs in words, for notes.
  private let labels: [String]
  /// The runs' log files.
  private let logs: [String]
  private let state: Mutex<State>
  private let isTerminal = Console.isTerminal

  /// - Parameters:
  ///   - runs: those of the sweep. Events refer to them by index.
  ///   - estimates: what is known of their times.
  init(_ runs: [PlannedRun], estimates: EstimateStore) {
    labels = runs.map(\.label)
    logs = runs.map(\.folder.log)
    var lines = [RunLine](runs, estimates: estimates)
    // No run is in progress yet, and earlier progress of failed or stale runs does not count.
    for index in lines.indices { lines[index].restart(.waiting) }
    state = Mutex(State(lines: lines))
  }

  /// The numbers of finished and of failed runs.
  var counts: (finished: Int, failed: Int) {
    state.withLock { state in
      (
        state.lines.count { $0.state == .finished }, state.lines.count { $0.state == .failed }
      )
    }
  }

  /// The log files of the runs that have failed for good.
  var failedLogs: [String] {
    state.withLock { state in
      state.lines.indices.filter { state.lines[$0].state == .failed }.map { logs[$0] }
    }
  }

  /// Updates the display with an event. It may be called from any thread.
  func show(_ event: SweepEvent) {
    state.withLock { state in
      let note = apply(event, to: &state)
      draw(&state, note)
    }
  }

  /// Removes the redrawn lines.
  func end() {
    state.withLock { if isTerminal { $0.region.show([]) } }
  }

  /// Updates the lines.
  /// - Returns: a line that stays on the screen, for starts, ends and remarks.
  private func apply(_ event: SweepEvent, to state: inout State) -> String? {
    switch event {
    case .started(let run):
      state.elsewhere.remove(run)
      state.lines[run].restart(.running)
      return "started   \(labels[run])"
    case .progressed(let run, let progress):
      state.lines[run].take(progress)
      return nil
    case .finished(let run):
      state.lines[run].finish()
      return "finished  \(labels[run])" + (state.elsewhere.contains(run) ? " (elsewhere)" : "")
    case .failed(let run, let failure, let willRetry):
      state.lines[run].restart(willRetry ? .waiting : .failed)
      /// Without a line break.
      let text = "failed    \(labels[run]): \(failure.text)"
      return text + (willRetry ? "; retrying" : "")
    case .elsewhere(let run, let owner):
      if state.lines[run].state != .running || !state.elsewhere.contains(run) {
        state.lines[run].restart(.running)
      }
      state.lines[run].take(owner)
      guard state.elsewhere.insert(run).inserted else { return nil }
      return "elsewhere \(labels[run]): \(state.lines[run].detail)"
    case .stopped(let run):
      state.lines[run].restart(.unfinished)
      return "stopped   \(labels[run])"
    case .remark(let text): return text
    }
  }

  /// Redraws at most five times a second, or prints a line every 15 seconds without a terminal.
  /// Notes are shown at once.
  private func draw(_ state: inout State, _ note: String?) {
    let now = ContinuousClock.now
    let interval: Duration = isTerminal ? .milliseconds(200) : .seconds(15)
    let isDue = now - state.lastDraw > interval
    guard isTerminal else {
      if let note { Console.note(note) }
      if isDue {
        state.lastDraw = now
        let running = TextColumns(
          state.lines.filter { $0.state == .running }.map { line in line.cells })
        let words = running.lines.map { $0.split(separator: " ").joined(separator: " ") }
        Console.note(([SweepSummary(state.lines).text] + words).joined(separator: "  "))
      }
      return
    }
    guard isDue || note != nil else { return }
    state.lastDraw = now
    state.region.show(
      notes: note.map { [$0] } ?? [],
      // The region cuts lines before the terminal's last column.
      state.lines.runningText(width: TerminalRegion.size().columns - 1)
        + [SweepSummary(state.lines).text])
  }
}

/// The summary line of a sweep: "[####....] 41 %  12 of 30 runs, 1 failed  ETA 2 h 10 min".
///
/// The share is by the runs' expected times and not by runs, because runs differ in length. The time left is that of all
/// runs, taken by as many at a time as are in progress. Runs that wait are expected to be as much slower or faster than
/// their estimates as those in progress are.
struct SweepSummary {
  let text: String

  /// Summarises the lines of all runs.
  init(_ lines: [RunLine]) {
    let expected = lines.reduce(0) { $0 + $1.expectedSeconds }
    let left = lines.reduce(0) { $0 + $1.expectedSecondsLeft }
    let done = expected > 0 ? min(max(1 - left / expected, 0), 1) : 0
    var parts = ["\(progressBar(done)) \(Int(done * 100)) %"]
    let finished = lines.count { $0.state == .finished }
    let failed = lines.count { $0.state == .failed }
    parts.append(
      "\(finished) of \(Quantities.count(lines.count, "run"))"
        + (failed > 0 ? ", \(failed) failed" : ""))
    let running = lines.filter { $0.state == .running }
    if running.contains(where: { $0.secondsLeft != nil }) {
      let known = running.filter { $0.secondsLeft != nil && $0.expectedSecondsLeft > 0 }
      let expected = known.reduce(0) { $0 + $1.expectedSecondsLeft }
      let pace =
        expected > 0 ? known.reduce(0) { $0 + ($1.secondsLeft ?? 0) } / expected : 1
      // A run in progress tells its own time.
      let seconds = lines.map { $0.secondsLeft ?? $0.expectedSecondsLeft * pace }
      let shared = seconds.reduce(0, +) / Double(running.count)
      // The longest of those in progress is over last, however many share the rest.
      let longest = running.compactMap(\.secondsLeft).max() ?? 0
      parts.append("ETA " + Quantities.time(max(shared, longest)))
    }
    text = parts.joined(separator: "  ")
  }
}
