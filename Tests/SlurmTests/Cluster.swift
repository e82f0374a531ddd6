import Foundation
import Testing

/// A real Slurm with two nodes, up while the tests of a suite go on.
struct Cluster: Sendable {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
  static let shared = Cluster(folder: NSTemporaryDirectory() + "slurm-tests-\(getpid())")

  /// Whether Slurm is installed and may be started.
  static let isPossible: Bool = {
    let programs = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol"]
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return getuid() == 0
      && programs.allSatisfy { program in
        (folders + ["/usr/sbin", "/sbin"]).contains {
          FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
      }
  }()

  /// Whether tests that take minutes are carried out as well.
  static let isSlow = ["SCL_SLOW", "SCL_SOAK"].contains {
    ProcessInfo.processInfo.environment[$0] != nil
  }

  let folder: String

  /// What makes Slurm's commands speak to this cluster.
  var environment: [String: String] {
    ["SLURM_CONF": folder + "/slurm.conf", "SLURM_TEST_CLUSTER": folder]
  }

  /// `scripts/slurm-test-cluster`.
  func script(_ arguments: String...) throws {
    let process = try ChildProcess(
      Self.root + "/scripts/slurm-test-cluster", arguments, in: Self.root,
      environment: environment)
    try #require(process.wait() == 0, "\(arguments): \(process.errors)")
  }

  /// One of Slurm's commands.
  @discardableResult
  func command(_ program: String, _ arguments: String...) throws -> [Substring] {
    let process = try ChildProcess(program, arguments, in: folder, environment: environment)
    try #require(process.wait() == 0, "\(program) \(arguments): \(process.errors)")
    return process.lines
  }

  /// The tasks in the queue: "12_3 RUNNING n1".
  func queue() throws -> [[Substring]] {
    try command("squeue", "--noheader", "--array", "--format=%F_%K %T %N")
      .map { $0.split(separator: " ") }
  }

  /// The first task in a state, as soon as there is one.
  func task(in state: String, within seconds: Double = 90) throws -> [Substring] {
    var found: [Substring]?
    try eventually("a task is \(state)", within: seconds) {
      found = try queue().first { $0[1] == state }
      return found != nil
    }
    return try #require(found)
  }

  /// Slurm lets a task that was put back wait for two minutes; a test has less patience.
  func hurry(_ task: Substring) throws {
    // Whole seconds tell the credential of the next start from that of the last, which is revoked.
    sleep(2)
    try command("scontrol", "update", "JobId=\(task)", "StartTime=now")
  }
}

/// Waits until something holds.
/// - Parameter step: microseconds between looks.
func eventually(
  _ what: String, within seconds: Double = 90, step: UInt32 = 100_000, _ holds: () throws -> Bool
) throws {
  let limit = ContinuousClock.now + .seconds(seconds)
  while try !holds() {
    try #require(ContinuousClock.now < limit, "not within \(seconds) s: \(what)")
    usleep(step)
  }
}

/// Has the cluster up while a suite goes on, and leaves nothing of it.
struct ClusterTrait: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let cluster = Cluster.shared
    try cluster.script("up")
    let result: Result<Void, any Error>
    do {
      try await function()
      result = .success(())
    } catch {
      result = .failure(error)
    }
    try cluster.script("down")
    try? FileManager.default.removeItem(atPath: cluster.folder)
    try result.get()
  }
}

extension Trait where Self == ClusterTrait {
  static var cluster: Self { Self() }
}
