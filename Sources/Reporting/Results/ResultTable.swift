import Domain
import Metrics
import Records

/// The scores of an experiment, or of several: one row per method, one group of columns per benchmark.
///
/// A cell is the mean over the finished seeds of one profile, protocol, set of settings and
/// benchmark file. Failed, stale, damaged and missing runs never enter a mean; the rendered table
/// names each of them.
///
/// The table has numbers only. `TableLayout` turns it into texts and marks, and a `TableFormat`
/// into Markdown, LaTeX, CSV, HTML or JSON:
///
///     print(table.rendered(as: .latex))
public struct ResultTable: Equatable, Sendable {
  /// The experiment's name; those of several are joined by "+".
  public let experiment: String
  /// What the experiment's file is called by its author; nil if it says nothing, or for several.
  package let title: String?
  /// The names of the experiments if there are several; empty for one.
  package let experiments: [String]
  /// The profile that the results are of.
  public let profile: String
  /// The names of the benchmarks in the order of the columns, which is that of the papers.
  public private(set) var benchmarks: [String]
  /// The rows: by family, within a family in the order of the experiment.
  package private(set) var methods: [TableMethod]
  /// How the experiment differs from the published ones, in its author's words.
  package let distance: [String]
  /// Whether rows or benchmarks of the experiment are left out.
  package private(set) var isPart: Bool
  /// The scores of each benchmark, in the order of the columns.
  public let metrics: [Metric]
  /// The figure of a cell.
  package var statistic = TableStatistic.deviation
  /// Whether the best of its seeds follows each row.
  package var showsBestOfSeeds = false
  /// Whether the rows of a method's read-outs follow its row (`addReadOuts`).
  package internal(set) var showsReadOuts = false
  /// The comparison with published figures, whose rows then follow each method's row; nil for a
  /// table without them.
  package var diff: TableDiff?
  /// Whether the published rows of `diff` stand alone, without measured ones.
  package private(set) var showsPublishedAlone = false
  /// The row that each row is compared with, both by `TableMethod.id`. The difference follows the row.
  package private(set) var references: [String: String] = [:]
  /// Planned cells only.
  private var cells: [Position: ResultCell]

  /// The place of a cell.
  private struct Position: Hashable {
    var benchmark: String
    var method: String
  }

