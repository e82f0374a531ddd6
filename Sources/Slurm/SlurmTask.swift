import Experiments
import Records

/// A task of a job array, as squeue lists it.
struct SlurmTask: Hashable, Sendable {
  /// The number of the array's job.
  let job: String
  /// Its position in the array, counted from 0: the line of the submission.
  let index: Int
  let state: String
  /// The node it runs on; empty while it waits.
  let node: String
  /// Why it waits: "Priority", "JobHeldUser".
  let reason: String
  /// The name of the submission; see `SlurmSubmission.Description`.
  let jobName: String

  /// "12_3", the name for Slurm's programs.
  var name: String { "\(job)_\(index)" }

  /// Whether the task waits, runs or will run again. A completing task counts: its processes may
  /// still exist.
  var isActive: Bool {
    [
      "PENDING", "RUNNING", "CONFIGURING", "COMPLETING", "SUSPENDED", "STOPPED", "RESIZING",
      "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT", "SIGNALING", "STAGE_OUT",
      "RESV_DEL_HOLD",
    ].contains(state)
  }

  /// Whether the task has a node, be it suspended or completing.
  var isRunning: Bool { ["RUNNING", "COMPLETING", "SUSPENDED"].contains(state) }

  /// Whether the task waits for a user or an administrator to release it.
  var isHeld: Bool {
    state == "PENDING" && (reason.hasPrefix("JobHeld") || reason.contains("held"))
  }
}

/// How a task ended, from the controller or the accounting.
///
///     let outcome = SlurmOutcome(state: "NODE_FAIL", exitCode: 0, signal: 0, node: "n7")
///     outcome.kind  // .lostNode, which is retried
///     outcome.reason  // "lost its node on n7"
struct SlurmOutcome: Equatable, Sendable {
  /// "FAILED", "NODE_FAIL" and so on; nil if nobody knows any more.
  let state: String?
  /// The exit code of the batch script, which is that of the run's process.
  let exitCode: Int32
  /// The signal that ended the batch script; 0 for none.
  let signal: Int32
  let node: String

  /// Whether the task did nothing because another process had the run.
  var wasElsewhere: Bool { state == "FAILED" && exitCode == RunExit.elsewhere }

  /// Whether the run's process ended by itself, so that its result or failure must be in the
  /// folder.
  var wroteItsEnd: Bool {
    state == "COMPLETED" || state == "FAILED" && exitCode == RunExit.failed
  }

  /// The kind of failure, which decides about a retry: a lost node, a time limit or a killed task
  /// can pass; a cancelled one is not tried again.
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

  /// The reason in words, for the failure's record: "reached Slurm's time limit on n7".
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

  /// The kind of a failed batch script, by its signal or its exit code of 128 plus a signal.
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
