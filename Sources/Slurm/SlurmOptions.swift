import Experiments

/// The options of the section `slurm`: sbatch's long options under their own names, and two of this
/// program.
package enum SlurmKey: String, CaseIterable, Sendable {
  case partition
  case account
  case qos
  /// The time limit. Without one, the partition's own applies, and the time of the signal is 120 s
  /// before it.
  case time
  /// Memory per node, which for these tasks is memory per run.
  case mem
  /// Without it, the number of the run's threads.
  case cpusPerTask = "cpus-per-task"
  /// Only for methods that train networks, unless the layer of a method says otherwise.
  case gpus
  /// The same; its parts other than `gpu` are requested for all methods.
  case gres
  case constraint
  case reservation
  case nodelist
  case exclude
  case nice
  /// This program's own: the limit of the array (`%N`).
  case maxRunning = "max-running"
  /// This program's own: the time of `--signal`.
  case signalSeconds = "signal-seconds"

  /// The description in the JSON Schema.
  package var documentation: String {
    switch self {
    case .partition: "Partition, or several separated by commas."
    case .account: "Account to charge."
    case .qos: "Quality of service."
    case .time: "Time limit of a task: minutes, or [days-]hours:minutes:seconds."
    case .mem: "Memory of a task: 16G."
    case .cpusPerTask: "Cores of a task; the run's threads if missing."
    case .gpus: "GPUs of a task."
    case .gres: "Generic resources of a task: gpu:1."
    case .constraint: "Features that a node must have."
    case .reservation: "Reservation."
    case .nodelist: "Nodes to use."
    case .exclude: "Nodes to avoid."
    case .nice: "Amount by which the priority is lowered."
    case .maxRunning:
      "Maximum number of simultaneous tasks of the experiment. It applies to all benchmarks together, "
        + "so it belongs among the defaults."
    case .signalSeconds:
      "Seconds before the time limit at which a task writes a checkpoint and is requeued; 120 if "
        + "missing, less for a short limit."
    }
  }

  /// Whether the option applies to the experiment as a whole, so that benchmarks and methods have
  /// no value of their own.
  package var isForWholeExperiment: Bool { self == .maxRunning }

  /// Whether sbatch has an option of this name.
  var isOptionOfBatch: Bool { self != .maxRunning && self != .signalSeconds }

  /// Why a value is refused: "takes a whole number from 1 to 65535"; nil if it is accepted. What
  /// only the cluster knows, such as the names of partitions, sbatch checks.
  package func problem(with value: String) -> String? {
    guard !value.isEmpty, !value.contains(where: \.isWhitespace) else {
      return "takes a value without spaces"
    }
    switch self {
    case .cpusPerTask, .maxRunning, .signalSeconds:
      return Int(value).map { $0 >= 1 && $0 <= 65_535 } == true
        ? nil : "takes a whole number from 1 to 65535"
    case .time:
      return SlurmTimeLimit(value) == nil
        ? "takes minutes, or [days-]hours:minutes:seconds" : nil
    case .mem:
      return value.wholeMatch(of: /[0-9]+[KMGTkmgt]?/) == nil
        ? "takes a number with an optional unit K, M, G or T" : nil
    default: return nil
    }
  }
}

/// A time limit as sbatch accepts it: "30" minutes, "30:00", "12:00:00", "2-0", "2-12:00:00" or
/// "infinite". "0" is no limit either.
///
///     SlurmTimeLimit("1-12")?.seconds  // 129,600
///     SlurmTimeLimit("soon")  // nil
package struct SlurmTimeLimit {
  /// Nil for no limit.
  package let seconds: Int?

  /// Nil for text that is no time limit.
  package init?(_ text: String) {
    if ["unlimited", "infinite", "-1", "0"].contains(text.lowercased()) {
      seconds = nil
      return
    }
    let halves = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = (halves.last ?? "").split(separator: ":", omittingEmptySubsequences: false)
      .map(Self.number)
    guard !parts.contains(nil) else { return nil }
    let numbers = parts.compactMap { $0 }
    if halves.count == 2 {
      guard let days = Self.number(halves[0]), (1...3).contains(numbers.count) else { return nil }
      let padded = numbers + [0, 0]
      seconds = days * 86_400 + padded[0] * 3600 + padded[1] * 60 + padded[2]
      return
    }
    switch numbers.count {
    case 1: seconds = numbers[0] * 60
    case 2: seconds = numbers[0] * 60 + numbers[1]
    case 3: seconds = numbers[0] * 3600 + numbers[1] * 60 + numbers[2]
    default: return nil
    }
  }

  /// A number within 32 bits, in which Slurm counts minutes.
  private static func number(_ text: Substring) -> Int? {
    Int(text).flatMap { 0...Int(Int32.max) ~= $0 ? $0 : nil }
  }
}

extension ExecutorLayers {
  /// The options for a method's runs on a benchmark, by the raw values of `SlurmKey`.
  ///
  ///     let layers = ExecutorLayers(
  ///       defaults: ["time": "60", "gpus": "1"], benchmarks: ["stl10": ["time": "120"]])
  ///     layers.options(benchmark: "stl10", method: "kmeans", usesCards: false)  // ["time": "120"]
  ///
  /// - Parameter usesCards: whether the method trains networks. Others request GPUs only if the
  ///   layer of their own method says so.
  package func options(
    benchmark: String, method: String, usesCards: Bool
  ) -> [String: String] {
    var options = shared(on: benchmark)
    if !usesCards {
      options[SlurmKey.gpus.rawValue] = nil
      let others = options[SlurmKey.gres.rawValue]?.split(separator: ",")
        .filter { $0.split(separator: ":").first != "gpu" }.joined(separator: ",")
      options[SlurmKey.gres.rawValue] = others?.isEmpty == false ? others : nil
    }
    return options.overlaid(with: own(of: [method], on: benchmark))
  }
}

extension SlurmKey {
  /// The key as experiment files and their JSON Schema have it.
  var option: ExecutorOption {
    ExecutorOption(
      rawValue, documentation, shape: shape, isForWholeExperiment: isForWholeExperiment
    ) { problem(with: $0) }
  }

  /// The values that the JSON Schema accepts, where they have a form of their own.
  private var shape: ValueShape {
    let count = ValueShape.integer(0...Int.max)
    return switch self {
    case .cpusPerTask, .maxRunning, .signalSeconds: .integer(1...65_535)
    case .time:
      .either([
        .pattern(
          "^([0-9]+-[0-9]+(:[0-9]+){0,2}|[0-9]+(:[0-9]+){0,2}|unlimited|infinite)$",
          example: "1-12:00:00"), count,
      ])
    case .mem: .either([.pattern("^[0-9]+[KMGTkmgt]?$", example: "16G"), count])
    default: .either([.pattern("^\\S+$", example: "name"), count])
    }
  }
}
