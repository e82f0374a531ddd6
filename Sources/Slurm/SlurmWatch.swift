import Core
import Experiments
import Foundation
import Records

/// Follows the runs of one sweep on Slurm: through the queue, and through the runs' folders, which
/// say more than the queue and stay when the controller forgets a task.
///
/// Each run is open (to be submitted), queued, held by a process that is no task of the experiment,
/// or over. A command that starts later adopts queued tasks instead of submitting them twice.
final class SlurmWatch {
  /// A run of the sweep with what is known of its task.
  private struct Item {
    /// The run as it was planned.
    let run: PlannedRun
    var state = State.open
    /// The attempt at the run, counted over all sweeps by its submissions.
    var attempt = 1
    /// Whether the start of this attempt was reported.
    var hasStarted = false
    /// The time of the last progress that was reported.
    var lastActivity: Date?
    /// Since when the task has been out of the queue.
    var leftAt: ContinuousClock.Instant?
    /// Whether the task ended while the run that it starts from had no result.
    var lackedStage = false

    /// Whether it has to be submitted.
    var isOpen: Bool { if case .open = state { true } else { false } }
    /// Whether it is finished or has failed for good.
    var isOver: Bool { if case .over = state { true } else { false } }
    /// Where it is queued; nil if it is not.
    var place: SlurmPlace? { if case .queued(let place) = state { place } else { nil } }
  }

  /// What is to be done about a run:
  ///
  /// - `open` becomes `queued` by a submission or by finding its task in the queue,
  /// - `queued` becomes `over` with a result or a failure for good, and `open` for a retry,
  /// - `elsewhere` becomes `over` with a result, and `open` if the other process is gone.
  private enum State {
    /// To be submitted, unless it is queued already, once the run that it starts from is not `elsewhere`. An earlier
    /// submission of it no longer counts.
    case open
    /// In the queue, or just out of it.
    case queued(SlurmPlace)
    /// A process that is no task of this experiment works on it.
    case elsewhere
    /// Finished, or failed for good.
    case over
  }

  /// Puts runs into the queue.
  private let submitter: SlurmSubmitter
  /// How often a run is retried after a transient failure.
  private let retries: Int
  private let onEvent: (SweepEvent) -> Void
  /// The runs in the order in which they were given.
  private var items: [Item]
  /// For each run the position of the run that it starts from; nil if that is no part of the sweep.
  private let stages: [Int?]
  /// The number of each run's newest submission. A higher number means that another sweep has
  /// submitted it again.
  private var lastNumber: [Int: Int] = [:]
  /// Tasks whose hold the user was told about.
  private var held: Set<String> = []

  /// - Parameters:
  ///   - submitter: puts runs into the queue.
  ///   - runs: the runs of the sweep, stages before the runs that start from them.
  ///   - retries: how often a run is retried after a transient failure.
  ///   - onEvent: receives changes; numbers are positions in `runs`.
  init(
    _ submitter: SlurmSubmitter, runs: [PlannedRun], retries: Int,
    onEvent: @escaping (SweepEvent) -> Void
  ) {
    self.submitter = submitter
    self.retries = retries
    self.onEvent = onEvent
    items = runs.map { Item(run: $0) }
    stages = runs.map { run in
      runs.firstIndex {
        $0.benchmark.name == run.stage?.benchmark && $0.row.name == run.stage?.row
          && $0.seed == run.stage?.seed
      }
    }
  }

  /// Submits and follows the runs until each is finished or has failed for good. The queue is asked
  /// every second at first, and every ten seconds when nothing happens.
  ///
  /// - Throws: `RunInterrupted` after a stop request; queued tasks stay queued. `SlurmError`,
  ///   `FileError`.
  func follow() async throws {
    var pause = 1.0
    while true {
      if items.indices.contains(where: isReady) {
        try await place()
        pause = 1
      }
      let names = Set(items.compactMap(\.place?.submission.description.jobName)).sorted()
      let tasks = try await submitter.patiently { [client = submitter.client] in
        try await client.tasks(ofJobsNamed: names)
      }
      for index in items.indices {
        if try await look(at: index, tasks) { pause = 1 }
      }
      if items.allSatisfy(\.isOver) { return }
      try await submitter.pause(pause)
      // Often at first, seldom when hours pass: a controller has other users.
      pause = min(pause * 1.25, 10)
    }
  }

  // MARK: - Adopting and submitting

