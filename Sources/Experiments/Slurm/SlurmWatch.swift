import Foundation
import Records

/// Follows the runs of one sweep on Slurm, through its queue and the runs' folders.
final class SlurmWatch {
  private struct Item {
    let run: PlannedRun
    /// The run as `--only` takes it.
    let only: String
    var state = State.open
    var attempt = 1
    var hasStarted = false
    var lastActivity: Date?
    /// Since when the task has been out of the queue.
    var leftAt: ContinuousClock.Instant?
  }

  private enum State {
    /// To be submitted, unless it is queued already. The submission that it was in before counts no
    /// more.
    case open
    case queued(SlurmPlace)
    /// A process that is no task of this experiment works on it.
    case elsewhere
    case over
  }

  private let executor: SlurmExecutor
  private let onEvent: (SweepEvent) -> Void
  private var items: [Item]
  /// The number of the newest submission that an item was in.
  private var lastNumber: [Int: Int] = [:]
  private var held: Set<String> = []

  init(
    _ executor: SlurmExecutor, runs: [PlannedRun], onEvent: @escaping (SweepEvent) -> Void
  ) {
    self.executor = executor
    self.onEvent = onEvent
    items = runs.map { Item(run: $0, only: $0.selector) }
  }

  func follow() async throws {
    var pause = 1.0
    while true {
      if items.contains(where: { if case .open = $0.state { true } else { false } }) {
        try await place()
        pause = 1
      }
      let names = items.compactMap { item -> String? in
        guard case .queued(let place) = item.state else { return nil }
        return place.submission.description.jobName
      }
      let tasks = try await executor.patiently { [client = executor.client] in
        try await client.tasks(ofJobsNamed: Array(Set(names)).sorted())
      }
      for index in items.indices {
        if try await look(at: index, tasks) { pause = 1 }
      }
      let isOver = items.allSatisfy { if case .over = $0.state { true } else { false } }
      if isOver { return }
      try await Task.sleep(for: .seconds(pause))
      // Often at first, seldom when hours pass: a controller has other users.
      pause = min(pause * 1.25, 10)
    }
  }

  // MARK: - Adopting and submitting

  /// Finds the open runs in the queue, or submits them. One process at a time does this.
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
    for index in items.indices {
      guard case .open = items[index].state else { continue }
      if finish(index) { continue }
      if let place = newest[items[index].only] {
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
      executor.note("\(adopted) \(adopted == 1 ? "task is" : "tasks are") in the queue already")
    }
    let active = Set(tasks.filter(\.isActive).map(\.job)).sorted()
    for attempt in Set(missing.map { items[$0].attempt }).sorted() {
      let part = missing.filter { items[$0].attempt == attempt }
      let places = try await executor.submit(
        part.map { (items[$0].run, items[$0].only) }, attempt: attempt, waitFor: active)
      for (index, place) in zip(part, places) { settle(index, at: place) }
    }
  }

  private func settle(_ index: Int, at place: SlurmPlace) {
    items[index].state = .queued(place)
    items[index].attempt = place.submission.description.attempt
    items[index].leftAt = nil
    lastNumber[index] = place.submission.number
  }

