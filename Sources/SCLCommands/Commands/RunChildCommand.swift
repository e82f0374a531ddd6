import ArgumentParser
import Core
import Experiments
import Foundation
import Records

/// Runs one run in its own process, started by `scl run` or by a batch system.
struct RunChildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run-child", abstract: "Run a single run (used by 'scl run').",
    shouldDisplay: false)

  @OptionGroup var experiment: ExperimentOptions

  @Flag(help: "See 'scl run'.")
  var recompute = false

  func run() throws {
    let plan = try experiment.plan(recomputes: recompute)
    let label = try experiment.onlyRun(of: plan).label
    let folder = try experiment.onlyRun(of: plan).folder
    try AtomicFile.createFolder(folder.path)
    guard let lock = try RunLock.take(folder.lock) else {
      Console.error("\(label): locked by another process")
      throw ExitCode(RunExit.elsewhere)
    }
    defer { lock.release() }
    let stop = StopRequest { signal in
      lock.release()
      // Other threads are still computing, so there is no orderly shutdown.
      _exit(RunExit.interrupted(by: signal))
    }
    // The sweep handles SIGHUP: it stops its runs, or continues under nohup(1).
    signal(SIGHUP, SIG_IGN)
    // If memory runs out, the kernel should kill a run, not the sweep.
    try? Data("500".utf8).write(to: URL(fileURLWithPath: "/proc/self/oom_score_adj"))
    try stop.listen(to: [SIGINT, SIGTERM, SIGUSR1])
    try folder.removeLeftovers()
    // Another process may have finished the run meanwhile.
    let run = try experiment.onlyRun(of: experiment.plan(recomputes: recompute))
    if case .finished = run.state { return }
    // The previous result keeps its own log, so it moves before the new log starts.
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

  /// Redirects standard error of this process and its libraries to the run's log.
  private func redirectErrors(to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    guard descriptor >= 0 else { throw FileError("write", path, errno: errno) }
    dup2(descriptor, STDERR_FILENO)
    close(descriptor)
  }
}

/// Reports the progress of a run: to its parent through standard output, to others through the run's folder.
private final class ProgressReporter {
  private let path: String
  private let stop: StopRequest
  private var last: (phase: String, at: ContinuousClock.Instant)?

  init(_ path: String, stop: StopRequest) {
    self.path = path
    self.stop = stop
    // If the parent is gone, the write fails.
    signal(SIGPIPE, SIG_IGN)
  }

  func report(_ progress: RunProgress) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(progress.line.utf8))
    } catch {
      stop.request(SIGTERM)
    }
    // A new phase is written at once, since it may last long.
    if let last, last.phase == progress.phase, .now - last.at < .seconds(1) { return }
    last = (progress.phase, .now)
    // Errors are ignored: a full disk is reported when a checkpoint is written.
    try? RunActivity(progress: progress, updatedAt: Date()).write(to: path)
  }
}

extension RunFolder {
  /// Removes partial files of killed processes. The caller must hold the lock.
  fileprivate func removeLeftovers() throws {
    let manager = FileManager.default
    for name in try manager.contentsOfDirectory(atPath: path)
    where name.contains(".writing-") || name.hasSuffix(".next") {
      try? manager.removeItem(atPath: "\(path)/\(name)")
    }
  }
}
