import Core
import Experiments
import Records

/// Runs on a Slurm cluster, as tasks of job arrays. The results folder, on a file system that the
/// nodes share, is the only state: the same command, given later or on another machine, adopts what is
/// queued.
package struct SlurmExecutor: Executor {
  package static let name = "slurm"
  package static let title = "Slurm"
  package static let options = SlurmKey.allCases.map(\.option)
  package static var limitOption: String? { SlurmKey.maxRunning.rawValue }

  private let experiment: Experiment
  private let options: RunOptions
  private let command: ChildCommand
  private let layers: ExecutorLayers
  private let stop: SweepStop

  /// - Parameters:
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

  /// Adopts what is queued, submits the rest, and follows all of it to its end.
  /// - Throws: `RunInterrupted` after a stop was requested; `SlurmError`, `ExperimentError`,
  ///   `FileError`.
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

  package static func tasks(
    results: String, experiment: String
  ) async throws -> [String: ExecutorTask] {
    let root = SlurmSubmission.root(results: results, experiment: experiment)
    let submissions = SlurmSubmission.all(in: root)
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

  package static func cancel(_ tasks: [ExecutorTask]) async throws {
    if !tasks.isEmpty { try await SlurmClient().cancel(tasks.map(\.id).sorted()) }
  }
}
