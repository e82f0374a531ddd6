import Core
import Foundation
import Records

/// Watches the process of a run: passes the request to stop on to it, and ends it if it hangs. It
/// tells a busy process from a hung one by its reports and its processor time.
final class RunWatch {
  /// How often the process is looked at.
  private static let interval = Duration.milliseconds(200)
  /// How long a hanging process may take to end by itself.
  private static let grace = Duration.seconds(10)
  /// How long one that is to stop may do nothing at all: it has not heard, and loses no more than what it
  /// did since its last checkpoint.
  private static let deafness = Duration.seconds(5)
  /// The same of one that has not finished its first step, idle or not, and loses no more than that. Where no
  /// thread can be made, libtorch waits for one in the first step, and spins.
  private static let deafnessAtStart = Duration.seconds(2)
  /// The most that counts as the time between two looks: this process may have been halted, by a terminal or
  /// with the machine, and the other with it.
  private static let longestInterval = Duration.seconds(1)
  /// Seconds of a processor in an interval under which a process does nothing.
  private static let idleness = 0.01

  /// The time without progress after which the process is ended.
  let hangLimit: Duration
  private let stop: SweepStop
  /// Counts the kernel's kills.
  private let memory: MachineMemory
  /// Whether a sign of life came since the last look.
  private var isAlive = true
  /// Whether training steps are taken, each of which reports.
  private var isTraining = false
  /// Whether the process was ended because it hung.
  private(set) var isHung = false
  /// Whether the process was asked to stop.
  private(set) var wasStopped = false
  /// The kernel's kills for want of memory, as of the last looks, oldest first.
  private var kills: [Int] = []
  /// The time since the last sign of life.
  private var silence = Duration.zero
  /// The time since the process was asked to end because it hung.
  private var sinceHung = Duration.zero
  /// The time that the process has ignored a request to stop.
  private var deafSinceStop = Duration.zero
  /// How much of the run was done when the process first reported.
  private var firstFraction: Double?
  /// Whether it has done more since.
  private var hasAdvanced = false
  /// Processor seconds at the last sign of life, and at the last look.
  private var countedCPU = 0.0
  private var lastCPU = 0.0
  private var lastLook: ContinuousClock.Instant?
  private var looks = 0

  /// - Parameters:
  ///   - hangLimit: the time without progress after which the process is ended.
  ///   - stop: the sweep's; its request is passed on.
  ///   - memory: tells whether the kernel killed a process for lack of memory.
  init(hangLimit: Duration, stop: SweepStop, memory: MachineMemory) {
    self.hangLimit = hangLimit
    self.stop = stop
    self.memory = memory
  }

  /// Whether the whole sweep is to stop.
  var isStopping: Bool {
    stop.collect()
    return stop.signal != nil
  }

  /// Whether the kernel has killed a process for want of memory since shortly before the last look.
  var sawMemoryKill: Bool {
    let now = memory.kills
    return (kills.first ?? now) < now
  }

  /// The process has reported.
  func heard(_ progress: RunProgress) {
    isAlive = true
    isTraining = progress.phase == "training"
    hasAdvanced = hasAdvanced || progress.fraction > firstFraction ?? progress.fraction
    firstFraction = firstFraction ?? progress.fraction
  }

  /// Looks at the process, if it is time to.
  func look(at pid: Int32) {
    let now = ContinuousClock.now
    let elapsed = lastLook.map { now - $0 } ?? Self.interval
    if elapsed < Self.interval { return }
    let interval = min(elapsed, Self.longestInterval)
    lastLook = now
    if looks.isMultiple(of: 5) { kills = kills.suffix(1) + [memory.kills] }
    looks += 1
    let cpu = ProcessEntry(pid)?.cpuSeconds ?? lastCPU
    let isDeaf = cpu - lastCPU < Self.idleness || !hasAdvanced
    obeyStop(pid, deafFor: isDeaf ? interval : nil)
    lastCPU = cpu
    // A method that does not train reports rarely, so processor time counts as a sign of life.
    let works = !isTraining && cpu - countedCPU > 1
    silence = isAlive || works ? .zero : silence + interval
    isAlive = false
    if works { countedCPU = cpu }
    if isHung {
      sinceHung += interval
      if sinceHung > Self.grace { kill(pid, SIGKILL) }
    } else if silence > hangLimit {
      isHung = true
      kill(pid, SIGTERM)
    }
  }

  /// - Parameter deaf: the time since the last look, where the process does not seem to have heard.
  private func obeyStop(_ pid: Int32, deafFor deaf: Duration?) {
    guard stop.signal != nil else { return }
    if !wasStopped { kill(pid, SIGTERM) }
    wasStopped = true
    deafSinceStop = deaf.map { deafSinceStop + $0 } ?? .zero
    let patience = hasAdvanced ? Self.deafness : Self.deafnessAtStart
    if stop.isUrgent || deafSinceStop > patience { kill(pid, SIGKILL) }
  }
}
