import Foundation
import Records
import Testing

/// What tests of disturbed sweeps share.
extension CommandLineTests {
  /// A sweep that takes long enough to be disturbed.
  static func sweep(
    methods: String = "instdisc", seeds: Int = 1, epochs: Int = 16, running: String = ""
  ) -> String {
    """
    benchmarks: [rehearsal]
    methods: [\(methods)]
    seeds: \(seeds)
    protocol: {train: test, score: test}
    running: {\(running)}
    settings:
      defaults:
        {epochs: \(epochs), batch_size: 100, width: 16, stem: imagenet, dimensions: 8, restarts: 1}
    """
  }

  func sweepArguments(
    _ file: String, results: String, _ more: [String] = [], command: String = "run"
  ) throws -> [String] {
    [
      command, file, "--data", try Self.data.get(), "--results", "\(folder)/\(results)",
      "--precision", "float32",
    ] + more
  }

  func sweepFolder(_ method: String = "instdisc", seed: UInt64 = 0, results: String)
    -> RunFolder
  {
    RunFolder(
      results: "\(folder)/\(results)", experiment: "disturbed", benchmark: "rehearsal",
      method: method, seed: seed)
  }

  /// Waits for something that another process does.
  /// - Parameter step: microseconds between looks.
  func wait(
    _ what: String, seconds: Double = 90, step: UInt32 = 5_000, until holds: () throws -> Bool
  ) throws {
    let limit = ContinuousClock.now + .seconds(seconds)
    while try !holds() {
      try #require(ContinuousClock.now < limit, "waited in vain until \(what)")
      usleep(step)
    }
  }

  /// The process that works on a run, once its training goes on.
  func trainingProcess(_ run: RunFolder) throws -> Int32 {
    var owner: LockOwner?
    try wait("\(run.path) trains") {
      owner = RunLock.owner(run.lock)
      return owner != nil && FileManager.default.fileExists(atPath: run.checkpoint)
    }
    return try #require(owner).pid
  }

  /// Starts a sweep of one run, lets something happen to it while it trains, and waits for the end.
  ///
  /// Where the run was through before that, which a busy machine may bring about, it is begun anew.
  /// - Parameter disturb: is given the sweep and the process of its run.
  func disturbed(
    _ run: RunFolder, _ arguments: [String], errors: String = "/dev/null",
    _ disturb: (_ sweep: Process, _ pid: Int32) throws -> Void
  ) throws -> Process {
    for _ in 0..<5 {
      let process = try program.start(arguments, errors: errors)
      try wait("\(run.path) trains", step: 1_000) {
        FileManager.default.fileExists(atPath: run.checkpoint) || !process.isRunning
      }
      if let owner = RunLock.owner(run.lock) { try disturb(process, owner.pid) }
      try process.waitForEnd()
      guard let record = try? RunRecord.read(from: run.record), record.timing.resumptions == 0
      else { return process }
      try FileManager.default.removeItem(atPath: run.path)
    }
    throw EndedTooEarly(run: run.path)
  }

  private struct EndedTooEarly: Error {
    let run: String
  }

  func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  /// Compares all that a run computed.
  func expectSame(
    _ run: RunFolder, _ other: RunFolder, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(
      try RunRecord.read(from: run.record).metrics == RunRecord.read(from: other.record).metrics,
      sourceLocation: sourceLocation)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: run.assignments))
        == Data(contentsOf: URL(fileURLWithPath: other.assignments)),
      sourceLocation: sourceLocation)
    #expect(
      try History.read(from: run.history).deterministicDigest
        == History.read(from: other.history).deterministicDigest,
      sourceLocation: sourceLocation)
  }
}
