import ArgumentParser
import Core
import Experiments
import Foundation
import Records

/// Hidden command: does one run in its own process. `scl run` starts it for each run, and so do
/// batch systems.
///
/// It takes the run's lock, sets an old result aside, redirects standard error to the run's log,
/// and computes. Progress goes to standard output, a JSON object per line, and so does a failure
/// (`FailureReport`). Exit codes are those of `RunExit`: 0 finished, 1 failed (`failed.json` has the
/// reason), 75 if another process has the run, 128 plus the signal's number after a signal; and
/// those of `RenderedError` for an error before the run began.
struct RunChildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run-child", abstract: "Run a single run (used by 'scl run').",
    shouldDisplay: false)

  @OptionGroup var experiment: ExperimentOptions

  /// Passed on by the sweep, so that both resolve the same plan.
  @OptionGroup var computing: ComputingFlags

  /// Reports whatever ends the run, to the sweep too.
  func run() throws {
    ProcessName.restore()
    // If the parent is gone, writing to it fails.
    signal(SIGPIPE, SIG_IGN)
    do {
      // Read first: a commit made meanwhile is of code that does not run here.
      try runReported(revision: Machine.sourceRevision)
    } catch let code as ExitCode {
      throw code
    } catch {
      report(error)
      throw error
    }
  }

  /// Plans to find the folder, and looks for a result again under the lock, because another process
  /// may have finished the run meanwhile.
  /// - Parameter revision: of the program, for the record.
  private func runReported(revision: String) throws {
    let plan = try experiment.plan(computing)
    let run = try experiment.onlyRun(of: plan)
    let folder = run.folder
    try AtomicFile.createFolder(folder.path)
    guard let lock = try RunLock.take(folder.lock) else {
      Console.error("\(run.label): locked by another process")
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
    lock.removeLeftovers()
    try folder.removeLeftovers()
    if run.hasResult {
      // It may have been killed before it did so.
      run.keepLastEpoch()
      return
    }
    // The previous result keeps its own log, so it moves before the new log starts.
    try run.setAsideEarlierResult()
    try redirectErrors(to: folder.log)
    do {
      let reporter = ProgressReporter(folder.progress, identity: run.identity, stop: stop)
      try RunExecution(
        run, options: plan.options, experiment: plan.experiment,
        hooks: RunHooks(
          report: { reporter.report($0) }, note: Console.error, stop: stop,
          checkLock: { try lock.check() }), sourceRevision: revision
      ).run()
    } catch let interruption as RunInterrupted {
      throw ExitCode(RunExit.interrupted(by: interruption.signal))
    } catch {
      Console.error("error: \(text(of: error))")
      if case RecordError.lockLost = error { throw ExitCode(RunExit.elsewhere) }
      report(error)
      throw ExitCode(RunExit.failed)
    }
  }

  /// Tells the sweep why the run failed, whatever becomes of `failed.json`.
  private func report(_ error: any Error) {
    let report = FailureReport(kind: FailureKind(of: error), reason: text(of: error))
    try? FileHandle.standardOutput.write(contentsOf: Data(report.line.utf8))
  }

  /// The error on one line.
  private func text(of error: any Error) -> String {
    RenderedError(error)?.lines.joined(separator: "; ") ?? "\(error)"
  }

  /// Redirects standard error of this process and its libraries to the run's log, which is appended
  /// to.
  private func redirectErrors(to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    guard descriptor >= 0 else { throw FileError("write", path, errno: errno) }
    dup2(descriptor, STDERR_FILENO)
    close(descriptor)
  }
}

/// Reports the progress of a run: to its parent through standard output, to others through
/// `progress.json`. A line of standard output:
///
///     {"epoch":12,"epochs":30,"fraction":0.41,"imagesPerSecond":310,"loss":4.2,"phase":"training","secondsLeft":540}
private final class ProgressReporter {
  /// `RunFolder.progress`.
  private let path: String
  /// The run's.
  private let identity: String
  /// Requested if the parent is gone.
  private let stop: StopRequest
  /// The last write to `progress.json`.
  private var last: (phase: String, at: ContinuousClock.Instant)?

  /// - Parameters:
  ///   - path: `RunFolder.progress`.
  ///   - identity: the run's.
  ///   - stop: requested if the parent is gone. A run without a sweep writes a checkpoint and ends.
  init(_ path: String, identity: String, stop: StopRequest) {
    self.path = path
    self.identity = identity
    self.stop = stop
  }

  /// Writes a line to standard output, and at most once a second `progress.json`.
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
    try? RunActivity(identity: identity, progress: progress, updatedAt: Date()).write(to: path)
  }
}

extension RunFolder {
  /// Removes partial files that killed processes left. The caller must hold the lock.
  fileprivate func removeLeftovers() throws {
    for name in try AtomicFile.names(in: path)
    where name.contains(".writing-") || name.hasSuffix(".next") {
      try? AtomicFile.remove("\(path)/\(name)")
    }
  }
}

/// The name of this process in tools such as top.
enum ProcessName {
  /// Sets it to the program's own: a child is started as /proc/self/exe, and would be named "exe".
  static func restore() {
    guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    else { return }
    let name = URL(fileURLWithPath: program).lastPathComponent
    try? Data(name.utf8).write(to: URL(fileURLWithPath: "/proc/self/comm"))
  }
}
