import Core
import Experiments
import Foundation
import Records
import Slurm
import Testing

/// Sweeps on scripts in place of Slurm's programs, for what a real cluster does not do when asked to.
@Suite(.serialized, .ownThread, .timeLimit(.minutes(10))) final class FakeSlurmTests {
  private static let staged = """
    benchmarks: [rehearsal]
    methods: [instdisc, scan-cluster]
    protocol: {train: test, score: test}
    running: {retries: 0}
    settings:
      defaults:
        {epochs: 1, batch_size: 100, width: 16, stem: imagenet, dimensions: 8, restarts: 1}
      methods: {scan-cluster: {pretext: instdisc, epochs: 1}}
    """

  private let folder: String
  private let slurm: FakeSlurm

  init() throws {
    folder = NSTemporaryDirectory() + "fake-slurm-tests-\(UUID().uuidString)"
    slurm = try FakeSlurm(in: folder + "/slurm")
    try Data(Self.staged.utf8).write(to: URL(fileURLWithPath: folder + "/staged.yaml"))
    let made = try ChildProcess(
      SlurmTests.scl, ["data", "prepare", "rehearsal", "--data", "data"], in: folder)
    try #require(made.wait() == 0, "\(made.errors)")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func start(_ more: [String], results: String = "results") throws -> ChildProcess {
    try ChildProcess(
      SlurmTests.scl,
      ["run", "staged.yaml", "--data", "data", "--results", results, "--precision", "float32"]
        + more, in: folder, environment: slurm.environment)
  }

  private func runFolder(_ method: String, results: String = "results") -> RunFolder {
    RunFolder(
      results: "\(folder)/\(results)", experiment: "staged", benchmark: "rehearsal", method: method,
      seed: 0)
  }

  /// Puts the result of a run on this machine in the place of the run on Slurm.
  private func bring(_ method: String) throws {
    let (from, to) = (runFolder(method, results: "local"), runFolder(method))
    try? FileManager.default.removeItem(atPath: to.failure)
    let names = try FileManager.default.contentsOfDirectory(atPath: from.path)
    // The record is last, as where a run ends.
    for name in names.filter({ $0 != "run.json" && !$0.hasPrefix(".") }) + ["run.json"] {
      try FileManager.default.copyItem(atPath: "\(from.path)/\(name)", toPath: "\(to.path)/\(name)")
    }
  }

  @Test func `A task that the controller forgot ends while the accounting's database is down`()
    throws
  {
    let process = try start(["--executor", "slurm", "--only", "method=instdisc"])
    try eventually("the task is queued") { slurm.jobs == 1 }
    try slurm.end("1_0", exitCode: nil)
    try eventually("the sweep has ended", within: 60) { process.hasEnded }
    #expect(process.wait() == 1, "\(process.errors)")
    let failure = try RunFailure.read(from: runFolder("instdisc").failure)
    #expect(failure.reason == "left the queue, and Slurm no longer knows why")
  }

  @Test func `A run that began before another process ended its stage is submitted again`() throws {
    let local = try start([], results: "local")
    #expect(local.wait() == 0, "\(local.errors)")
    let process = try start(["--executor", "slurm"])
    try eventually("both are queued") { slurm.jobs == 2 }
    let (stage, dependent) = (runFolder("instdisc"), runFolder("scan-cluster"))
    for run in [stage, dependent] { try AtomicFile.createFolder(run.path) }
    // This process has the stage, which its task finds out.
    let lock = try #require(try RunLock.take(stage.lock))
    try slurm.end("1_0", exitCode: RunExit.elsewhere)
    try eventually("the stage is seen") {
      process.errors.contains("elsewhere rehearsal / instdisc")
    }
    let record = try RunRecord.read(from: runFolder("scan-cluster", results: "local").record)
    try RunFailure(
      identity: record.identity, kind: .error, reason: "the stage is not finished", lastLogLines: []
    ).write(to: dependent.failure)
    try slurm.end("2_0", exitCode: RunExit.failed)
    // For some turns, in which the run could be given up.
    sleep(8)
    #expect(!process.hasEnded && slurm.jobs == 2, "\(process.errors)")
    try bring("instdisc")
    lock.release()
    try eventually("it is submitted again") { slurm.jobs == 3 || process.hasEnded }
    #expect(slurm.jobs == 3, "\(process.errors)")
    try bring("scan-cluster")
    try slurm.end("3_0", exitCode: 0)
    #expect(process.wait() == 0, "\(process.errors)")
  }

  @Test func `The progress that a dead process has left is not shown`() throws {
    let run = runFolder("instdisc")
    try AtomicFile.createFolder(run.path)
    // This process has the run.
    let lock = try #require(try RunLock.take(run.lock))
    defer { lock.release() }
    func write(loss: Double, at time: Date) throws {
      let progress = RunProgress(
        phase: "training", epoch: 0, epochs: 1, fraction: 0.5, loss: loss)
      try RunActivity(identity: nil, progress: progress, updatedAt: time).write(to: run.progress)
    }
    try write(loss: 7.25, at: Date(timeIntervalSinceNow: -3_600))
    let process = try start(["--executor", "slurm", "--only", "method=instdisc"])
    // Without a terminal, a line every 15 seconds.
    try eventually("the sweep is shown") { process.errors.contains("0 of 1 run") }
    try write(loss: 8.5, at: Date(timeIntervalSinceNow: 2))
    try eventually("the progress is shown") { process.errors.contains("loss 8.500") }
    #expect(!process.errors.contains("loss 7.250"), "\(process.errors)")
    process.signal(SIGINT)
    #expect(process.wait() == 130)
  }

  @Test func `Submissions that cannot be listed are an error, and nothing is submitted`()
    async throws
  {
    let place = "\(folder)/results/staged/.slurm"
    #expect(
      try await SlurmExecutor.tasks(results: folder + "/nowhere", experiment: "staged").isEmpty)
    try AtomicFile.createFolder(folder + "/results/staged")
    try Data().write(to: URL(fileURLWithPath: place))
    let error = await #expect(throws: FileError.self) {
      _ = try await SlurmExecutor.tasks(results: self.folder + "/results", experiment: "staged")
    }
    #expect(error?.description == "cannot list '\(place)': Not a directory")
    let process = try start(["--executor", "slurm"])
    #expect(process.wait() == 74 && slurm.jobs == 0, "\(process.errors)")
  }

  @Test func `A program of Slurm that cannot be started is named with the reason`() throws {
    // No script, and no program of any processor.
    try slurm.install("\u{7F}ELF", as: "squeue")
    let process = try start(["--executor", "slurm", "--only", "method=instdisc"])
    #expect(process.wait() == 74)
    let last = process.errors.split(separator: "\n").last
    #expect(last == "error: cannot run 'squeue': Exec format error", "\(process.errors)")
  }
}
