import ArgumentParser
import Core
import Experiments
import Foundation

/// One run in a process of its own, started by `scl run`.
struct RunChildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run-child", abstract: "Carries out one run (used by 'scl run').",
    shouldDisplay: false)

  @OptionGroup var experiment: ExperimentOptions

  func run() throws {
    let plan = try experiment.plan()
    guard plan.runs.count == 1 else {
      throw ValidationError("--only names \(plan.runs.count) runs instead of one")
    }
    let run = plan.runs[0]
    try redirectErrors(to: run.folder.log)
    do {
      try RunExecution(run, options: plan.options, experiment: plan.experiment) { progress in
        // A reader that has gone takes this process along by SIGPIPE: no orphan goes on.
        FileHandle.standardOutput.write(Data(progress.line.utf8))
      }.carryOut()
    } catch {
      Console.error("error: \(RenderedError(error)?.line ?? "\(error)")")
      throw ExitCode.failure
    }
  }

  /// Sends what this process and its libraries say to the run's log.
  private func redirectErrors(to path: String) throws {
    try AtomicFile.createFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    guard descriptor >= 0 else { throw FileError("write", path, errno: errno) }
    dup2(descriptor, STDERR_FILENO)
    close(descriptor)
  }
}
