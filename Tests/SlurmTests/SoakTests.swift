import Core
import Foundation
import Records
import Testing

/// Sixty runs under kills of runs, of their runner and of a node, on this machine and on a cluster.
extension SlurmTests {
  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["SCL_SOAK"] != nil,
      "a quarter of an hour; 'make soak' runs it"),
    arguments: ["local", "slurm"])
  func `Of sixty runs under random kills, all finish, none twice and none otherwise`(
    _ executor: String
  ) throws {
    let quiet = try Self.quietSoak.get()
    var soak = Soak(
      tests: self, isOnSlurm: executor == "slurm", results: "\(folder)/results",
      seed: executor == "slurm" ? 61 : 60)
    try soak.run()
    print(soak.report(quietSeconds: quiet.seconds))

    let runs = try ResultsFolder(soak.results).runs()
    #expect(runs.count == 60)
    for run in runs {
      guard case .finished = run.state else {
        Issue.record("\(run.folder.path) is not finished")
        continue
      }
      let other = RunFolder(
        results: quiet.results, experiment: run.experiment,
        benchmark: run.benchmark, method: run.method, seed: run.seed)
      try expectSame(run.folder, other)
      #expect(soak.records[run.folder.path]?.count == 1, "\(run.folder.path) has run twice")
    }
    #expect(soak.killedRuns > 5 && soak.killedRunners > 2)
    #expect(soak.killedNodes > 1 || executor == "local")
  }

  /// The same sweep, undisturbed, and how long it took.
  private static let quietSoak = Result { () -> (results: String, seconds: Double) in
    let data = try quiet.get()
    let start = ContinuousClock.now
    let run = try ChildProcess(
      scl, Soak.arguments(data: data, results: "\(data)/quiet-soak"), in: data)
    try #require(run.wait() == 0, "\(run.errors)")
    return ("\(data)/quiet-soak", Soak.seconds(since: start))
  }
}

/// A sweep, what is done to it, and what is seen of it.
private struct Soak {
  let tests: SlurmTests
  let isOnSlurm: Bool
  let results: String
  private var stream: RandomStream

  init(tests: SlurmTests, isOnSlurm: Bool, results: String, seed: UInt64) {
    self.tests = tests
    self.isOnSlurm = isOnSlurm
    self.results = results
    stream = RandomStream(seed: seed, purpose: .method)
  }

  private(set) var killedRuns = 0
  private(set) var killedRunners = 0
  private(set) var killedNodes = 0
  /// For each run, the files that have been its run.json.
  private(set) var records: [String: Set<UInt64>] = [:]
  private var resumptions = 0
  private var seconds = 0.0
  private var deadNode: (name: String, until: ContinuousClock.Instant)?

  private enum Victim { case runner, node, run }
  /// Those that are still to be killed before another round of them.
  private var victims: [Victim] = []

  /// After so many kills the sweep is left alone.
  private static let mostKills = 30

  static func arguments(data: String, results: String) -> [String] {
    [
      "run", "\(Cluster.root)/experiments/rehearsal.yaml", "--profile", "soak", "--data", data,
      "--results",
      results, "--precision", "float32",
    ]
  }

  static func seconds(since start: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - start) / .seconds(1)
  }

  mutating func run() throws {
    let start = ContinuousClock.now
    var runner = try startRunner()
    var next = pause()
    while records.count < 60 {
      try #require(Self.seconds(since: start) < 3600, "it takes too long")
      usleep(100_000)
      look()
      try tendCluster()
      if runner.hasEnded {
        // Some of its runs have been killed more often than it tries again.
        try #require([0, 1].contains(runner.wait()), "\(runner.errors)")
        if records.count < 60 { runner = try startRunner() }
      } else if ContinuousClock.now > next {
        next = pause()
        guard killedRuns + killedRunners + killedNodes < Self.mostKills else { continue }
        switch nextVictim() {
        case .runner:
          killedRunners += 1
          // On this machine its runs go with it, as in a power failure.
          kill(isOnSlurm ? runner.pid : -runner.pid, SIGKILL)
          runner.wait()
          runner = try startRunner()
        case .node: try killNode()
        case .run: killRun()
        }
      }
    }
    seconds = Self.seconds(since: start)
    if !runner.hasEnded { #expect(runner.wait() == 0, "\(runner.errors)") }
    if let deadNode { try tests.cluster.script("start-node", deadNode.name) }
    for run in try ResultsFolder(results).runs() {
      if case .finished(let record) = run.state { resumptions += record.timing.resumptions }
    }
  }

  /// One runner, on Slurm one node, and three runs, in an order drawn anew each time.
  private mutating func nextVictim() -> Victim {
    if victims.isEmpty { victims = [.runner, .run, .run, .run] + (isOnSlurm ? [.node] : []) }
    return victims.remove(at: stream.integer(below: victims.count))
  }

  func report(quietSeconds: Double) -> String {
    let executor = isOnSlurm ? "Slurm, two nodes" : "this machine"
    return String(
      format: "soak | %@ | 60 runs | %d kills of runs | %d of the runner | %d of a node | "
        + "%d resumptions | %.0f s, %.0f s undisturbed", executor, killedRuns, killedRunners,
      killedNodes, resumptions, seconds, quietSeconds)
  }

  private func startRunner() throws -> ChildProcess {
    try ChildProcess(
      SlurmTests.scl,
      Self.arguments(data: SlurmTests.quiet.get(), results: results)
        + (isOnSlurm ? ["--executor", "slurm"] : []), in: tests.folder,
      environment: tests.cluster.environment)
  }

  /// When the next thing happens.
  private mutating func pause() -> ContinuousClock.Instant {
    .now + .milliseconds(1_500 + stream.integer(below: 4_000))
  }

  private var folders: [RunFolder] {
    ((try? ResultsFolder(results).runs()) ?? []).map(\.folder)
  }

  /// Notes which files are records.
  private mutating func look() {
    for folder in folders {
      var status = stat()
      guard stat(folder.record, &status) == 0 else { continue }
      records[folder.path, default: []].insert(UInt64(status.st_ino))
    }
  }

  private mutating func killRun() {
    let owners = folders.compactMap { RunLock.owner($0.lock) }
    guard !owners.isEmpty else { return }
    if kill(owners[stream.integer(below: owners.count)].pid, SIGKILL) == 0 { killedRuns += 1 }
  }

  private mutating func killNode() throws {
    guard deadNode == nil else { return }
    let node = ["n1", "n2"][stream.integer(below: 2)]
    try tests.cluster.script("kill-node", node)
    killedNodes += 1
    deadNode = (node, .now + .seconds(12 + stream.integer(below: 8)))
  }

  /// A node comes back after a while; tasks that wait two minutes for their next turn wait less.
  private mutating func tendCluster() throws {
    guard isOnSlurm else { return }
    if let node = deadNode, ContinuousClock.now > node.until {
      deadNode = nil
      try tests.cluster.script("start-node", node.name)
    }
    let waiting = try tests.cluster.command(
      "squeue", "--noheader", "--array", "--states=PENDING", "--format=%F_%K|%r")
    for task in waiting where task.hasSuffix("|BeginTime") {
      // It may have started by now.
      try? tests.cluster.hurry(task.prefix { $0 != "|" })
    }
  }
}
