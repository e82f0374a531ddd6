import Benchmarks
import Core
import Methods
import Records
import Torch

/// One run of an experiment: a method on a benchmark with a seed, everything resolved.
public struct PlannedRun: Sendable {
  public let experiment: String
  public let benchmark: BenchmarkDefinition
  public let method: any ClusteringMethod.Type
  public let seed: UInt64
  /// Every setting with its value, defaults included.
  public let settings: [String: SettingValue]
  public let runProtocol: RunProtocol
  public let profile: String
  public let folder: RunFolder
  public let identityInputs: IdentityInputs
  public let identity: String
  public let state: PlannedState

  /// "cifar10 / scl / seed 0"
  public var label: String {
    "\(benchmark.name) / \(method.description.name) / seed \(seed)"
  }

  /// The run as `--only` takes it.
  public var only: String {
    "benchmark=\(benchmark.name),method=\(method.description.name),seed=\(seed)"
  }

  /// Epochs of training; 0 for a method that does not train.
  public var epochs: Int {
    guard method is any TrainedMethod.Type, case .integer(let epochs)? = settings["epochs"] else {
      return 0
    }
    return epochs
  }
}

/// How a planned run stands in the results folder.
public enum PlannedState: Equatable, Sendable {
  case missing
  case unfinished
  /// A living process works on it, here or on another machine.
  case running(LockOwner, RunActivity?)
  case finished(RunRecord)
  case failed(RunFailure)
  /// Finished under other settings or data; the differences in words.
  case stale([String])

  /// One word for lists.
  public var word: String {
    switch self {
    case .missing: "missing"
    case .unfinished: "unfinished"
    case .running: "running"
    case .finished: "finished"
    case .failed: "failed"
    case .stale: "stale"
    }
  }
}
