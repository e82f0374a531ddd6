import Experiments
import Records

/// A task of a job array as the queue has it.
struct SlurmTask: Hashable, Sendable {
  let job: String
  let index: Int
  let state: String
  /// The node it runs on; empty while it waits.
  let node: String
  /// Why it waits.
  let reason: String
  let jobName: String

  /// "12_3", by which Slurm's commands take it.
  var name: String { "\(job)_\(index)" }

  /// Whether it waits, runs or will run again. A task that is completing still has its processes.
  var isActive: Bool {
    [
      "PENDING", "RUNNING", "CONFIGURING", "COMPLETING", "SUSPENDED", "STOPPED", "RESIZING",
      "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT", "SIGNALING", "STAGE_OUT",
      "RESV_DEL_HOLD",
    ].contains(state)
  }

  var isRunning: Bool { ["RUNNING", "COMPLETING", "SUSPENDED"].contains(state) }

  /// Whether it waits for somebody to act.
  var isHeld: Bool {
    state == "PENDING" && (reason.hasPrefix("JobHeld") || reason.contains("held"))
  }
}

/// How a task ended, as the controller or the accounting tells.
struct SlurmOutcome: Equatable, Sendable {
  /// "FAILED", "NODE_FAIL" and the like; nil where nobody knows any more.
  let state: String?
  let exitCode: Int32
  let signal: Int32
  let node: String

  /// Whether the task did nothing because another process had the run.
  var wasElsewhere: Bool { state == "FAILED" && exitCode == RunExit.elsewhere }

  /// Whether the run's own process came to its end and wrote what it had to write.
  var wroteItsEnd: Bool {
    state == "COMPLETED" || state == "FAILED" && exitCode == RunExit.failed
  }

  var kind: FailureKind {
    switch state {
    case "CANCELLED": .cancelled
    case "TIMEOUT": .timeLimit
    case "NODE_FAIL", "BOOT_FAIL": .lostNode
    // The run's process says why it fails. Where nothing is said, it was never started.
    case "FAILED" where wroteItsEnd: .lostNode
    case "OUT_OF_MEMORY": .outOfMemory
    case "PREEMPTED": .killed
    case "FAILED": kindOfExit
    case nil: .killed
    default: .error
    }
  }

  /// In words.
  var reason: String {
    let place = node.isEmpty ? "" : " on \(node)"
    return switch state {
    case "CANCELLED": "cancelled"
    case "TIMEOUT": "reached Slurm's time limit\(place)"
    case "NODE_FAIL", "BOOT_FAIL": "lost its node\(place)"
    case "OUT_OF_MEMORY": "exceeded the memory that Slurm allocated\(place)"
    case "PREEMPTED": "preempted by another job\(place)"
    case "FAILED" where wroteItsEnd: "was not started\(place), or could not write there"
    case "FAILED":
      signal > 0
        ? "killed by signal \(signal)\(place)"
        : exitCode > 128
          ? "killed by signal \(exitCode - 128)\(place)"
          : "ended with exit code \(exitCode)\(place)"
    case "COMPLETED": "ended\(place) without the planned result"
    case nil: "left the queue, and Slurm no longer knows why"
    case let state?: "ended as \(state)\(place)"
    }
  }

  private var kindOfExit: FailureKind {
    switch signal > 0 ? signal : exitCode - 128 {
    // ILL, ABRT, BUS, FPE, SEGV
    case 4, 6, 7, 8, 11: .crashed
    // USR1: it stopped for the time limit, and could not be put back into the queue.
    case 10: .timeLimit
    case 1...: .killed
    default: .error
    }
  }
}
