import Records

/// Carries out the runs of a sweep.
public protocol SweepExecutor: Sendable {
  /// Returns when every run is finished or has failed for good.
  /// - Parameter onEvent: called from any thread, one call at a time for each run.
  /// - Throws: `RunInterrupted` if a stop was asked for before that.
  func carryOut(
    _ runs: [PlannedRun], onEvent: @escaping @Sendable (SweepEvent) -> Void
  ) async throws
}

/// What carries out a sweep.
public enum ExecutorKind: String, CaseIterable, Sendable {
  /// Processes on this machine.
  case local
  /// Jobs of a Slurm cluster.
  case slurm
}

/// What happens to the runs of a sweep. Indices are those of the runs given to the executor.
public enum SweepEvent: Sendable {
  case started(Int)
  case progressed(Int, RunProgress)
  case finished(Int)
  /// An attempt failed.
  case failed(Int, RunFailure, willRetry: Bool)
  /// A process of another sweep has the run.
  case elsewhere(Int, LockOwner?)
  /// The run was stopped as it was asked to; it goes on from its checkpoint another time.
  case stopped(Int)
  /// A remark to the user.
  case remark(String)
}
