/// What a run may ask of Slurm, under sbatch's own names where it has them.
public enum SlurmKey: String, CaseIterable, Sendable {
  case partition
  case account
  case qos
  case time
  case mem
  case cpusPerTask = "cpus-per-task"
  case gpus
  case gres
  case constraint
  case reservation
  case nodelist
  case exclude
  case nice
  case maxRunning = "max-running"
  case signalSeconds = "signal-seconds"

  public var documentation: String {
    switch self {
    case .partition: "Partition."
    case .account: "Account that is charged."
    case .qos: "Quality of service."
    case .time: "Time limit of a task: minutes, or [days-]hours:minutes:seconds."
    case .mem: "Memory of a task: 16G."
    case .cpusPerTask: "Cores of a task; the run's threads if missing."
    case .gpus: "Cards of a task."
    case .gres: "Generic resources of a task: gpu:1."
    case .constraint: "Features that a node must have."
    case .reservation: "Reservation."
    case .nodelist: "Nodes that are asked for."
    case .exclude: "Nodes that are not to be used."
    case .nice: "By how much the priority is lowered."
    case .maxRunning: "How many tasks run at a time at most."
    case .signalSeconds:
      "Seconds before the time limit at which a task checkpoints and is requeued."
    }
  }
}

/// What an experiment asks of Slurm: defaults, and what benchmarks have instead.
public struct SlurmLayers: Equatable, Sendable {
  public var defaults: [String: String]
  /// By benchmark.
  public var benchmarks: [String: [String: String]]

  public init(
    defaults: [String: String] = [:], benchmarks: [String: [String: String]] = [:]
  ) {
    self.defaults = defaults
    self.benchmarks = benchmarks
  }

  /// What holds for a benchmark's runs, by `SlurmKey`'s raw value.
  public func options(benchmark: String) -> [String: String] {
    defaults.merging(benchmarks[benchmark] ?? [:]) { $1 }
  }
}
