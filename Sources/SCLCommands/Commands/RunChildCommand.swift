import ArgumentParser
import Core
import Experiments
import Foundation
import Records

/// One run in a process of its own, started by `scl run` or by a batch system.
struct RunChildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run-child", abstract: "Carries out one run (used by 'scl run').",
    shouldDisplay: false)

  @OptionGroup var experiment: ExperimentOptions

  @Flag(help: "As of 'scl run'.")
  var recompute = false

  func run() throws {
    let plan = try experiment.plan(recomputes: recompute)
    let label = try experiment.onlyRun(of: plan).label
    let folder = try experiment.onlyRun(of: plan).folder
    try AtomicFile.createFolder(folder.path)
    guard let lock = try RunLock.take(folder.lock) else {
      Console.error("\(label): another process works on it")
      throw ExitCode(RunExit.elsewhere)
    }
    defer { lock.release() }
    let stop = StopRequest { signal in
      lock.release()
      // Other threads compute on: nothing of theirs is to be taken down in order.
      _exit(RunExit.interrupted(by: signal))
    }
    // A terminal that closes is the sweep's affair: it stops its runs, or goes on under nohup(1).
    signal(SIGHUP, SIG_IGN)
    // Where memory runs out, the kernel is to take a run and not the sweep that looks after it.
    try? Data("500".utf8).write(to: URL(fileURLWithPath: "/proc/self/oom_score_adj"))
    try stop.listen(to: [SIGINT, SIGTERM, SIGUSR1])
    try folder.removeLeftovers()
    // Another process may have finished it meanwhile.
    let run = try experiment.onlyRun(of: experiment.plan(recomputes: recompute))
    if case .finished = run.state { return }
    // With the log of its own run, before that of this one begins.
    try folder.setAside()
    try redirectErrors(to: folder.log)
    do {
      let reporter = ProgressReporter(folder.progress, stop: stop)
      try RunExecution(
        run, options: plan.options, experiment: plan.experiment,
        hooks: RunHooks(
          report: { reporter.report($0) }, note: Console.error, stop: stop,
          checkLock: { try lock.check() })
      ).carryOut()
    } catch let interruption as RunInterrupted {
      throw ExitCode(RunExit.interrupted(by: interruption.signal))
    } catch {
      Console.error("error: \(RenderedError(error)?.lines.joined(separator: "; ") ?? "\(error)")")
      if case RecordError.lockLost = error { throw ExitCode(RunExit.elsewhere) }
      throw ExitCode(RunExit.failed)
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

/// Tells how far a run has come: its starter through standard output, everybody else through the
/// run's folder.
private final class ProgressReporter {
  private let path: String
  private let stop: StopRequest
  private var last: (phase: String, at: ContinuousClock.Instant)?

  init(_ path: String, stop: StopRequest) {
    self.path = path
    self.stop = stop
    // A starter that has gone is noticed where its pipe is written.
    signal(SIGPIPE, SIG_IGN)
  }

  func report(_ progress: RunProgress) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(progress.line.utf8))
    } catch {
      stop.request(SIGTERM)
    }
    // A phase may last long: who watches the folder has to know of it from its start.
    if let last, last.phase == progress.phase, .now - last.at < .seconds(1) { return }
    last = (progress.phase, .now)
    // Nothing depends on it: a full disk shows where a checkpoint is written.
    try? RunActivity(progress: progress, updatedAt: Date()).write(to: path)
  }
}

extension RunFolder {
  /// Removes what processes that were killed had half written. Only the lock's holder may.
  fileprivate func removeLeftovers() throws {
    let manager = FileManager.default
    for name in try manager.contentsOfDirectory(atPath: path)
    where name.contains(".writing-") || name.hasSuffix(".next") {
      try? manager.removeItem(atPath: "\(path)/\(name)")
    }
  }
}
