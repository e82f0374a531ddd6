import Records

/// The state of a sweep: which runs wait, run, are held elsewhere or are over, and what follows
/// from the end of an attempt. It starts no process itself; `LocalExecutor` asks it what to start
/// and tells it what became of that.
///
///     var sweep = Sweep(queue: queue, runs: runs, retries: 2) { print($0) }
///     while let index = sweep.next() { start(index) }
///     sweep.finishAttempt(.finished, of: 0, stopping: false)
struct Sweep {
  let runs: [PlannedRun]
  /// Receives every change of a run's state.
  let onEvent: @Sendable (SweepEvent) -> Void
  /// The attempts at each run so far, including those of earlier sweeps.
  private(set) var attempts: [Int]
  /// The runs that have a process of this sweep.
  private(set) var running: Set<Int> = []
  private var queue: SweepQueue
  /// How often a run is retried after a transient failure.
  private let retries: Int
  /// The failures of each run in this sweep. Retries are counted by these.
  private var failures: [Int]

  /// - Parameters:
  ///   - queue: the order of the runs, with the memory that they may need.
  ///   - runs: in the order of the queue.
  ///   - retries: how often a run is retried after a transient failure.
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

  /// Whether every run is finished or has failed for good.
  var isDone: Bool { queue.isEmpty }

  /// The run to start now; nil if none can start. Runs that another process has, or has ended since
  /// the plan was made, are passed over with their events.
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

  /// Records the end of an attempt. A transient failure puts the run back into the queue until its
  /// retries are used up; after a lack of memory it runs alone.
  ///
  /// - Parameter stopping: whether the sweep starts no more processes.
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

  /// Reports the progress of runs in other processes, and takes back those whose process is gone.
  mutating func lookElsewhere() {
    for index in queue.runsElsewhere {
      let folder = runs[index].folder
      if let owner = RunLock.owner(folder.lock) {
        onEvent(.elsewhere(index, owner))
        if let activity = RunActivity.read(from: folder.progress, of: owner) {
          onEvent(.progressed(index, activity.progress))
        }
      } else {
        queue.takeBack(index)
      }
    }
  }

  /// A deterministic failure that another sweep's process has recorded since the plan was made.
  private func failureElsewhere(_ index: Int) -> RunFailure? {
    let run = runs[index]
    guard failures[index] == 0, let failure = try? RunFailure.read(from: run.folder.failure),
      failure.identity == run.identity, !failure.kind.canPass, run.state != .failed(failure)
    else { return nil }
    return failure
  }
}

extension SweepEvent {
  /// The event with its run's number replaced by `numbers[number]`: from the order of the queue to
  /// that of the caller.
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

/// A change in a sweep. Numbers are positions in the runs given to the executor.
package enum SweepEvent: Sendable {
  /// A process has started the run.
  case started(Int)
  /// The run's process has reported.
  case progressed(Int, RunProgress)
  /// The run has its planned result, whoever computed it.
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
