import Core
import Experiments
import Foundation

/// Puts runs into Slurm's queue.
package struct SlurmSubmitter: Sendable {
  /// The folder of the experiment's submissions.
  let root: String
  let experiment: String
  let command: ChildCommand
  let layers: ExecutorLayers
  /// Threads of one run.
  let threads: Int
  let stop: SweepStop
  /// Hears remarks, a line each.
  let note: @Sendable (String) -> Void
  let client = SlurmClient()

  /// Submits tasks in arrays: those that ask for the same together, one seed of everything before
  /// the next.
  /// - Parameters:
  ///   - isStaged: whether runs of the sweep start from others of it.
  ///   - stages: the jobs that have to end before any of these runs begins.
  ///   - active: the experiment's jobs that have not ended. Where the number of running tasks is
  ///     capped, they go first.
  /// - Returns: where each run went, in the order of `runs`.
  func submit(
    _ runs: [PlannedRun], attempt: Int, isStaged: Bool, stages: [String], active: [String]
  ) async throws -> [SlurmPlace] {
    var size = try await patiently { try await client.maximumArraySize() }
    let resources = try runs.map {
      try SlurmResources(layers, of: $0, threads: threads)
    }
    let isCapped = resources.contains { $0.maxRunning != nil }
    var places = [SlurmPlace?](repeating: nil, count: runs.count)
    var predecessors = active
    // Who waits for a stage waits for its array: not for other seeds as well.
    let bySeed = isStaged || !isCapped && Set(resources).count > 1
    for group in groups(of: runs, resources, bySeed: bySeed) {
      var start = 0
      while start < group.count {
        let part = Array(group[start..<min(start + size, group.count)])
        let submission: SlurmSubmission
        do {
          submission = try await submit(
            part.map { runs[$0].selector }, resources: resources[part[0]], attempt: attempt,
            // One cap for arrays of different kinds holds if they follow each other.
            after: stages + (isCapped ? predecessors : []))
        } catch SlurmError.atLimit where part.count > 1 {
          // As much of it as is taken now; for a single task there is waiting.
          size = part.count / 2
          continue
        }
        start += part.count
        if isCapped, let job = submission.job { predecessors = [job] }
        for (index, position) in part.enumerated() {
          places[position] = SlurmPlace(submission: submission, index: index)
        }
      }
    }
    return places.compactMap { $0 }
  }

  /// Indices of runs that go into one array.
  private func groups(
    of runs: [PlannedRun], _ resources: [SlurmResources], bySeed: Bool
  ) -> [[Int]] {
    var groups: [[Int]] = []
    for index in runs.indices {
      let fitting = groups.firstIndex { group in
        resources[group[0]] == resources[index]
          && (!bySeed || runs[group[0]].seed == runs[index].seed)
      }
      if let fitting { groups[fitting].append(index) } else { groups.append([index]) }
    }
    return groups
  }

  private func submit(
    _ tasks: [String], resources: SlurmResources, attempt: Int, after predecessors: [String]
  ) async throws -> SlurmSubmission {
    let program = Machine.executablePath
    guard FileManager.default.isExecutableFile(atPath: program) else {
      throw ExperimentError.invalidOption(
        option: "--executor slurm",
        problem:
          "'\(program)' was replaced while it ran, so nodes cannot start it: repeat the command")
    }
    let script = SlurmScript(program: program, arguments: ["run-child"] + command.common)
    let submission = try SlurmSubmission.create(
      in: absolute(root), experiment: experiment, tasks: tasks, attempt: attempt,
      script: script.text)
    var arguments = [
      "--job-name=\(submission.description.jobName)",
      "--array=0-\(tasks.count - 1)" + (resources.maxRunning.map { "%\($0)" } ?? ""),
      "--chdir=\(FileManager.default.currentDirectoryPath)",
      "--output=\(Self.outputPattern(submission.folder))",
      "--open-mode=append", "--requeue", "--ntasks=1",
      "--signal=B:USR1@\(resources.signalSeconds)",
    ]
    arguments += resources.options.map { "--\($0)" }
    if !predecessors.isEmpty {
      arguments.append("--dependency=afterany:" + predecessors.joined(separator: ":"))
    }
    let job = try await job(of: submission, arguments + [submission.script])
    note("submitted \(tasks.count) \(tasks.count == 1 ? "task" : "tasks") as job \(job)")
    return try submission.submitted(as: job)
  }

  /// Where Slurm puts what a task says, and what it says of the task itself. A '%' begins what it replaces;
  /// a backslash anywhere turns that off for the whole path, and what a line break does nobody says: of
  /// such a folder the script alone writes.
  package static func outputPattern(_ folder: String) -> String {
    let isPlain = folder.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\\") }
    return isPlain ? folder.replacing("%", with: "%%") + "/output-%a.txt" : "/dev/null"
  }

  /// Submits, and finds out whether it was done where the controller did not say.
  private func job(of submission: SlurmSubmission, _ arguments: [String]) async throws -> String {
    let isSingle = submission.tasks.count == 1
    var hasSaid = false
    while true {
      do {
        return try await client.submit(arguments)
      } catch SlurmError.atLimit(_, let words) where isSingle {
        if !hasSaid {
          note("Slurm accepts no more jobs now; waiting until some have ended (\(words))")
        }
        hasSaid = true
        do {
          try await pause(30)
        } catch {
          submission.remove()
          throw error
        }
      } catch SlurmError.unreachable {
        let name = submission.description.jobName
        let tasks = try await patiently { try await client.tasks(ofJobsNamed: [name]) }
        if let known = tasks.first { return known.job }
      } catch {
        submission.remove()
        throw error
      }
    }
  }

  /// Waits out a controller that does not answer.
  func patiently<Answer: Sendable>(
    _ ask: @Sendable () async throws -> Answer
  ) async throws -> Answer {
    var hasSaid = false
    while true {
      do {
        let answer = try await ask()
        if hasSaid { note("the Slurm controller answers again") }
        return answer
      } catch SlurmError.unreachable(_, let words) {
        if !hasSaid { note("the Slurm controller does not answer; waiting for it (\(words))") }
        hasSaid = true
        try await pause(2)
      }
    }
  }

  /// - Throws: `RunInterrupted` as soon as a stop is asked for.
  func pause(_ seconds: Double) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while true {
      if let signal = stop.signal { throw RunInterrupted(signal: signal) }
      let left = end - .now
      guard left > .zero else { return }
      try await Task.sleep(for: min(left, .milliseconds(100)))
    }
  }

  private func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }
}

/// A run's task: the line of a submission.
struct SlurmPlace: Sendable {
  let submission: SlurmSubmission
  let index: Int

  func isTask(_ task: SlurmTask) -> Bool {
    task.index == index && task.jobName == submission.description.jobName
  }
}
