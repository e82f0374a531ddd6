import Benchmarks
import Core
import Foundation
import Records
import Torch

/// What is known of the time and memory of an experiment's runs: measurements kept in
/// `<results>/.estimates.json`, and finished runs.
///
/// A value: it knows what was there when it was made, and what it was given to keep.
public struct EstimateStore: Sendable {
  /// The layout of the file.
  private struct Contents: Codable {
    struct Entry: Codable {
      var key: EstimateKey
      var measurement: MeasuredCosts
    }

    var schema = 1
    /// By the keys' hashes.
    var measurements: [String: Entry] = [:]
  }

  private let results: String
  private let threads: Int
  /// The processor's and the card's name.
  private let machines: [Device: String]
  private let evaluateEvery: Int
  /// By benchmark; none where the file is damaged, which the run will say.
  private let shapes: [String: TaskShape]
  private let finished: FinishedRuns
  private var contents: Contents
  /// Why the file was not read, if it was not: it will be replaced.
  public let note: String?

  /// Reads what is kept of the plan's runs.
  public init(_ plan: Plan) {
    results = plan.options.results
    threads = plan.options.threads ?? plan.experiment.threads
    machines = Dictionary(
      uniqueKeysWithValues: Device.allCases.map { ($0, Machine.name(of: $0)) })
    evaluateEvery = plan.experiment.evaluateEvery
    var shapes: [String: TaskShape] = [:]
    for run in plan.runs where shapes[run.benchmark.name] == nil {
      shapes[run.benchmark.name] = (try? TaskImages(run, data: plan.options.data)).map {
        TaskShape($0, run: run)
      }
    }
    self.shapes = shapes
    finished = FinishedRuns(plan, machines: machines, threads: threads)
    (contents, note) = Self.read(Self.path(in: results))
  }

  /// What the run takes, from what is kept; nil if nothing is.
  public func estimate(for run: PlannedRun) -> RunEstimate? {
    if let estimate = finished.estimate(for: run) { return estimate }
    guard let hash = try? key(of: run)?.hash(),
      let measurement = contents.measurements[hash]?.measurement
    else { return nil }
    let scored = ScoredEpochs(
      run.runProtocol.checkpoint, epochs: run.epochs, every: evaluateEvery)
    return RunEstimate(
      seconds: measurement.seconds(epochs: run.epochs, assignments: scored.assignments),
      memoryBytes: measurement.memoryBytes, source: .measured)
  }

  /// What the run takes, roughly, from its size; nil where the benchmark file is damaged.
  public func roughEstimate(for run: PlannedRun) -> RunEstimate? {
    shapes[run.benchmark.name].map { RoughEstimate.estimate(of: run, $0, threads: threads) }
  }

  /// Of runs that are not finished and of which nothing is known, one for each measurement that would
  /// tell it.
  /// - Parameter again: also of runs that were measured before.
  public func unknown(among runs: [PlannedRun], again: Bool = false) -> [PlannedRun] {
    var seen: Set<EstimateKey> = []
    return runs.filter { run in
      if case .finished = run.state { return false }
      let known = estimate(for: run)
      guard known == nil || again && known?.source == .measured, let key = key(of: run) else {
        return false
      }
      return seen.insert(key).inserted
    }
  }

  /// Whether one measurement tells both runs' time and memory.
  public func areAlike(_ first: PlannedRun, _ second: PlannedRun) -> Bool {
    guard let key = key(of: first) else { return false }
    return key == self.key(of: second)
  }

  /// Keeps a measurement, here and in the file, to which other processes may have added.
  /// - Throws: `FileError`; it is kept here all the same.
  public mutating func keep(_ measurement: MeasuredCosts, for run: PlannedRun) throws {
    guard let key = key(of: run) else { return }
    let entry = Contents.Entry(key: key, measurement: measurement)
    let hash = try key.hash()
    let lock = try FolderLock(results)
    defer { lock.release() }
    let path = Self.path(in: results)
    contents.measurements.merge(Self.read(path).contents.measurements) { own, _ in own }
    contents.measurements[hash] = entry
    try AtomicFile.write(
      JSONEncoder.sorted(pretty: true).encode(contents) + Data("\n".utf8), to: path)
  }

  private static func path(in results: String) -> String { results + "/.estimates.json" }

  private func key(of run: PlannedRun) -> EstimateKey? {
    shapes[run.benchmark.name].map {
      EstimateKey(run, task: $0, threads: threads, machine: machines[run.device] ?? "unknown")
    }
  }

  private static func read(_ path: String) -> (contents: Contents, note: String?) {
    guard FileManager.default.fileExists(atPath: path) else { return (Contents(), nil) }
    guard let data = try? RecordFile.contents(of: path, limit: 256 << 20),
      let contents = try? JSONDecoder().decode(Contents.self, from: data), contents.schema == 1,
      contents.measurements.values.allSatisfy(\.measurement.isPossible)
    else {
      return (
        Contents(), "'\(path)' cannot be read as estimates and is replaced by new measurements"
      )
    }
    return (contents, nil)
  }
}
