import Core
import Experiments
import Records

/// Runs on a Slurm cluster, as tasks of job arrays.
///
/// The results folder, on a file system that the nodes share, is the only state: the same command,
/// given later or on another machine, adopts what is queued. `scl status` and `scl cancel` read it
/// too.
///
///     scl run experiments/paper.yaml --executor slurm --slurm partition=gpu --slurm time=1-0
package struct SlurmExecutor: Executor {
  /// The value of `--executor` and the key of the section.
  package static let name = "slurm"
  /// For messages: "12 runs on Slurm".
  package static let title = "Slurm"
  package static let options = SlurmKey.allCases.map(\.option)
  /// `max-running`, which messages about `--jobs` suggest instead.
  package static var limitOption: String? { SlurmKey.maxRunning.rawValue }

  /// The name of the results, the threads and the retries.
  private let experiment: Experiment
  /// The results folder and the number of threads.
  private let options: RunOptions
  /// The options that every task's `run-child` is given.
  private let command: ChildCommand
  /// Slurm's options by benchmark and method.
  private let layers: ExecutorLayers
  /// Ends the command.
  private let stop: SweepStop

  /// - Parameters:
  ///   - experiment: the name of the results, the threads and the retries.
  ///   - options: the results folder and the threads.
  ///   - command: the options of `run-child`.
  ///   - layers: Slurm's options from the experiment file and the command line.
  ///   - stop: ends the command. Queued tasks stay queued.
  package init(
    _ experiment: Experiment, options: RunOptions, command: ChildCommand, layers: ExecutorLayers,
    stop: SweepStop
  ) {
    self.experiment = experiment
    self.options = options
    self.command = command
    self.layers = layers
    self.stop = stop
  }

  /// Adopts what is queued, submits the rest, and follows all of it to the end. All options are
  /// checked before anything is submitted.
  ///
  /// - Throws: `RunInterrupted` after a stop request; `SlurmError`, `ExperimentError`, `FileError`.
  package func run(
    _ runs: [PlannedRun], onEvent: @escaping @Sendable (SweepEvent) -> Void
  ) async throws {
    let threads = options.threads ?? experiment.threads
    // Mistakes in options show before anything is submitted.
    for run in runs {
      _ = try SlurmResources(layers, of: run, threads: threads)
    }
    let submitter = SlurmSubmitter(
      root: SlurmSubmission.root(results: options.results, experiment: experiment.name),
      experiment: experiment.name, command: command, layers: layers, threads: threads, stop: stop
    ) { onEvent(.remark($0)) }
    try AtomicFile.createFolder(submitter.root)
    do {
      try await SlurmWatch(
        submitter, runs: runs, retries: experiment.running.retries, onEvent: onEvent
      ).follow()
    } catch let interruption as RunInterrupted {
      onEvent(.remark("queued tasks stay queued; to stop them: 'scl cancel'"))
      throw interruption
    }
  }

  /// The active tasks of the experiment, by the run's selector. Of several submissions of a run,
  /// the newest with an active task counts.
  package static func tasks(
    results: String, experiment: String
  ) async throws -> [String: ExecutorTask] {
    let root = SlurmSubmission.root(results: results, experiment: experiment)
    let submissions = try SlurmSubmission.all(in: root)
    let tasks = try await SlurmClient().tasks(ofJobsNamed: submissions.map(\.description.jobName))
    var entries: [String: ExecutorTask] = [:]
    for submission in submissions {
      for task in tasks
      where task.isActive && task.jobName == submission.description.jobName
        && submission.tasks.indices.contains(task.index)
      {
        entries[submission.tasks[task.index]] = ExecutorTask(
          id: task.name, isRunning: task.isRunning, node: task.node)
      }
    }
    return entries
  }

  /// Cancels tasks with scancel.
  package static func cancel(_ tasks: [ExecutorTask]) async throws {
    if !tasks.isEmpty { try await SlurmClient().cancel(tasks.map(\.id).sorted()) }
  }
}
