import Experiments
import Methods

/// What the tasks of one array ask for.
struct SlurmResources: Hashable {
  /// `KEY=VALUE` of sbatch's options, sorted: equal resources are equal texts.
  let options: [String]
  /// How many tasks of the whole experiment run at a time; nil for no limit.
  let maxRunning: Int?
  /// Seconds before the time limit at which a task is told.
  let signalSeconds: Int

  /// - Parameter threads: the run's, which are its cores unless it says otherwise.
  /// - Throws: `ExperimentError.invalidOption` for values that do not go together.
  init(_ layers: ExecutorLayers, of run: PlannedRun, threads: Int) throws(ExperimentError) {
    let method = run.method
    var values = layers.options(
      benchmark: run.benchmark.name, method: method.description.name,
      usesCards: method is any TrainedMethod.Type)
    if values[SlurmKey.cpusPerTask.rawValue] == nil {
      values[SlurmKey.cpusPerTask.rawValue] = "\(threads)"
    }
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      let problem = SlurmKey(rawValue: name).map { $0.problem(with: value) } ?? "is not known"
      if let problem {
        throw .invalidOption(option: "slurm \(name)", problem: "'\(value)': \(name) \(problem)")
      }
    }
    options = SlurmKey.allCases.filter(\.isOptionOfBatch).compactMap { key in
      values[key.rawValue].map { "\(key.rawValue)=\($0)" }
    }
    maxRunning = layers.defaults[SlurmKey.maxRunning.rawValue].flatMap { Int($0) }
    let limit = values[SlurmKey.time.rawValue].flatMap { SlurmTimeLimit($0)?.seconds }
    let asked = values[SlurmKey.signalSeconds.rawValue].flatMap { Int($0) }
    signalSeconds = asked ?? min(120, max(1, (limit ?? 480) / 4))
    if let limit, signalSeconds >= limit {
      throw .invalidOption(
        option: "slurm signal-seconds",
        problem: "\(signalSeconds) seconds is not less than the time limit of \(limit): set fewer")
    }
  }
}
