import Experiments
import Foundation
import Records
import Synchronization

/// Shows how a sweep goes on: a line for each running run and one for the whole, redrawn on a
/// terminal; plain lines elsewhere.
final class SweepDisplay: Sendable {
  private struct State {
    var lines: [RunLine]
    var elsewhere: Set<Int> = []
    var region = TerminalRegion()
    var lastDraw = ContinuousClock.now
  }

  private let labels: [String]
  private let logs: [String]
  private let state: Mutex<State>
  private let isTerminal = Console.isTerminal

  init(_ runs: [PlannedRun], data: BenchmarkFolder) {
    labels = runs.map(\.label)
    logs = runs.map(\.folder.log)
    var lines = [RunLine](runs, data: data)
    // None goes on until it is started; what a failed or stale one had come to is of no more use.
    for index in lines.indices { lines[index].restart("waiting") }
    state = Mutex(State(lines: lines))
  }

  /// How many runs are finished, and how many have failed.
  var counts: (finished: Int, failed: Int) {
    state.withLock { state in
      (
        state.lines.count { $0.state == "finished" }, state.lines.count { $0.state == "failed" }
      )
    }
  }

  /// The logs of the runs that have failed.
  var failedLogs: [String] {
    state.withLock { state in
      state.lines.indices.filter { state.lines[$0].state == "failed" }.map { logs[$0] }
    }
  }

  func show(_ event: SweepEvent) {
    state.withLock { state in
      let note = apply(event, to: &state)
      draw(&state, note)
    }
  }

  /// Removes what was redrawn.
  func end() {
    state.withLock { if isTerminal { $0.region.show([]) } }
  }

  /// - Returns: what is worth a line that stays.
  private func apply(_ event: SweepEvent, to state: inout State) -> String? {
    switch event {
    case .started(let run):
      state.elsewhere.remove(run)
      state.lines[run].restart("running")
      return "started   \(labels[run])"
    case .progressed(let run, let progress):
      state.lines[run].take(progress)
      return nil
    case .finished(let run):
      state.lines[run].finish()
      return "finished  \(labels[run])" + (state.elsewhere.contains(run) ? " (elsewhere)" : "")
    case .failed(let run, let failure, let willRetry):
      state.lines[run].restart(willRetry ? "waiting" : "failed")
      let text = "failed    \(labels[run]): \(failure.text)"
      return text + (willRetry ? "; trying again" : "")
    case .elsewhere(let run, let owner):
      if state.lines[run].state != "running" || !state.elsewhere.contains(run) {
        state.lines[run].restart("running")
      }
      state.lines[run].take(owner)
      guard state.elsewhere.insert(run).inserted else { return nil }
      return "elsewhere \(labels[run]): \(state.lines[run].detail)"
    case .stopped(let run):
      state.lines[run].restart("unfinished")
      return "stopped   \(labels[run])"
    case .remark(let text): return text
    }
  }

  private func draw(_ state: inout State, _ note: String?) {
    let now = ContinuousClock.now
    let interval: Duration = isTerminal ? .milliseconds(200) : .seconds(15)
    let isDue = now - state.lastDraw > interval
    guard isTerminal else {
      if let note { Console.note(note) }
      if isDue {
        state.lastDraw = now
        Console.note(
          ([SweepSummary(state.lines).text]
            + runningLines(state).map { $0.split(separator: " ").joined(separator: " ") })
            .joined(separator: "  "))
      }
      return
    }
    guard isDue || note != nil else { return }
    state.lastDraw = now
    state.region.show(
      notes: note.map { [$0] } ?? [], runningLines(state) + [SweepSummary(state.lines).text])
  }

  private func runningLines(_ state: State) -> [String] {
    TextColumns(state.lines.filter { $0.state == "running" }.map(\.cells)).lines
  }
}
