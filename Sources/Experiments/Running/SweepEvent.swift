import Records

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
