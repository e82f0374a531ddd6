import Core
import Foundation
import Records

/// Carries out runs on a Slurm cluster, as tasks of job arrays. The results folder, on a file system
/// that the nodes share, is the only state: whoever gives the same command later, from another
/// machine too, goes on with what is queued.
public struct SlurmExecutor: Sendable {
  let root: String
  let experiment: String
  let command: ChildCommand
  let layers: SlurmLayers
  let threads: Int
  let retries: Int
  let acceptsAnyPrecision: Bool
  let note: @Sendable (String) -> Void
  let client = SlurmClient()

  /// - Parameters:
  ///   - layers: what the experiment and the command line ask of Slurm.
  ///   - threads: of one run.
  ///   - retries: how often a run is tried again after a failure that can pass.
  ///   - note: hears remarks, a line each.
  public init(
    experiment: String, options: RunOptions, command: ChildCommand, layers: SlurmLayers,
    threads: Int, retries: Int, note: @escaping @Sendable (String) -> Void
  ) {
    root = SlurmSubmission.root(results: options.results, experiment: experiment)
    self.experiment = experiment
    self.command = command
    self.layers = layers
    self.threads = threads
    self.retries = retries
    // `auto` is resolved by the node that computes.
    acceptsAnyPrecision = options.precision == .auto
    self.note = note
  }

  /// Adopts what is queued, submits the rest, and follows all of it to its end.
  ///
  /// Cancelled, it leaves the jobs where they are.
  /// - Parameter onEvent: indices are those of `runs`.
  /// - Throws: `SlurmError`, `ExperimentError`, `FileError`; `CancellationError`.
  public func carryOut(
    _ runs: [PlannedRun], onEvent: @escaping @Sendable (SweepEvent) -> Void
  ) async throws {
    // Mistakes in options show before anything is submitted.
    for run in runs {
      _ = try SlurmResources(layers, benchmark: run.benchmark.name, threads: threads)
    }
    try AtomicFile.createFolder(root)
    let watch = SlurmWatch(self, runs: runs, onEvent: onEvent)
    try await watch.follow()
  }
}

extension SlurmExecutor {
  /// Submits tasks in arrays: those that ask for the same together, one seed of everything before
  /// the next.
  /// - Parameters:
  ///   - waitFor: jobs that have to end first where the number of running tasks is capped.
  /// - Returns: where each run went, in the order of `runs`.
  func submit(
    _ runs: [(run: PlannedRun, only: String)], attempt: Int, waitFor: [String]
  ) async throws -> [SlurmPlace] {
    let size = try await patiently { try await client.maximumArraySize() }
    let resources = try runs.map {
      try SlurmResources(layers, benchmark: $0.run.benchmark.name, threads: threads)
    }
    let isCapped = resources.contains { $0.maxRunning != nil }
    var places = [SlurmPlace?](repeating: nil, count: runs.count)
    var predecessors = waitFor
    for group in groups(of: runs.map(\.run), resources, bySeed: !isCapped) {
      for start in stride(from: 0, to: group.count, by: size) {
        let part = Array(group[start..<min(start + size, group.count)])
        let submission = try await submit(
          part.map { runs[$0].only }, resources: resources[part[0]], attempt: attempt,
          // One cap for arrays of different kinds holds if they follow each other.
          after: isCapped ? predecessors : [])
        if isCapped, let job = submission.job { predecessors = [job] }
        for (index, position) in part.enumerated() {
          places[position] = SlurmPlace(submission: submission, index: index)
        }
      }
    }
    return places.compactMap { $0 }
  }

  /// Indices of runs that go into one array. Runs that all ask for the same are one group.
  private func groups(
    of runs: [PlannedRun], _ resources: [SlurmResources], bySeed: Bool
  ) -> [[Int]] {
    let kinds = Set(resources).count
    var groups: [[Int]] = []
    for index in runs.indices {
      let fitting = groups.firstIndex { group in
        resources[group[0]] == resources[index]
          && (kinds == 1 || !bySeed || runs[group[0]].seed == runs[index].seed)
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
        problem: "'\(program)' was replaced while it ran, and nodes could not start it: "
          + "give the command again")
    }
    let script = SlurmScript(program: program, arguments: ["run-child"] + command.common)
    let submission = try SlurmSubmission.create(
      in: absolute(root), experiment: experiment, tasks: tasks, attempt: attempt,
      script: script.text)
    var arguments = [
      "--job-name=\(submission.description.jobName)",
      "--array=0-\(tasks.count - 1)" + (resources.maxRunning.map { "%\($0)" } ?? ""),
      "--chdir=\(FileManager.default.currentDirectoryPath)",
      // A '%' begins what Slurm replaces.
      "--output=\(submission.folder.replacing("%", with: "%%"))/output-%a.txt",
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

  /// Submits, and finds out whether it was done where the controller did not say.
  private func job(of submission: SlurmSubmission, _ arguments: [String]) async throws -> String {
    while true {
      do {
        return try await client.submit(arguments)
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
        try await Task.sleep(for: .seconds(2))
      }
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