  /// All submissions of the experiment with the tasks that Slurm knows of them.
  private func queue() async throws -> ([SlurmSubmission], [SlurmTask]) {
    for turn in 0... {
      var submissions = SlurmSubmission.all(in: executor.root)
      let names = submissions.map(\.description.jobName)
      let tasks = try await executor.patiently { [client = executor.client] in
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
      try await Task.sleep(for: .seconds(1))
    }
    return ([], [])
  }

  private func takeLock() async throws -> RunLock {
    var hasSaid = false
    while true {
      if let lock = try RunLock.take(executor.root + "/.lock") { return lock }
      if !hasSaid { executor.note("another 'scl run' is submitting; waiting for it") }
      hasSaid = true
      try await Task.sleep(for: .milliseconds(500))
    }
  }

  // MARK: - Watching

  /// - Returns: whether something happened.
  private func look(at index: Int, _ tasks: [SlurmTask]) async throws -> Bool {
    switch items[index].state {
    case .over, .open: return false
    case .elsewhere:
      if finish(index) { return true }
      if RunLock.owner(items[index].run.folder.lock) == nil {
        items[index].state = .open
        return true
      }
      start(index)
      progress(index)
      return false
    case .queued(let place):
      if finish(index) { return true }
      let task = tasks.first { place.isTask($0) }
      guard let task, task.isActive else { return try await judge(index, place) }
      items[index].leftAt = nil
      if task.isHeld, held.insert(task.name).inserted {
        executor.note(
          "\(items[index].run.label) is held (\(task.reason)): scontrol release \(task.name)")
      }
      guard task.isRunning else { return false }
      start(index)
      progress(index)
      return false
    }
  }

  private func start(_ index: Int) {
    guard !items[index].hasStarted else { return }
    items[index].hasStarted = true
    onEvent(.started(index))
  }

  private func progress(_ index: Int) {
    guard let activity = RunActivity.read(from: items[index].run.folder.progress),
      activity.updatedAt != items[index].lastActivity
    else { return }
    items[index].lastActivity = activity.updatedAt
    onEvent(.progressed(index, activity.progress))
  }

  /// - Returns: whether the run has the planned result.
  private func finish(_ index: Int) -> Bool {
    let run = items[index].run
    guard FileManager.default.fileExists(atPath: run.folder.record),
      let record = try? RunRecord.read(from: run.folder.record)
    else { return false }
    var planned = run.identityInputs
    if executor.acceptsAnyPrecision { planned.precision = record.provenance.precision }
    guard (try? record.staleness(against: planned).isEmpty) == true else { return false }
    start(index)
    onEvent(.finished(index))
    items[index].state = .over
    return true
  }

  /// What to make of a task that has left the queue and has no result.
  /// - Returns: whether something happened.
  private func judge(_ index: Int, _ place: SlurmPlace) async throws -> Bool {
    let item = items[index]
    let folder = item.run.folder
    guard let leftAt = item.leftAt else {
      // What the task wrote last may take a moment to show.
      items[index].leftAt = .now
      return true
    }
    // Reading the folder makes a file system of another machine look again.
    _ = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    if finish(index) { return true }
    let job = place.submission.job ?? ""
    let outcome = try await executor.patiently { [client = executor.client] in
      try await client.outcome(ofTask: "\(job)_\(place.index)")
    }
    var failure = ownFailure(of: item.run, since: place.submission.writtenAt)
    if outcome.wasElsewhere {
      items[index].state = .elsewhere
      return true
    }
    if failure == nil {
      if outcome.wroteItsEnd, .now - leftAt < .seconds(60) { return false }
      failure = RunFailure(
        identity: item.run.identity, kind: outcome.kind, reason: outcome.reason,
        lastLogLines: lastLines(of: item.run, place),
        attempts: max(item.attempt, folder.attempts(of: item.run.identity)))
      // Somebody else may have taken the run up meanwhile.
      if RunLock.owner(folder.lock) == nil { try failure?.write(to: folder.failure) }
    }
    guard let failure else { return false }
    if failure.kind.canPass, item.attempt <= executor.retries {
      executor.note(
        "\(item.run.label): \(failure.reason); trying again "
          + "(\(item.attempt) of \(executor.retries))")
      items[index].attempt += 1
      items[index].state = .open
    } else {
      start(index)
      onEvent(.failed(index, failure, willRetry: false))
      items[index].state = .over
    }
    return true
  }

  /// The failure that the run's own process wrote in this submission.
  private func ownFailure(of run: PlannedRun, since start: Date?) -> RunFailure? {
    guard let start, let written = SlurmSubmission.modified(run.folder.failure), written >= start
    else { return nil }
    return try? RunFailure.read(from: run.folder.failure)
  }

  /// The end of the run's log, or of what its script said if it came no further.
  private func lastLines(of run: PlannedRun, _ place: SlurmPlace) -> [String] {
    let start = place.submission.writtenAt ?? .distantPast
    if let written = SlurmSubmission.modified(run.folder.log), written >= start {
      return run.folder.lastLogLines()
    }
    let output = place.submission.output(ofTask: place.index)
    guard let text = try? String(contentsOfFile: output, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").suffix(20).map(String.init)
  }
}
