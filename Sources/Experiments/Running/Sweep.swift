import Records

/// How the runs of a sweep stand, and what is done about it; starts nothing itself.
struct Sweep {
  let runs: [PlannedRun]
  let onEvent: @Sendable (SweepEvent) -> Void
  /// How often each run was tried, by earlier sweeps too.
  private(set) var attempts: [Int]
  /// The runs that have a process of this sweep.
  private(set) var running: Set<Int> = []
  private var queue: SweepQueue
  private let retries: Int
  /// How often each run has failed in this sweep.
  private var failures: [Int]

  init(
    queue: SweepQueue, runs: [PlannedRun], retries: Int,
    onEvent: @escaping @Sendable (SweepEvent) -> Void
  ) {
    self.queue = queue
    self.runs = runs
    self.retries = retries
    self.onEvent = onEvent
    attempts = runs.map { $0.folder.attempts(of: $0.identity) }
    failures = runs.map { _ in 0 }
  }

  /// Every run is finished or has failed for good.
  var isDone: Bool { queue.isEmpty }

  /// The run to start now; nil where none can be.
  mutating func next() -> Int? {
    while let index = queue.next() {
      // Another sweep may have it, or have dealt with it since this one was planned.
      if let owner = RunLock.owner(runs[index].folder.lock) {
        queue.markHeldElsewhere(index)
        onEvent(.elsewhere(index, owner))
      } else if runs[index].hasResult {
        queue.end(index)
        onEvent(.finished(index))
      } else if let failure = failureElsewhere(index) {
        queue.end(index)
        onEvent(.failed(index, failure, willRetry: false))
      } else {
        if queue.exceedsBudget(index) {
          onEvent(
            .remark(
              "\(runs[index].label) is expected to need more memory than is available: it runs alone"
            ))
        }
        running.insert(index)
        onEvent(.started(index))
        return index
      }
    }
    return nil
  }

  /// A run's process has ended.
  /// - Parameter stopping: whether no process is to be started any more.
  mutating func finishAttempt(_ outcome: AttemptOutcome, of index: Int, stopping: Bool) {
    running.remove(index)
    switch outcome {
    case .finished:
      queue.end(index)
      onEvent(.finished(index))
    case .elsewhere:
      queue.markHeldElsewhere(index)
      onEvent(.elsewhere(index, RunLock.owner(runs[index].folder.lock)))
    case .stopped:
      queue.retry(index, alone: false)
      onEvent(.stopped(index))
    case .failed(let failure):
      attempts[index] = failure.attempts
      failures[index] += 1
      let retry = failure.kind.canPass && failures[index] <= retries
      if retry {
        // Beside others it may run out of memory again.
        queue.retry(index, alone: failure.kind == .outOfMemory)
      } else {
        queue.end(index)
      }
      onEvent(.failed(index, failure, willRetry: retry && !stopping))
    }
  }

  /// Sees what other processes have made of their runs, and takes back those that they left.
  mutating func lookElsewhere() {
    for index in queue.runsElsewhere {
      let folder = runs[index].folder
      if let owner = RunLock.owner(folder.lock) {
        onEvent(.elsewhere(index, owner))
        // What an earlier process has left there is not this one's.
        if let activity = RunActivity.read(from: folder.progress),
          activity.updatedAt >= owner.since
        {
          onEvent(.progressed(index, activity.progress))
        }
      } else {
        queue.takeBack(index)
      }
    }
  }

  /// A failure since the plan was made, by another sweep's process, that would come again.
  private func failureElsewhere(_ index: Int) -> RunFailure? {
    let run = runs[index]
    guard failures[index] == 0, let failure = try? RunFailure.read(from: run.folder.failure),
      failure.identity == run.identity, !failure.kind.canPass, run.state != .failed(failure)
    else { return nil }
    return failure
  }
}

extension SweepEvent {
  /// The event with its run's number looked up.
  func moved(to numbers: [Int]) -> SweepEvent {
    switch self {
    case .started(let run): .started(numbers[run])
    case .progressed(let run, let progress): .progressed(numbers[run], progress)
    case .finished(let run): .finished(numbers[run])
    case .failed(let run, let failure, let willRetry):
      .failed(numbers[run], failure, willRetry: willRetry)
    case .elsewhere(let run, let owner): .elsewhere(numbers[run], owner)
    case .stopped(let run): .stopped(numbers[run])
    case .remark(let text): .remark(text)
    }
  }
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
