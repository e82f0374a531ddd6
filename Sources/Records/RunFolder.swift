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
  public var failure: String { path + "/failed.json" }
  public var log: String { path + "/log.txt" }
}

/// Why a run has no result.
public struct RunFailure: Codable, Equatable, Sendable {
  public var identity: String
  /// One line: "killed by signal 9", "the loss became nan in epoch 3".
  public var reason: String
  /// The last lines of the run's log.
  public var lastLogLines: [String]

  public init(identity: String, reason: String, lastLogLines: [String]) {
    self.identity = identity
    self.reason = reason
    self.lastLogLines = lastLogLines
  }
}
