import Experiments
import Methods

/// The resources that the tasks of one array request: the options of its sbatch command. Runs with
/// equal resources share an array.
///
/// The time between the signal and the time limit is 120 s or, for a limit under eight minutes, a
/// quarter of the limit. Within it a run has to write its checkpoint.
struct SlurmResources: Hashable {
  /// `KEY=VALUE` of sbatch's options, in a fixed order.
  let options: [String]
  /// The limit of simultaneous tasks of the whole experiment; nil for none.
  let maxRunning: Int?
  /// Seconds before the time limit at which a task is signalled.
  let signalSeconds: Int

  /// - Parameters:
  ///   - layers: the options of the file and the command line.
  ///   - run: its benchmark and method select the options.
  ///   - threads: of the run; the number of its cores unless the options say otherwise.
  /// - Throws: `ExperimentError.invalidOption` for values that are refused or contradict each
  ///   other.
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
