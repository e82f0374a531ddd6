import Core

/// Runs the runs of a sweep on other machines, for example through a queue.
///
/// Another executor is a target of its own that conforms to this protocol, and one line in the
/// `ExecutorRegistry` of `SCLProgram`. From its name and its options follow the values of
/// `--executor`, its section of experiment files with the checks and the JSON Schema, and `--NAME
/// KEY=VALUE`:
///
///     struct CloudExecutor: Executor {
///       static let name = "cloud"
///       static let title = "Cloud"
///       static let options = [
///         ExecutorOption("zone", "Zone of the machines.", shape: .text),
///         ExecutorOption("machines", "Number of machines.", shape: .integer(1...100), isForWholeExperiment: true),
///       ]
///       ...
///     }
///
///     $ scl run experiments/paper.yaml --executor cloud --cloud zone=north
///
/// The executor gives its processes the environment variable `SCL_TASK` (`LockOwner.taskVariable`)
/// with a name of the task for people; `scl status` shows it.
package protocol Executor: Sendable {
  /// The value of `--executor`, and the key of the executor's section in an experiment file.
  static var name: String { get }
  /// The name in messages: "Slurm".
  static var title: String { get }
  /// The keys of the executor's section.
  static var options: [ExecutorOption] { get }
  /// The option that limits how many tasks run at a time; nil for none.
  static var limitOption: String? { get }

  /// - Parameters:
  ///   - layers: the options of the experiment file and the command line.
  ///   - stop: ends the sweep. What is queued may stay queued.
  init(
    _ experiment: Experiment, options: RunOptions, command: ChildCommand, layers: ExecutorLayers,
    stop: SweepStop)

  /// Returns when every run is finished or has failed for good.
  /// - Throws: `RunInterrupted` if a stop was requested before that; an `ExecutorError`.
  func run(
    _ runs: [PlannedRun], onEvent: @escaping @Sendable (SweepEvent) -> Void
  ) async throws

  /// The tasks of an experiment that wait or run, by `PlannedRun.selector`. Without any submission it
  /// is empty, and nothing is asked.
  /// - Throws: an `ExecutorError`.
  static func tasks(
    results: String, experiment: String
  ) async throws -> [String: ExecutorTask]

  /// Cancels tasks. Those that have ended meanwhile are passed over.
  /// - Throws: an `ExecutorError`.
  static func cancel(_ tasks: [ExecutorTask]) async throws
}

extension Executor {
  package static var limitOption: String? { nil }

  /// Why an option's value is refused; nil if it is accepted.
  static func problem(with value: String, for option: String) -> String? {
    options.first { $0.name == option }?.problem(value)
  }
}

/// A run's task in an executor's queue.
package struct ExecutorTask: Equatable, Sendable {
  /// The name by which the queue knows the task.
  package let id: String
  /// Whether it has started.
  package let isRunning: Bool
  /// Where the task runs; empty while it waits.
  package let node: String

  package init(id: String, isRunning: Bool, node: String) {
    self.id = id
    self.isRunning = isRunning
    self.node = node
  }
}

/// A key of an executor's section in an experiment file.
package struct ExecutorOption: Sendable {
  let name: String
  let documentation: String
  let shape: ValueShape
  let isForWholeExperiment: Bool
  /// Why a value is refused; nil if it is accepted.
  let problem: @Sendable (String) -> String?

  /// - Parameters:
  ///   - shape: what the JSON Schema accepts.
  ///   - isForWholeExperiment: whether benchmarks and methods have no values of their own.
  ///   - problem: why a value is refused; nil if it is accepted.
  package init(
    _ name: String, _ documentation: String, shape: ValueShape,
    isForWholeExperiment: Bool = false,
    problem: @escaping @Sendable (String) -> String? = { _ in nil }
  ) {
    self.name = name
    self.documentation = documentation
    self.shape = shape
    self.isForWholeExperiment = isForWholeExperiment
    self.problem = problem
  }
}

/// An error of an executor. Its description is one line that says what to do.
package protocol ExecutorError: Error, CustomStringConvertible {
  /// The cause, which decides about the exit code.
  var cause: ExecutorErrorCause { get }
}

/// What an executor's error means for the exit code.
package enum ExecutorErrorCause: Sendable {
  /// The executor is not available here.
  case missing
  /// What was asked for is refused.
  case usage
  /// There is no connection, or no room in the queue; a later try can succeed.
  case inputOutput
  /// An answer cannot be parsed.
  case badData
}

/// The executors that commands and experiment files know, besides processes on this machine.
///
///     try ExecutorRegistry.$current.withValue(ExecutorRegistry([SlurmExecutor.self])) {
///       try ExperimentFile(registry: .builtIn).read("experiments/paper.yaml")
///     }
package struct ExecutorRegistry: Sendable {
  /// The executors of this program.
  @TaskLocal package static var current = ExecutorRegistry([])

  package let executors: [any Executor.Type]

  package init(_ executors: [any Executor.Type]) { self.executors = executors }

  package var names: [String] { executors.map { $0.name } }

  /// - Returns: nil if no executor has this name.
  package func named(_ name: String) -> (any Executor.Type)? {
    executors.first { $0.name == name }
  }
}

/// The options of an executor, which have the levels defaults < benchmarks < methods.
package typealias ExecutorLayers = Layers<[String: String]>

extension ExecutorLayers {
  /// These layers with the command line's `KEY=VALUE` over all of them.
  /// - Throws: `ExperimentError.invalidOption` for an unknown key or a refused value.
  package func overridden(
    by arguments: [String], of executor: any Executor.Type
  ) throws(ExperimentError) -> ExecutorLayers {
    var layers = self
    for argument in arguments {
      let option = "--\(executor.name) \(argument)"
      let pair = argument.split(separator: "=", maxSplits: 1).map(String.init)
      guard pair.count == 2 else {
        throw .invalidOption(option: option, problem: "write KEY=VALUE")
      }
      let known = executor.options.map(\.name)
      guard known.contains(pair[0]) else {
        let nearest = nearestName(to: pair[0], among: known)
        throw .invalidOption(
          option: option,
          problem: "unknown key '\(pair[0])'; "
            + (nearest.map { "did you mean '\($0)'?" } ?? "it is one of "
              + known.joined(separator: ", ")))
      }
      if let problem = executor.problem(with: pair[1], for: pair[0]) {
        throw .invalidOption(option: option, problem: "\(pair[0]) \(problem)")
      }
      layers.defaults[pair[0]] = pair[1]
      for name in layers.benchmarks.keys { layers.benchmarks[name]?[pair[0]] = nil }
      for name in layers.methods.keys { layers.methods[name]?[pair[0]] = nil }
    }
    return layers
  }
}