  /// Finds the open runs in the queue, or submits them. A lock in the results folder makes this the
  /// work of one process at a time.
  private func place() async throws {
    let lock = try await takeLock()
    defer { lock.release() }
    let (submissions, tasks) = try await queue()
    var newest: [String: SlurmPlace] = [:]
    for submission in submissions {
      for (index, only) in submission.tasks.enumerated() {
        newest[only] = SlurmPlace(submission: submission, index: index)
      }
    }
    var missing: [Int] = []
    var adopted = 0
    for index in items.indices where items[index].isOpen {
      if finish(index) { continue }
      if let place = newest[items[index].run.selector] {
        let isActive = tasks.contains { place.isTask($0) && $0.isActive }
        // Another sweep may have submitted it again, and it may be over by now: that is to be judged.
        let isNews = lastNumber[index].map { $0 < place.submission.number } ?? false
        if isActive || isNews {
          settle(index, at: place)
          adopted += isActive ? 1 : 0
          continue
        }
      }
      if RunLock.owner(items[index].run.folder.lock) != nil {
        items[index].state = .elsewhere
      } else {
        missing.append(index)
      }
    }
    if adopted > 0 {
      submitter.note(
        "\(Quantities.count(adopted, "task")) \(adopted == 1 ? "is" : "are") in the queue already")
    }
    let active = Set(tasks.filter(\.isActive).map(\.job)).sorted()
    try await submit(missing.filter(isReady), active: active)
  }

  /// Whether a run can be submitted: it is open, and the run that it starts from is not left to a process that is no
  /// task, which no task can wait for.
  private func isReady(_ index: Int) -> Bool {
    guard items[index].isOpen else { return false }
    guard let stage = stages[index] else { return true }
    return switch items[stage].state {
    case .elsewhere: false
    case .open: isReady(stage)
    case .queued, .over: true
    }
  }

  /// Submits runs, each after the run that it starts from.
  ///
  /// - Parameter active: the experiment's jobs that have not ended.
  private func submit(_ missing: [Int], active: [String]) async throws {
    /// Runs that can go into one array.
    struct Batch: Hashable {
      let attempt: Int
      let stage: String?
    }
    var left = missing
    while !left.isEmpty {
      // A run whose stage is to be submitted as well takes a later turn.
      let turn = left.filter { index in stages[index].map { !left.contains($0) } ?? true }
      left.removeAll { turn.contains($0) }
      var batches: [(batch: Batch, members: [Int])] = []
      for index in turn {
        let batch = Batch(
          attempt: items[index].attempt,
          stage: stages[index].flatMap { items[$0].place?.submission.job })
        if let known = batches.firstIndex(where: { $0.batch == batch }) {
          batches[known].members.append(index)
        } else {
          batches.append((batch, [index]))
        }
      }
      for (batch, members) in batches {
        let places = try await submitter.submit(
          members.map { items[$0].run }, attempt: batch.attempt,
          isStaged: stages.contains { $0 != nil }, stages: batch.stage.map { [$0] } ?? [],
          active: active)
        for (index, place) in zip(members, places) { settle(index, at: place) }
      }
      // A circle of stages cannot be planned; should there be one, it does not go round for ever.
      if turn.isEmpty { return }
    }
  }

  /// Records where a run is queued.
  private func settle(_ index: Int, at place: SlurmPlace) {
    items[index].state = .queued(place)
    items[index].attempt = place.submission.description.attempt
    items[index].leftAt = nil
    items[index].lackedStage = false
    lastNumber[index] = place.submission.number
  }

  /// All submissions of the experiment with their tasks. A submission without a job number may
  /// still be on its way to Slurm, so it is waited for up to 15 s.
  private func queue() async throws -> ([SlurmSubmission], [SlurmTask]) {
    for turn in 0... {
      var submissions = try SlurmSubmission.all(in: submitter.root)
      let names = submissions.map(\.description.jobName)
      let tasks = try await submitter.patiently { [client = submitter.client] in
        try await client.tasks(ofJobsNamed: names)
      }
      var isUncertain = false
      for (position, submission) in submissions.enumerated() where submission.job == nil {
        if let task = tasks.first(where: { $0.jobName == submission.description.jobName }) {
          submissions[position] = try submission.submitted(as: task.job)
        } else if let writtenAt = submission.writtenAt, -writtenAt.timeIntervalSinceNow < 15 {
          // Its submitter has died, but the sbatch that it started may still be on its way.
          isUncertain = true
        }
      }
      if !isUncertain || turn == 15 { return (submissions, tasks) }
      try await submitter.pause(1)
    }
    return ([], [])
  }

  /// Waits for the lock on submitting.
  private func takeLock() async throws -> RunLock {
    var hasSaid = false
    while true {
      if let lock = try RunLock.take(submitter.root + "/.lock") { return lock }
      if !hasSaid { submitter.note("another 'scl run' is submitting; waiting for it") }
      hasSaid = true
      try await submitter.pause(0.5)
    }
  }

  // MARK: - Watching