  /// Sorts the runs into cells.
  /// - Parameters:
  ///   - results: all planned runs.
  ///   - metrics: the scores to show, by default those of the published tables.
  /// - Throws: `ReportError.unknownMethod`, `.repeatedRun`, `.misfiledRecord`, or `.mixedSeeds` if
  ///   the seeds of a cell have different protocols, settings, method versions or benchmark files.
  package init(
    _ results: ExperimentResults, metrics: [Metric] = MetricRegistry.published
  ) throws(ReportError) {
    self.metrics = metrics
    experiment = results.experiment
    title = results.title
    experiments = results.experiments
    profile = results.profile
    distance = results.distance
    isPart = results.isPart
    benchmarks = BenchmarkRegistry.current.sorted(results.runs.map(\.benchmark))
    methods = results.methods.enumerated().sorted { first, second in
      if first.element.family == second.element.family { return first.offset < second.offset }
      return first.element.family < second.element.family
    }.map(\.element)

    var cells: [Position: ResultCell] = [:]
    var seeds: [Position: Set<UInt64>] = [:]
    for run in results.runs.sorted(by: { $0.seed < $1.seed }) {
      guard let method = results.methods.first(where: { $0.id == run.row }) else {
        throw .unknownMethod(run.method, experiment: results.experiment)
      }
      let position = Position(benchmark: run.benchmark, method: run.row)
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

  /// The cell of a benchmark and a row; nil if the experiment does not plan it.
  /// - Parameter method: the row's `TableMethod.id`.
  package func cell(benchmark: String, method: String) -> ResultCell? {
    cells[Position(benchmark: benchmark, method: method)]
  }

  /// The row that a row is compared with; nil for none.
  package func reference(of method: TableMethod) -> TableMethod? {
    references[method.id].flatMap { id in methods.first { $0.id == id } }
  }

  /// Compares every row but controls with one row.
  /// - Parameter name: the reference row by `TableMethod.id`, or by name if one row has it.
  /// - Throws: `ReportError.noRow` if the table has no such row, or the row has no scores.
  package mutating func compare(with name: String) throws(ReportError) {
    let rows = methods.filter { $0.family != .control && hasScores($0) }
    guard let reference = rows.row(named: name) else {
      throw .noRow(name, experiment: experiment, rows: rows.map(\.id))
    }
    references = [:]
    for row in rows where row.id != reference.id { references[row.id] = reference.id }
  }

  /// Whether a row has any of the table's scores.
  func hasScores(_ method: TableMethod) -> Bool {
    benchmarks.contains { benchmark in
      let cell = cell(benchmark: benchmark, method: method.id)
      return metrics.contains { cell?.statistics(of: $0) != nil }
    }
  }

  /// A table of some of the rows, in this order and with these headings and labels.
  /// - Parameters:
  ///   - methods: rows of this table by `TableMethod.id`.
  ///   - references: the row that each of them is compared with.
  func keeping(_ methods: [TableMethod], references: [String: String]) -> ResultTable {
    var table = self
    table.references = references
    table.isPart = isPart || methods.count < self.methods.count
    let cells = methods.flatMap { method in
      benchmarks.compactMap { benchmark in
        cell(benchmark: benchmark, method: method.id).map { cell in
          var cell = cell
          cell.method = method
          return cell
        }
      }
    }
    table.replace(methods, cells)
    table.benchmarks = benchmarks.filter { benchmark in
      methods.contains { table.cell(benchmark: benchmark, method: $0.id) != nil }
    }
    return table
  }

  /// Puts other rows and cells in place of the table's.
  mutating func replace(_ methods: [TableMethod], _ cells: [ResultCell]) {
    self.methods = methods
    self.cells = [:]
    for cell in cells {
      self.cells[Position(benchmark: cell.benchmark, method: cell.method.id)] = cell
    }
  }

  /// The table without its cells: the published rows of a comparison alone. Methods and benchmarks without a
  /// published figure are left out.
  func withPublishedAlone(_ diff: TableDiff) -> ResultTable {
    let compared = diff.comparisons.filter { comparison in
      comparison.reference != nil && comparison.metric.map(metrics.contains) == true
    }
    var table = self
    table.diff = diff
    table.showsPublishedAlone = true
    table.cells = [:]
    table.methods = methods.filter { method in compared.contains { $0.method == method } }
    table.benchmarks = benchmarks.filter { name in compared.contains { $0.benchmark == name } }
    return table
  }

  /// All planned cells, by benchmark and then by row.
  package var allCells: [ResultCell] {
    benchmarks.flatMap { benchmark in
      methods.compactMap { cell(benchmark: benchmark, method: $0.id) }
    }
  }
}

extension [TableMethod] {
  /// The row of this `TableMethod.id`, or the only one of this name.
  func row(named name: String) -> TableMethod? {
    let named = filter { $0.name == name }
    return first { $0.id == name } ?? (named.count == 1 ? named[0] : nil)
  }
}

extension ResultCell {
  /// Adds a planned run, whatever became of it.
  fileprivate mutating func add(_ run: RunOutcome, profile: String) throws(ReportError) {
    planned += 1
    recipe = recipe ?? run.recipe
    origin = origin ?? run.origin
    let profile = run.origin?.profile ?? profile
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

  /// Adds a finished run, which must be of the same kind as those before it.
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
    recipe = recipe ?? RunRecipe(record)
    if record.metrics.scores == nil {
      notApplicable = "the images have no labels to score against; assignments.h5 has the clusters"
    }
  }
}
