import Core
import Experiments
import Foundation
import Records

/// Puts runs into Slurm's queue as tasks of job arrays.
///
/// A submission is written to the results folder before sbatch is called. If the command dies in
/// between, or the controller does not answer, the name of the job tells the next command whether
/// the array was submitted.
///
/// With a limit on simultaneous tasks (`max-running`), arrays depend on each other, because Slurm
/// limits the tasks of one array only.
package struct SlurmSubmitter: Sendable {
  /// The folder of the experiment's submissions.
  let root: String
  /// The name of the experiment, a part of the jobs' names.
  let experiment: String
  /// The options of `run-child` that all tasks share.
  let command: ChildCommand
  /// Slurm's options by benchmark and method.
  let layers: ExecutorLayers
  /// Threads of one run.
  let threads: Int
  /// Ends waiting.
  let stop: SweepStop
  /// Receives remarks, a line each.
  let note: @Sendable (String) -> Void
  let client = SlurmClient()

  /// Submits tasks in arrays. Runs with the same resources share an array; one seed of everything
  /// precedes the next. If Slurm's limit of jobs is reached, an array is halved, and a single task
  /// waits.
  ///
  /// - Parameters:
  ///   - attempt: 1 for the first attempt at these runs.
  ///   - isStaged: whether runs of the sweep start from others of it; arrays then have one seed
  ///     each.
  ///   - stages: the jobs that have to end before any of these runs starts.
  ///   - active: the experiment's jobs that have not ended. If the number of simultaneous tasks is
  ///     limited, they go first.
  /// - Returns: where each run is queued, in the order of `runs`.
  /// - Throws: `SlurmError`, `FileError`, `ExperimentError.invalidOption`, `RunInterrupted`.
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

  /// Indices of the runs of each array.
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

  /// Submits one array: its folder first, then the job.
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
    note("submitted \(Quantities.count(tasks.count, "task")) as job \(job)")
    return try submission.submitted(as: job)
  }

  /// The path of a task's output for sbatch, in which `%a` stands for the task. A `%` of the folder
  /// is doubled. A backslash would turn replacement off, and control characters are undefined; the
  /// script alone writes to such folders, and sbatch writes to /dev/null.
  package static func outputPattern(_ folder: String) -> String {
    let isPlain = folder.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\\") }
    return isPlain ? folder.replacing("%", with: "%%") + "/output-%a.txt" : "/dev/null"
  }

  /// Submits, and finds out whether that succeeded if the controller did not answer.
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

  /// Repeats a question until the controller answers.
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

  /// - Throws: `RunInterrupted` as soon as a stop is requested.
  func pause(_ seconds: Double) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while true {
      if let signal = stop.signal { throw RunInterrupted(signal: signal) }
      let left = end - .now
      guard left > .zero else { return }
      try await Task.sleep(for: min(left, .milliseconds(100)))
    }
  }

  /// The path as nodes can use it, whose working directory may be another.
  private func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }
}

/// The place of a run in the queue: a line of a submission.
struct SlurmPlace: Sendable {
  let submission: SlurmSubmission
  /// The task's position in the array.
  let index: Int

  /// Whether a task of the queue is this place's.
  func isTask(_ task: SlurmTask) -> Bool {
    task.index == index && task.jobName == submission.description.jobName
  }

  /// The failure that the run's own process has written since the submission.
  func failure(of run: PlannedRun) -> RunFailure? {
    guard let start = submission.writtenAt,
      let written = SlurmSubmission.modified(run.folder.failure), written >= start
    else { return nil }
    return try? RunFailure.read(from: run.folder.failure)
  }

  /// The end of the run's log, or of its script's output if the run wrote no log.
  func lastLines(of run: PlannedRun) -> [String] {
    let start = submission.writtenAt ?? .distantPast
    if let written = SlurmSubmission.modified(run.folder.log), written >= start {
      return run.folder.lastLogLines()
    }
    let output = submission.output(ofTask: index)
    guard let text = try? String(contentsOfFile: output, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").suffix(20).map(String.init)
  }
}
