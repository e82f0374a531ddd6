import Core
import Foundation

/// The folder of one run, `RESULTS/EXPERIMENT/BENCHMARK/METHOD/seed-N`, and the paths of its files.
///
/// It is a value: creating one touches no file. docs/architecture.md ("Run folder") lists the
/// files.
///
///     let folder = RunFolder(
///       results: "results", experiment: "cifar10-cpu", benchmark: "cifar10", method: "kmeans",
///       seed: 0)
///     let record = try RunRecord.read(from: folder.record)
package struct RunFolder: Hashable, Sendable {
  /// Without a slash at its end.
  package let path: String

  package init(path: String) {
    self.path = path
  }

  package init(
    results: String, experiment: String, benchmark: String, method: String, seed: UInt64
  ) {
    path = "\(results)/\(experiment)/\(benchmark)/\(method)/seed-\(seed)"
  }

  /// The record (`RunRecord`). It exists exactly if the run is finished.
  package var record: String { path + "/run.json" }
  /// The epochs of training (`History`); only of methods that train.
  package var history: String { path + "/history.csv" }
  /// The cluster of every scored image (`Assignments`).
  package var assignments: String { path + "/assignments.h5" }
  /// The network of the last epoch; only of methods that train.
  package var encoder: String { path + "/encoder.safetensors" }
  /// What the assignment of other images needs besides the network, such as the centres of the final k-means;
  /// only of methods that need it.
  package var assignmentState: String { path + "/assignment.safetensors" }
  /// A sample of the images in the plane (`Projection`); only of methods that train.
  package var projection: String { path + "/projection.h5" }
  /// The latest checkpoint of an unfinished run.
  package var checkpoint: String { path + "/checkpoint.safetensors" }
  /// The checkpoint before `checkpoint`. It is used if the latest one is damaged.
  package var previousCheckpoint: String { path + "/checkpoint.previous.safetensors" }
  /// The state after the last epoch of a finished run. It exists where a run of more epochs can
  /// continue from it.
  package var lastEpoch: String { path + "/last-epoch.safetensors" }
  /// The reason why the last attempt failed (`RunFailure`).
  package var failure: String { path + "/failed.json" }
  /// Standard error of the run's process, its libraries included.
  package var log: String { path + "/log.txt" }
  /// The progress of the run's process (`RunActivity`). It remains if the process dies.
  package var progress: String { path + "/progress.json" }
  /// The lock of the process that works in this folder (`RunLock`).
  package var lock: String { path + "/.lock" }
}

/// Why an attempt at a run failed. The raw value is `kind` in `failed.json`.
package enum FailureKind: String, Codable, CaseIterable, Sendable {
  /// An error that the program reported: bad data, bad settings, a file that cannot be written.
  case error
  /// A loss became infinite or NaN. The run is deterministic, so it would do so again.
  case nonFinite = "non-finite"
  /// The method cannot run on this data or with this memory. Tables show n/a.
  case unsupported
  /// The file system or the user's quota is full.
  case diskFull = "disk full"
  /// libtorch could not allocate memory, or the kernel killed the process because memory ran out.
  case outOfMemory = "out of memory"
  /// The process was killed by a signal that a crash does not cause, such as SIGKILL.
  case killed
  /// The process was killed by a signal of its own making: SIGSEGV, SIGABRT, SIGBUS and the like.
  case crashed
  /// The run reported no progress for `running.hang_minutes` and was killed.
  case hung
  /// The cluster lost the node, or never started the task.
  case lostNode = "lost node"
  /// The cluster's time limit ended the run.
  case timeLimit = "time limit"
  /// `scl cancel`, or a signal from outside the sweep that asked the process to stop.
  case cancelled

  /// Whether the cause may be temporary, so that a sweep tries the run again (`running.retries`).
  package var canPass: Bool {
    switch self {
    case .diskFull, .outOfMemory, .killed, .crashed, .hung, .lostNode, .timeLimit: true
    case .error, .nonFinite, .unsupported, .cancelled: false
    }
  }
}

/// The content of `failed.json`: why the last attempt at a run left no result.
///
/// The run's own process writes it for errors that it can report. The sweep, or the watcher of a
/// cluster, writes it for a process that died. The next attempt removes it.
package struct RunFailure: Codable, Equatable, Sendable {
  /// The identity of the run that failed. Attempts of another identity are not counted.
  package var identity: String
  package var kind: FailureKind
  /// One line: "killed by signal 9 (Killed)", "no progress for 30 min; it was killed".
  package var reason: String
  /// The last lines of the run's log, at most 20.
  package var lastLogLines: [String]
  /// The number of failed attempts of this identity, this one included.
  package var attempts: Int
  /// The content hash of the benchmark file that it was to run on; nil in files of earlier versions.
  package var benchmarkContentHash: String?

  /// Whether a rerun would fail in the same way: a non-finite loss or an unsupported combination. A sweep leaves such
  /// a run out.
  package var wouldRepeat: Bool { kind == .nonFinite || kind == .unsupported }

  package init(
    identity: String, kind: FailureKind, reason: String, lastLogLines: [String], attempts: Int = 1,
    benchmarkContentHash: String? = nil
  ) {
    self.identity = identity
    self.benchmarkContentHash = benchmarkContentHash
    self.kind = kind
    self.attempts = attempts
    self.reason = reason
    self.lastLogLines = lastLogLines
  }
}
