import Domain
import Metrics
import Records

/// The scores of one experiment: a row for each method, a group of columns for each benchmark.
///
/// A cell is the mean over finished seeds of one profile, one protocol and one benchmark file.
/// Failed, stale and missing runs never enter a mean; the table names them.
public struct ResultTable: Equatable, Sendable {
  public let experiment: String
  public let profile: String
  /// In the papers' order of columns.
  public let benchmarks: [String]
  /// Grouped by family, within a family in the order of the experiment.
  package let methods: [TableMethod]
  package let distance: [String]
  /// The scores, in the order of a benchmark's columns.
  public let metrics: [Metric]
  private let cells: [Position: ResultCell]

  private struct Position: Hashable {
    var benchmark: String
    var method: String
  }

  /// - Throws: `ReportError` if a run stands there twice, lies in the wrong folder, or if the seeds
  ///   of a cell were run under different protocols or on different data.
  package init(
    _ results: ExperimentResults, metrics: [Metric] = MetricRegistry.published
  ) throws(ReportError) {
    self.metrics = metrics
    experiment = results.experiment
    profile = results.profile
    distance = results.distance
    benchmarks = BenchmarkRegistry.current.sorted(results.runs.map(\.benchmark))
    methods = results.methods.enumerated().sorted { first, second in
      if first.element.family == second.element.family { return first.offset < second.offset }
      return first.element.family < second.element.family
    }.map(\.element)

    var cells: [Position: ResultCell] = [:]
    var seeds: [Position: Set<UInt64>] = [:]
    for run in results.runs.sorted(by: { $0.seed < $1.seed }) {
      guard let method = results.methods.first(where: { $0.name == run.method }) else {
        throw .unknownMethod(run.method, experiment: results.experiment)
      }
      let position = Position(benchmark: run.benchmark, method: run.method)
      guard seeds[position, default: []].insert(run.seed).inserted else {
        throw .repeatedRun(benchmark: run.benchmark, method: run.method, seed: run.seed)
      }
      var cell =
        cells[position] ?? ResultCell(benchmark: run.benchmark, method: method, planned: 0)
      try cell.add(run, profile: results.profile)
      cells[position] = cell
    }
    self.cells = cells
  }

  /// The cell of a method and a benchmark; nil if the experiment does not plan it.
  package func cell(benchmark: String, method: String) -> ResultCell? {
    cells[Position(benchmark: benchmark, method: method)]
  }

  /// Every planned cell, benchmark by benchmark, in the order of the rows.
  package var allCells: [ResultCell] {
    benchmarks.flatMap { benchmark in
      methods.compactMap { cell(benchmark: benchmark, method: $0.name) }
    }
  }
}

extension ResultCell {
  fileprivate mutating func add(_ run: RunOutcome, profile: String) throws(ReportError) {
    planned += 1
    switch run.result {
    case .finished(let record) where record.profile != profile:
      otherProfiles.append(Omission(seed: run.seed, reason: record.profile))
    case .finished(let record):
      try add(record, of: run)
    case .failed(let reason): failed.append(Omission(seed: run.seed, reason: reason))
    case .stale(let reason): stale.append(Omission(seed: run.seed, reason: reason))
    case .damaged(let reason): damaged.append(Omission(seed: run.seed, reason: reason))
    case .missing: missing.append(run.seed)
    case .notApplicable(let reason): notApplicable = reason
    }
  }

  private mutating func add(_ record: RunRecord, of run: RunOutcome) throws(ReportError) {
    guard
      record.benchmark == run.benchmark, record.method == run.method, record.seed == run.seed
    else {
      throw .misfiledRecord(benchmark: run.benchmark, method: run.method, seed: run.seed)
    }
    if let first = records.first {
      func mixed(_ what: String) -> ReportError {
        .mixedSeeds(benchmark: benchmark, method: method.name, what: what)
      }
      if record.protocol != first.protocol { throw mixed("protocol") }
      if record.settings != first.settings { throw mixed("settings") }
      if record.methodVersion != first.methodVersion { throw mixed("method version") }
      if record.provenance.benchmarkFile != first.provenance.benchmarkFile {
        throw mixed("benchmark file")
      }
    }
    records.append(record)
    if record.metrics.scores == nil {
      notApplicable = "the images have no labels to score by; assignments are written"
    }
  }
}
