import Core
import Foundation

/// The folder of one run: `<results>/<experiment>/<benchmark>/<method>/seed-<n>/`.
public struct RunFolder: Hashable, Sendable {
  public let path: String

  public init(path: String) {
    self.path = path
  }

  public init(
    results: String, experiment: String, benchmark: String, method: String, seed: UInt64
  ) {
    path = "\(results)/\(experiment)/\(benchmark)/\(method)/seed-\(seed)"
  }

  public var record: String { path + "/run.json" }
  public var history: String { path + "/history.csv" }
  public var assignments: String { path + "/assignments.h5" }
  public var encoder: String { path + "/encoder.safetensors" }
  public var checkpoint: String { path + "/checkpoint.safetensors" }
  /// The checkpoint before `checkpoint`, kept until that one is whole.
  public var previousCheckpoint: String { path + "/checkpoint.previous.safetensors" }
  /// The checkpoint after the last epoch of a finished run, where more epochs can follow.
  public var lastEpoch: String { path + "/last-epoch.safetensors" }
  public var failure: String { path + "/failed.json" }
  public var log: String { path + "/log.txt" }
  /// How far the run's process has come; there while it runs, and after its death.
  public var progress: String { path + "/progress.json" }
  /// Held by the process that works in this folder: see `RunLock`.
  public var lock: String { path + "/.lock" }
}

/// What became of a run that has no result.
public enum FailureKind: String, Codable, CaseIterable, Sendable {
  /// The program said why: bad data, bad settings, a file that cannot be written.
  case error
  /// A loss became infinite or not a number: the same run would do it again.
  case nonFinite = "non-finite"
  /// The method cannot run on what it was given; tables show n/a.
  case unsupported
  case diskFull = "disk full"
  case outOfMemory = "out of memory"
  /// By a signal from outside.
  case killed
  /// By a signal of its own making: an illegal access, an abort.
  case crashed
  /// No progress for longer than the experiment allows.
  case hung
  /// The machine went away under it.
  case lostNode = "lost node"
  case timeLimit = "time limit"
  case cancelled

  /// Whether another attempt may end differently.
  public var canPass: Bool {
    switch self {
    case .diskFull, .outOfMemory, .killed, .crashed, .hung, .lostNode, .timeLimit: true
    case .error, .nonFinite, .unsupported, .cancelled: false
    }
  }
}

/// Why a run has no result.
public struct RunFailure: Codable, Equatable, Sendable {
  public var identity: String
  public var kind: FailureKind
  /// One line: "killed by signal 9", "the loss became nan in epoch 3".
  public var reason: String
  /// The last lines of the run's log.
  public var lastLogLines: [String]
  /// How often the run was tried, this time included.
  public var attempts: Int

  public init(
    identity: String, kind: FailureKind, reason: String, lastLogLines: [String], attempts: Int = 1
  ) {
    self.identity = identity
    self.kind = kind
    self.attempts = attempts
    self.reason = reason
    self.lastLogLines = lastLogLines
  }
}
