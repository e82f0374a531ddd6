import Foundation

/// The tasks of an experiment that wait or run, for whoever looks at it from outside.
public struct SlurmQueue: Sendable {
  /// One run's task.
  public struct Entry: Equatable, Sendable {
    /// "pending" or "running".
    public let state: String
    /// Where it runs; empty while it waits.
    public let node: String
    /// Why it waits, in Slurm's words.
    public let reason: String
    /// "12_3", by which Slurm's commands take it.
    public let task: String
  }

  private let root: String
  private let client = SlurmClient()

  public init(results: String, experiment: String) {
    root = SlurmSubmission.root(results: results, experiment: experiment)
  }

  /// The runs that wait or run, by `PlannedRun.selector`; none where nothing was ever submitted.
  /// - Throws: `SlurmError`.
  public func tasks() async throws -> [String: Entry] {
    let submissions = SlurmSubmission.all(in: root)
    let tasks = try await client.tasks(ofJobsNamed: submissions.map(\.description.jobName))
    var entries: [String: Entry] = [:]
    for submission in submissions {
      for task in tasks
      where task.isActive && task.jobName == submission.description.jobName
        && submission.tasks.indices.contains(task.index)
      {
        entries[submission.tasks[task.index]] = Entry(
          state: task.isRunning ? "running" : "pending", node: task.node,
          reason: task.isRunning ? "" : task.reason, task: task.name)
      }
    }
    return entries
  }

  /// Cancels the tasks of runs.
  /// - Parameter isChosen: of a run as `PlannedRun.selector` has it.
  /// - Returns: what was cancelled, by `PlannedRun.selector`.
  /// - Throws: `SlurmError`.
  public func cancel(_ isChosen: (_ only: String) -> Bool) async throws -> [String: Entry] {
    let chosen = try await tasks().filter { isChosen($0.key) }
    if !chosen.isEmpty { try await client.cancel(chosen.values.map(\.task).sorted()) }
    return chosen
  }
}