  /// Compares a run with the queue and its folder.
  ///
  /// - Returns: whether something happened.
  private func look(at index: Int, _ tasks: [SlurmTask]) async throws -> Bool {
    switch items[index].state {
    case .over, .open: return false
    case .elsewhere:
      if finish(index) { return true }
      guard let owner = RunLock.owner(items[index].run.folder.lock) else {
        items[index].state = .open
        return true
      }
      onEvent(.elsewhere(index, owner))
      progress(index, of: owner)
      return false
    case .queued(let place):
      if finish(index) { return true }
      let task = tasks.first { place.isTask($0) }
      guard let task, task.isActive else { return try await judge(index, place) }
      items[index].leftAt = nil
      if task.isHeld, held.insert(task.name).inserted {
        submitter.note(
          "\(items[index].run.label) is held (\(task.reason)): scontrol release \(task.name)")
      }
      guard task.isRunning else { return false }
      start(index)
      if let owner = RunLock.owner(items[index].run.folder.lock) { progress(index, of: owner) }
      return false
    }
  }

  /// Reports the start of a run, once per attempt.
  private func start(_ index: Int) {
    guard !items[index].hasStarted else { return }
    items[index].hasStarted = true
    onEvent(.started(index))
  }

  /// Reports the progress that the process that has the run has written to its folder, if it is new.
  private func progress(_ index: Int, of owner: LockOwner) {
    guard let activity = RunActivity.read(from: items[index].run.folder.progress, of: owner),
      activity.updatedAt != items[index].lastActivity
    else { return }
    items[index].lastActivity = activity.updatedAt
    onEvent(.progressed(index, activity.progress))
  }

  /// Ends a run that has the planned result.
  ///
  /// - Returns: whether it has.
  private func finish(_ index: Int) -> Bool {
    guard result(of: index) != nil else { return false }
    start(index)
    onEvent(.finished(index))
    items[index].state = .over
    return true
  }

  /// Decides about a task that has left the queue and has no result: the run's own failure counts,
  /// otherwise what Slurm says of the task. A transient failure opens the run again.
  ///
  /// - Returns: whether something happened.
  private func judge(_ index: Int, _ place: SlurmPlace) async throws -> Bool {
    let item = items[index]
    let folder = item.run.folder
    guard let leftAt = item.leftAt else {
      // What the task wrote last may take a moment to show.
      items[index].leftAt = .now
      if let stage = stages[index] { items[index].lackedStage = result(of: stage) == nil }
      return true
    }
    // Reading the folder makes a file system of another machine look again.
    _ = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    if finish(index) { return true }
    let job = place.submission.job ?? ""
    let outcome = try await submitter.patiently { [client = submitter.client] in
      try await client.outcome(ofTask: "\(job)_\(place.index)")
    }
    var failure = place.failure(of: item.run)
    if outcome.wasElsewhere {
      items[index].state = .elsewhere
      return true
    }
    if failure == nil {
      if outcome.wroteItsEnd, .now - leftAt < .seconds(60) { return false }
      failure = item.run.failure(
        outcome.kind, outcome.reason, lastLogLines: place.lastLines(of: item.run),
        attempts: max(item.attempt, folder.attempts(of: item.run.identity)))
      // Somebody else may have taken the run up meanwhile.
      if RunLock.owner(folder.lock) == nil { try failure?.write(to: folder.failure) }
    }
    guard let failure else { return false }
    if let stage = stages[index], item.lackedStage {
      // It could not begin. Its stage may yet be tried again, or be finished by another process.
      if result(of: stage) == nil {
        if items[stage].isOver {
          end(index, failure)
        } else if items[stage].place != nil {
          items[index].state = .open
        }
        return items[stage].place != nil || items[stage].isOver
      }
      if failure.kind == .error {
        items[index].state = .open
        return true
      }
    }
    guard failure.kind.canPass, item.attempt <= retries else {
      end(index, failure)
      return true
    }
    start(index)
    onEvent(.failed(index, failure, willRetry: true))
    items[index].attempt += 1
    items[index].hasStarted = false
    items[index].state = .open
    return true
  }

  /// Ends a run that has failed for good.
  private func end(_ index: Int, _ failure: RunFailure) {
    start(index)
    onEvent(.failed(index, failure, willRetry: false))
    items[index].state = .over
  }

  /// The planned result of a run, if it exists. The node that computes it resolves the device and
  /// the precision `auto`, also for the run that it starts from.
  private func result(of index: Int) -> RunRecord? {
    let run = items[index].run
    guard FileManager.default.fileExists(atPath: run.folder.record),
      let record = try? RunRecord.read(from: run.folder.record)
    else { return nil }
    let stage = stages[index].flatMap { result(of: $0) }
    return (try? run.accepts(record, stage: stage?.identity)) == true ? record : nil
  }
}
