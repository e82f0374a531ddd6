import Core
import Foundation
import Records
import Synchronization

/// Looks after the process of a run: passes on the wish to stop, and ends one that hangs.
final class RunWatch: Sendable {
  private struct State {
    /// Whether a sign of life came since the last look.
    var isAlive = true
    /// Whether training steps are taken, each of which reports.
    var isTraining = false
    var isHung = false
    var wasStopped = false
    /// The kernel's kills for want of memory, as of the last looks, oldest first.
    var kills: [Int] = []
  }

  /// How often the process is looked at.
  private static let interval = Duration.milliseconds(200)
  /// How long a hanging process may take to end by itself.
  private static let grace = Duration.seconds(10)

  private let hangLimit: Duration
  private let stop: SweepStop
  private let memory: MachineMemory
  private let state = Mutex(State())

  init(hangLimit: Duration, stop: SweepStop, memory: MachineMemory) {
    self.hangLimit = hangLimit
    self.stop = stop
    self.memory = memory
  }

  /// Whether the process was ended because it hung.
  var isHung: Bool { state.withLock { $0.isHung } }
  /// Whether the process was asked to stop.
  var wasStopped: Bool { state.withLock { $0.wasStopped } }

  /// Whether the kernel has killed a process for want of memory since shortly before the last look.
  var sawMemoryKill: Bool {
    let now = memory.kills
    return state.withLock { ($0.kills.first ?? now) < now }
  }

  /// The process has reported.
  func heard(_ progress: RunProgress) {
    state.withLock { state in
      state.isAlive = true
      state.isTraining = progress.phase == "training"
    }
  }

  /// Looks at the process until it has ended.
  func look(at pid: Int32) async {
    var silence = Duration.zero
    var sinceHung = Duration.zero
    var lastCPU = 0.0
    var looks = 0
    while let status = ProcessEntry(pid), !status.hasEnded {
      if looks.isMultiple(of: 5) { sampleKills() }
      looks += 1
      obeyStop(pid)
      // Only time in which this process runs too is counted: both may be halted for hours, by a
      // terminal or with the machine.
      let (alive, training) = state.withLock { state in
        defer { state.isAlive = false }
        return (state.isAlive, state.isTraining)
      }
      let works = !training && status.cpuSeconds - lastCPU > 1
      silence = alive || works ? .zero : silence + Self.interval
      // What does not train reports rarely; that it computes has to do.
      if works { lastCPU = status.cpuSeconds }
      if isHung {
        sinceHung += Self.interval
        if sinceHung > Self.grace { kill(pid, SIGKILL) }
      } else if silence > hangLimit {
        state.withLock { $0.isHung = true }
        kill(pid, SIGTERM)
      }
      try? await Task.sleep(for: Self.interval)
    }
  }

  private func obeyStop(_ pid: Int32) {
    guard stop.signal != nil else { return }
    let isFirst = state.withLock { state in
      defer { state.wasStopped = true }
      return !state.wasStopped
    }
    if isFirst { kill(pid, SIGTERM) }
    if stop.isUrgent { kill(pid, SIGKILL) }
  }

  private func sampleKills() {
    let now = memory.kills
    state.withLock { $0.kills = $0.kills.suffix(1) + [now] }
  }
}
