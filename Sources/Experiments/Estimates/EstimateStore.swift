import Benchmarks
import Core
import Domain
import Foundation
import Records
import Torch

/// The known times and memory of an experiment's runs: measurements, kept in
/// `RESULTS/.estimates.json`, and finished runs.
///
///     let estimates = EstimateStore(plan)
///     let estimate = estimates.estimate(for: plan.runs[0])  // nil if nothing is known
///
/// The store is a value: it has what existed when it was made and what it was given to keep.
package struct EstimateStore: Sendable {
  /// The content of the file.
  private struct Contents: Codable {
    struct Entry: Codable {
      var key: EstimateKey
      var measurement: MeasuredCosts
    }

    /// The version of the layout.
    var schema = Self.current
    static let current = 2
    /// By the keys' hashes.
    var measurements: [String: Entry] = [:]
  }

  /// What decides the images of a run.
  private struct ImageSelection: Hashable {
    let benchmark: String
    let runProtocol: RunProtocol

    init(_ run: PlannedRun) {
      benchmark = run.benchmark.name
      runProtocol = run.runProtocol
    }
  }

  private let results: String
  /// Threads of one run.
  private let threads: Int
  /// The model of the processor and of the GPU.
  private let machines: [Device: String]
  /// Epochs between intermediate scores, each of which is one assignment.
  private let evaluateEvery: Int
  /// A damaged benchmark file has none; the run itself reports the damage.
  private let shapes: [ImageSelection: TaskShape]
  /// Finished runs, which are preferred to measurements.
  private let finished: FinishedRuns
  private var contents: Contents
  /// Why the file was ignored and will be replaced; nil if it was read.
  package let note: String?

  /// Reads what is kept of the plan's runs.
  package init(_ plan: Plan) {
    results = plan.options.results
    threads = plan.options.threads ?? plan.experiment.threads
    machines = Dictionary(
      uniqueKeysWithValues: Device.allCases.map { ($0, Machine.name(of: $0)) })
    evaluateEvery = plan.experiment.evaluateEvery
    var shapes: [ImageSelection: TaskShape] = [:]
    for run in plan.runs where shapes[ImageSelection(run)] == nil {
      shapes[ImageSelection(run)] = (try? TaskImages(run, data: plan.options.data)).map {
        TaskShape($0, run: run)
      }
    }
    self.shapes = shapes
    finished = FinishedRuns(plan, machines: machines, threads: threads)
    (contents, note) = Self.read(Self.path(in: results))
  }

  /// The estimate from finished runs or, without any, from a measurement; nil if neither exists.
  package func estimate(for run: PlannedRun) -> RunEstimate? {
    if let estimate = finished.estimate(for: run) { return estimate }
    guard let hash = try? key(of: run)?.hash(),
      let measurement = contents.measurements[hash]?.measurement
    else { return nil }
    let scored = ScoredEpochs(
      run.runProtocol.checkpoint, firstEpoch: run.firstEpoch, epochs: run.epochs,
      every: evaluateEvery)
    return RunEstimate(
      seconds: measurement.seconds(epochs: run.epochs, assignments: scored.assignments),
      memoryBytes: measurement.memoryBytes, source: .measured)
  }

  /// A rough estimate from the size of the run; nil if the benchmark file is damaged.
  package func roughEstimate(for run: PlannedRun) -> RunEstimate? {
    shapes[ImageSelection(run)].map { RoughEstimate.estimate(of: run, $0, threads: threads) }
  }

  /// The runs to measure: runs that a sweep would carry out, without an estimate, one per key.
  ///
  /// - Parameters:
  ///   - runs: the planned runs, of which only those are taken.
  ///   - again: whether to include runs that were measured before.
  package func unknown(among runs: [PlannedRun], again: Bool = false) -> [PlannedRun] {
    var seen: Set<EstimateKey> = []
    return runs.filter { run in
      guard run.isToRun else { return false }
      let known = estimate(for: run)
      guard known == nil || again && known?.source == .measured, let key = key(of: run) else {
        return false
      }
      return seen.insert(key).inserted
    }
  }

  /// Whether one measurement serves both runs.
  package func areAlike(_ first: PlannedRun, _ second: PlannedRun) -> Bool {
    guard let key = key(of: first) else { return false }
    return key == self.key(of: second)
  }

  /// Keeps a measurement, here and in the file. Measurements that other processes have added to the
  /// file stay.
  ///
  /// - Throws: `FileError`. The store has the measurement all the same.
  package mutating func keep(_ measurement: MeasuredCosts, for run: PlannedRun) throws {
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

  /// Nil if the benchmark file is damaged.
  private func key(of run: PlannedRun) -> EstimateKey? {
    shapes[ImageSelection(run)].map {
      EstimateKey(run, task: $0, threads: threads, machine: machines[run.device] ?? "unknown")
    }
  }

  /// The content of the file, checked value by value: it may be anything.
  private static func read(_ path: String) -> (contents: Contents, note: String?) {
    guard FileManager.default.fileExists(atPath: path) else { return (Contents(), nil) }
    guard let data = try? RecordFile.contents(of: path, limit: 256 << 20),
      let contents = try? JSONDecoder().decode(Contents.self, from: data),
      contents.schema == Contents.current,
      contents.measurements.values.allSatisfy(\.measurement.isPossible)
    else {
      return (
        Contents(), "'\(path)' cannot be read as estimates and is replaced by new measurements"
      )
    }
    return (contents, nil)
  }
}
