import Foundation
import Records
import Testing

/// Sweeps on a real cluster of two nodes, in turns: there is one cluster.
@Suite(
  .serialized, .cluster, .ownThread, .timeLimit(.minutes(Cluster.isSlow ? 120 : 10)),
  .enabled(
    if: Cluster.isPossible,
    "needs root and Slurm: apt-get install slurm-wlm munge"))
final class SlurmTests {
  static let scl = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("scl").path

  /// Seconds of training, so that something can happen to it.
  static let long = """
    benchmarks: [rehearsal]
    methods: [kmeans, instdisc]
    protocol: {train: test, score: test}
    settings:
      defaults:
        {epochs: 40, batch_size: 100, width: 16, stem: imagenet, dimensions: 8, restarts: 1}
    """

  /// A data folder, and the result of the long run on this machine alone.
  static let quiet = Result {
    let folder = NSTemporaryDirectory() + "slurm-tests-quiet-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(long.utf8).write(to: URL(fileURLWithPath: folder + "/long.yaml"))
    for arguments in [
      ["data", "prepare", "rehearsal", "--data", folder],
      [
        "run", "long.yaml", "--data", folder, "--results", "quiet", "--precision", "float32",
        "--only", "method=instdisc",
      ],
    ] {
      let made = try ChildProcess(scl, arguments, in: folder)
      try #require(made.wait() == 0, "\(made.errors)")
    }
    return folder
  }

  let cluster = Cluster.shared
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "slurm-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(Self.long.utf8).write(to: URL(fileURLWithPath: folder + "/long.yaml"))
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Starts `scl` in this test's folder.
  func start(
    _ command: String, _ file: String = "long.yaml", _ more: [String] = [],
    results: String = "results"
  ) throws -> ChildProcess {
    try ChildProcess(
      Self.scl,
      [command, file, "--data", Self.quiet.get(), "--results", results, "--precision", "float32"]
        + more, in: folder, environment: cluster.environment)
  }

  /// Starts the one long run on Slurm.
  func startLong(_ more: String...) throws -> ChildProcess {
    try start("run", "long.yaml", ["--executor", "slurm", "--only", "method=instdisc"] + more)
  }

  var longRun: RunFolder {
    RunFolder(
      results: "\(folder)/results", experiment: "long", benchmark: "rehearsal",
      method: "instdisc", seed: 0)
  }

  /// Waits until the long run has a checkpoint and halts its process there: whatever is to happen to it
  /// comes in time, however busy the machine is.
  /// - Returns: the process, which SIGCONT lets go on.
  @discardableResult
  func holdLongRun() throws -> LockOwner {
    try eventually("there is a checkpoint", step: 5_000) {
      FileManager.default.fileExists(atPath: longRun.checkpoint)
    }
    let owner = try #require(
      RunLock.owner(longRun.lock), "the run was through before it could be halted")
    kill(owner.pid, SIGSTOP)
    return owner
  }

  /// The submissions of an experiment.
  func submissions(of experiment: String = "long", results: String = "results") throws -> [String] {
    let root = "\(folder)/\(results)/\(experiment)/.slurm"
    return try FileManager.default.contentsOfDirectory(atPath: root)
      .filter { !$0.hasPrefix(".") }.sorted().map { "\(root)/\($0)" }
  }

  /// What the scripts of a submission's tasks said.
  func outputs(of submission: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: submission)
      .filter { $0.hasPrefix("output-") }.sorted()
      .map { try String(contentsOfFile: "\(submission)/\($0)", encoding: .utf8) }
  }

  /// Whether two runs left the same behind, bit for bit where bits are promised.
  func expectSame(
    _ one: RunFolder, _ other: RunFolder, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(
      try RunRecord.read(from: one.record).metrics == RunRecord.read(from: other.record).metrics,
      sourceLocation: sourceLocation)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: one.assignments))
        == Data(contentsOf: URL(fileURLWithPath: other.assignments)),
      sourceLocation: sourceLocation)
    guard FileManager.default.fileExists(atPath: other.history) else { return }
    #expect(
      try History.read(from: one.history).deterministicDigest
        == History.read(from: other.history).deterministicDigest,
      sourceLocation: sourceLocation)
  }

  /// Whether the long run ended as if nothing had happened to it, after so many resumptions.
  func expectUndisturbed(
    resumptions: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let quiet = RunFolder(
      results: try Self.quiet.get() + "/quiet", experiment: "long", benchmark: "rehearsal",
      method: "instdisc", seed: 0)
    try expectSame(longRun, quiet, sourceLocation: sourceLocation)
    #expect(
      try RunRecord.read(from: longRun.record).timing.resumptions == resumptions,
      sourceLocation: sourceLocation)
  }
}
