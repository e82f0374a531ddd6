import Foundation
import Subprocess

/// Slurm's command line programs, on the cluster that the environment names.
///
///     let client = SlurmClient()
///     let job = try await client.submit(["--array=0-3", "script.sh"])
///     let tasks = try await client.tasks(ofJobsNamed: ["scl-cpu-1"])
///
/// Every method throws `SlurmError` if a program is missing, refuses, or cannot reach the controller.
package struct SlurmClient: Sendable {
  /// Submits a batch script.
  ///
  /// - Parameter arguments: sbatch's, the script last.
  /// - Returns: the job's number.
  func submit(_ arguments: [String]) async throws -> String {
    let answer = try await run("sbatch", ["--parsable"] + arguments)
    guard let job = Self.job(in: answer) else {
      throw SlurmError.unreadable(command: "sbatch", answer: answer)
    }
    return job
  }

  /// The job number in sbatch's answer, "123" or "123;cluster": the last line of that form, because
  /// sites print greetings to standard output too.
  package static func job(in answer: String) -> String? {
    answer.split(whereSeparator: \.isNewline).reversed().lazy
      .map { $0.trimmingCharacters(in: .whitespaces) }
      .compactMap { $0.wholeMatch(of: /([0-9]+)(;[^ ]*)?/).map { String($0.1) } }.first
  }

  /// The tasks of the jobs of these names: those in the queue, and ended ones that the controller
  /// still remembers.
  func tasks(ofJobsNamed names: [String]) async throws -> [SlurmTask] {
    guard !names.isEmpty else { return [] }
    var tasks: [SlurmTask] = []
    // A command line has an end.
    for start in stride(from: 0, to: names.count, by: 500) {
      let part = names[start..<min(start + 500, names.count)]
      let answer = try await run(
        "squeue",
        [
          "--noheader", "--array", "--states=all", "--name=\(part.joined(separator: ","))",
          "--format=%F|%K|%T|%N|%r|%j",
        ])
      for line in answer.split(separator: "\n") {
        let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 6, let index = Int(fields[1]) else {
          throw SlurmError.unreadable(command: "squeue", answer: String(line))
        }
        tasks.append(
          SlurmTask(
            job: fields[0], index: index, state: fields[2], node: fields[3], reason: fields[4],
            jobName: fields[5].trimmingCharacters(in: .whitespaces)))
      }
    }
    return tasks
  }

  /// How a task ended: from the controller's memory (scontrol) or, if it has forgotten the task,
  /// from the accounting database (sacct). An outcome without a state if neither knows, or the
  /// database does not answer.
  ///
  /// - Parameter task: "12_3".
  func outcome(ofTask task: String) async throws -> SlurmOutcome {
    do {
      let answer = try await run("scontrol", ["--oneliner", "show", "job", task])
      let fields = answer.split(separator: " ")
      func value(_ key: String) -> Substring? {
        fields.first { $0.hasPrefix(key + "=") }?.dropFirst(key.count + 1)
      }
      if let state = value("JobState"), let code = value("ExitCode") {
        return outcome(state: state, exit: code, node: value("NodeList") ?? "")
      }
    } catch SlurmError.refused {
      // It is forgotten.
    }
    do {
      let answer = try await run(
        "sacct",
        [
          "--jobs=\(task)", "--allocations", "--noheader", "--parsable2",
          "--format=State,ExitCode,NodeList",
        ])
      let fields = answer.split(separator: "\n").last?
        .split(separator: "|", omittingEmptySubsequences: false)
      if let fields, fields.count == 3 {
        return outcome(state: fields[0], exit: fields[1], node: fields[2])
      }
    } catch SlurmError.refused, SlurmError.notInstalled, SlurmError.unreachable {
      // There is no accounting, or its database is down: waiting for it could take for ever.
    }
    return SlurmOutcome(state: nil, exitCode: 0, signal: 0, node: "")
  }

  /// Cancels tasks such as "12_3". Ended tasks are ignored.
  func cancel(_ tasks: [String]) async throws {
    for start in stride(from: 0, to: tasks.count, by: 500) {
      let part = tasks[start..<min(start + 500, tasks.count)]
      _ = try await run("scancel", ["--quiet"] + part)
    }
  }

  /// The largest number of tasks in an array, from the cluster's configuration.
  func maximumArraySize() async throws -> Int {
    let answer = try await run("scontrol", ["show", "config"])
    for line in answer.split(separator: "\n") where line.hasPrefix("MaxArraySize") {
      let value = line.split(separator: "=").last?.trimmingCharacters(in: .whitespaces)
      if let size = value.flatMap({ Int($0) }), size > 0 { return size }
    }
    throw SlurmError.unreadable(command: "scontrol show config", answer: "no MaxArraySize")
  }

  /// Parses "CANCELLED by 1000", "1:0" and "n[1-2]".
  private func outcome(state: Substring, exit: Substring, node: Substring) -> SlurmOutcome {
    let codes = exit.split(separator: ":").map { Int32($0) ?? 0 }
    return SlurmOutcome(
      state: state.split(separator: " ").first.map(String.init), exitCode: codes.first ?? 0,
      signal: codes.count > 1 ? codes[1] : 0, node: node == "(null)" ? "" : String(node))
  }

  /// Runs a program and returns its standard output.
  private func run(_ program: String, _ arguments: [String]) async throws -> String {
    // A sweep that is stopped does not stop a command half way: sbatch may have submitted the job.
    try await Task { try await Self.answer(program, arguments) }.value
  }

  /// Runs a program in a process group of its own and sorts its error messages into `SlurmError`.
  private static func answer(_ program: String, _ arguments: [String]) async throws -> String {
    var options = PlatformOptions()
    // A terminal's Ctrl-C is for this program, not for its helpers.
    options.processGroupID = 0
    let result: ExecutionResult<Void, StringOutput<UTF8>, StringOutput<UTF8>>
    do {
      result = try await Subprocess.run(
        .name(program), arguments: Arguments(arguments), platformOptions: options, input: .none,
        output: .string(limit: 256 << 20), error: .string(limit: 16 << 20))
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw SlurmError.notInstalled(program: program)
    } catch let error as SubprocessError {
      throw SlurmError.unusable(
        program: program, reason: error.underlyingError.map { "\($0)" } ?? error.description)
    }
    guard result.terminationStatus.isSuccess else {
      let words = result.standardError.split(separator: "\n").joined(separator: "; ")
      if lacksCluster(words) { throw SlurmError.noCluster(command: program, words: words) }
      if isUnreachable(words) { throw SlurmError.unreachable(command: program, words: words) }
      throw isAtLimit(words)
        ? SlurmError.atLimit(command: program, words: words)
        : SlurmError.refused(command: program, words: words)
    }
    return result.standardOutput
  }

  /// Whether an error message says that no configuration names a controller.
  private static func lacksCluster(_ words: String) -> Bool {
    [
      "Could not establish a configuration source", "Unable to process configuration file",
      "Unable to open configuration file", "No such file or directory: slurm.conf",
    ].contains { words.localizedCaseInsensitiveContains($0) }
  }

  /// Whether an error message says that the user, account or queue has as many jobs as allowed,
  /// which passes as jobs end. The general sentence about policies is not enough: Slurm also prints
  /// it for jobs that can never run.
  package static func isAtLimit(_ words: String) -> Bool {
    [
      "MaxSubmitJob", "MaxSubmitPU", "MaxSubmitPA", "MaxJobsPerUser", "MaxJobCount",
      "Slurm temporarily unable to accept job",
    ].contains { words.localizedCaseInsensitiveContains($0) }
  }

  /// Whether an error message says that the controller does not answer.
  private static func isUnreachable(_ words: String) -> Bool {
    [
      "Unable to contact slurm controller", "Socket timed out", "Connection refused",
      "Zero Bytes were transmitted", "standby mode", "Communication connection failure",
      "Transport endpoint is not connected", "Unable to establish controller machine",
    ].contains { words.localizedCaseInsensitiveContains($0) }
  }
}
