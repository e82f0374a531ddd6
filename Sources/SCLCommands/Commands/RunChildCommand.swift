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
    let folder = plan.runs[0].folder
    try AtomicFile.createFolder(folder.path)
    try redirectErrors(to: folder.log)
    try waitForLock(folder.path + "/.lock")
    do {
      // Another process may have finished it meanwhile.
      let run = try experiment.plan().runs[0]
      if case .finished = run.state { return }
      try RunExecution(run, options: plan.options, experiment: plan.experiment) { progress in
        // A reader that has gone takes this process along by SIGPIPE.
        Console.printPart(progress.line)
      }.carryOut()
    } catch {
      Console.error("error: \(RenderedError(error)?.line ?? "\(error)")")
      throw ExitCode.failure
    }
  }

  /// Waits until no other process works in the run's folder. The system gives the lock back with the
  /// process, however it ends.
  private func waitForLock(_ path: String) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else {
      throw FileError("lock", path, errno: errno)
    }
  }

  /// Sends what this process and its libraries say to the run's log.
  private func redirectErrors(to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    guard descriptor >= 0 else { throw FileError("write", path, errno: errno) }
    dup2(descriptor, STDERR_FILENO)
    close(descriptor)
  }
}
