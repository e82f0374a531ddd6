import Domain
import Metrics

/// The verdicts of `scl diff`: measured scores against published figures or against other results.
/// docs/diff.md states the rules:
///
/// - A verdict is given only where data, recipe and protocol agree. A known difference makes a
///   score not comparable, and the verdict names it.
/// - What a published source does not state is unknown. Unknown is never treated as equal, and is
///   printed.
/// - A score is reproduced within two standard errors of the difference, at least 1 point and at
///   most 3 (`Tolerance`).
///
///     let paper = try PaperTables.read(from: "paper-tables.md")
///     let diff = TableDiff(table, against: paper)
///     print(diff.markdown(), diff.hasFailures)
package struct TableDiff: Equatable, Sendable {
  /// Published rows of methods that the experiment does not run on a benchmark.
  package struct Unmeasured: Equatable, Sendable {
    package let benchmark: String
    /// The rows' titles.
    package let rows: [String]
  }

  /// A benchmark without any published figure, such as a rehearsal, with the rows that were
  /// measured on it.
  package struct Unpublished: Equatable, Sendable {
    package let benchmark: String
    /// The rows' titles.
    package let methods: [String]

    /// One per benchmark of a table that has cells and no published figure.
    static func list(
      of cells: [ResultCell], in table: ResultTable, published: Set<String>
    ) -> [Unpublished] {
      table.benchmarks.filter { !published.contains($0) }.compactMap { benchmark in
        let methods = cells.filter { $0.benchmark == benchmark }.map(\.method.title)
        return methods.isEmpty ? nil : Unpublished(benchmark: benchmark, methods: methods)
      }
    }
  }

  /// What the results are compared with: the path of a file, or an experiment with its profile, if it has one.
  package let reference: String
  /// The measured experiment.
  package let experiment: String
  /// Its profile.
  package let profile: String
  /// How far apart two scores may be to agree.
  package let tolerance: Tolerance
  /// One per score and reference, by benchmark, then in the order of the table's rows.
  package let comparisons: [Comparison]
  /// What both formats print besides: chosen checkpoints, re-encoded pixels, departures, rows on
  /// one side only.
  package let remarks: [String]
  /// One per benchmark; empty against other results.
  package let unmeasured: [Unmeasured]
  /// One per benchmark, whose cells are in no comparison; empty against other results.
  package let unpublished: [Unpublished]
  /// The descriptions of the sources that the comparisons name, by key; empty against other
  /// results.
  package let sources: [String: String]

  /// The numbers of verdicts by kind.
  package var summary: DiffSummary { DiffSummary(comparisons) }

  /// Whether a comparable score is outside the tolerance. `scl diff` then exits with 1.
  package var hasFailures: Bool {
    comparisons.contains { $0.verdict == .differs }
  }

  /// Whether a measured score was compared with anything.
  package var hasComparisons: Bool {
    comparisons.contains { $0.verdict.isComparison }
  }

  /// Compares with published figures. Each row of the method is compared separately, under the
  /// row's NMI normaliser. Controls and read-outs are left out. Benchmarks without any published figure get one
  /// remark and no comparisons.
  /// - Parameters:
  ///   - table: the measured results.
  ///   - paper: the published figures.
  ///   - points: the allowed difference; nil for `Tolerance.standardErrors`.
  package init(_ table: ResultTable, against paper: PaperTables, within points: Double? = nil) {
    reference = paper.file
    experiment = table.experiment
    profile = table.profile
    let tolerance = points.map { Tolerance.points($0) } ?? .standardErrors
    self.tolerance = tolerance
    let cells = table.resultCells.filter { $0.method.family != .control }
    let published = Set(paper.rows.flatMap(\.cells.keys))
    let comparisons = cells.filter { published.contains($0.benchmark) }.flatMap {
      Self.comparisons(of: $0, paper: paper, tolerance: tolerance)
    }
    self.comparisons = comparisons
    unpublished = Unpublished.list(of: cells, in: table, published: published)

    var remarks = Self.remarks(on: table)
    let controls = table.methods.filter { $0.family == .control }
    if !controls.isEmpty {
      remarks.append(
        "Controls, without published counterparts: "
          + controls.map(\.title).joined(separator: ", "))
    }
    self.remarks = remarks
    unmeasured = Self.unmeasured(
      in: paper, cells: cells,
      compared: Dictionary(grouping: comparisons, by: \.benchmark)
        .mapValues { Set($0.compactMap(\.reference?.title)) })
    let keys = Set(comparisons.flatMap { $0.reference?.sources ?? [] })
    sources = paper.sources.filter { keys.contains($0.key) }
  }

  /// Compares with other results, cell by cell. Splits, labels, clusters, image size, checkpoint
  /// rule, profile and benchmark file must agree. Settings may differ, because they may be what is
  /// under comparison; they are listed.
  /// - Parameters:
  ///   - treatment: the measured results.
  ///   - control: the results to compare with.
  ///   - points: the allowed difference; nil for `Tolerance.standardErrors`.
  package init(
    _ treatment: ResultTable, against control: ResultTable, within points: Double? = nil
  ) {
    reference = "experiment " + TableText.name(control.experiment, profile: control.profile)
    experiment = treatment.experiment
    profile = treatment.profile
    let tolerance = points.map { Tolerance.points($0) } ?? .standardErrors
    self.tolerance = tolerance
    var comparisons: [Comparison] = []
    var onlyTreatment: [ResultCell] = []
    var onlyControl: [ResultCell] = []
    for cell in treatment.allCells {
      let other = control.cell(benchmark: cell.benchmark, method: cell.method.id)
      if let other, !other.records.isEmpty {
        comparisons += Self.comparisons(
          of: cell, control: other, metrics: treatment.metrics, tolerance: tolerance)
      } else {
        onlyTreatment.append(cell)
      }
    }
    for cell in control.allCells where !cell.records.isEmpty {
      if treatment.cell(benchmark: cell.benchmark, method: cell.method.id) == nil {
        onlyControl.append(cell)
      }
    }
    self.comparisons = comparisons
    var remarks = Self.remarks(on: treatment)
    if !onlyTreatment.isEmpty {
      remarks.append("Without a result in the control: \(TableText.names(onlyTreatment))")
    }
    if !onlyControl.isEmpty {
      remarks.append("Only in the control: \(TableText.names(onlyControl))")
    }
    self.remarks = remarks
    unmeasured = []
    unpublished = []
    sources = [:]
  }

  /// The comparisons of a cell with all published rows of its method, or one line that says why
  /// there are none.
  private static func comparisons(
    of cell: ResultCell, paper: PaperTables, tolerance: Tolerance
  ) -> [Comparison] {
    var comparisons: [Comparison] = []
    for (row, published) in cell.publishedRows(in: paper) {
      let theirs = row.protocols[cell.benchmark] ?? PublishedProtocol()
      for metric in MetricRegistry.published {
        guard let figure = published[metric] else { continue }
        // A spread is one over trials only if the row is a mean of trials.
        let spread = theirs.statistic == .mean ? figure.spread : nil
        comparisons.append(
          Comparison(
            cell, metric, normaliser: theirs.nmi,
            against: ComparisonReference(
              title: row.title, sources: row.sources, value: figure.value, spread: spread,
              trials: theirs.trials, isBest: theirs.statistic == .best),
            tolerance: tolerance,
            protocols: ProtocolComparison(cell, row: row, metric: metric)))
      }
    }
    return comparisons.isEmpty ? [withoutReference(cell, in: paper)] : comparisons
  }

  /// The line of a cell without a published figure.
  private static func withoutReference(_ cell: ResultCell, in paper: PaperTables) -> Comparison {
    var comparison = Comparison(
      benchmark: cell.benchmark, method: cell.method, metric: nil, reference: nil,
      finished: cell.records.count, planned: cell.planned,
      verdict: .noReference(cell.reasonForNoReference(in: paper)))
    if cell.records.isEmpty {
      comparison.verdict = .noResult(cell.state, cell.reasonForNoResult)
    }
    for metric in MetricRegistry.published {
      comparison.measured[metric] = cell.statistics(of: metric)
    }
    return comparison
  }

  /// The comparisons of a cell with the same cell of other results, one per score.
  private static func comparisons(
    of cell: ResultCell, control: ResultCell, metrics: [Metric], tolerance: Tolerance
  ) -> [Comparison] {
    if control.isUnscored {
      return [
        Comparison(
          benchmark: cell.benchmark, method: cell.method, finished: cell.records.count,
          planned: cell.planned, verdict: .noResult(.notApplicable, control.notApplicable))
      ]
    }
    let protocols = ProtocolComparison(cell, control: control)
    let normaliser = cell.runProtocol?.nmi
    return metrics.compactMap { metric in
      control.statistics(of: metric, normaliser: normaliser).map { statistics in
        Comparison(
          cell, metric, normaliser: normaliser,
          against: ComparisonReference(
            title: control.method.title, sources: [], value: statistics.mean,
            spread: statistics.standardDeviation, trials: statistics.count),
          tolerance: tolerance, protocols: protocols)
      }
    }
  }

  /// What weakens all verdicts on a cell, as one remark for each kind.
  private static func remarks(on table: ResultTable) -> [String] {
    func remark(_ text: String, _ condition: (ResultCell) -> Bool) -> [String] {
      let cells = table.resultCells.filter(condition)
      return cells.isEmpty ? [] : ["\(text): \(TableText.names(cells))"]
    }
    return remark("Checkpoint chosen by labels") { $0.runProtocol?.checkpoint == .bestByLabels }
      + remark("Lowest-loss checkpoint") { $0.runProtocol?.checkpoint == .lowestLoss }
      + remark("Re-encoded pixels") { $0.isReEncoded }
      + TableText.departures(of: table)
      + EngineRemarks.remarks(on: table) + EmptyClusters.remarks(on: table)
  }

  /// The published rows of each benchmark of whose method there is no cell, and which none is compared with.
  /// - Parameter compared: the titles of the rows that cells are compared with, by benchmark.
  static func unmeasured(
    in paper: PaperTables, cells: [ResultCell], compared: [String: Set<String>]
  ) -> [Unmeasured] {
    BenchmarkDefinition.all.map(\.name).compactMap { benchmark in
      let measured = Set(
        cells.filter { $0.benchmark == benchmark && $0.method.variantOf == nil }
          .map(\.method.name))
      let compared = compared[benchmark] ?? []
      let rows = paper.rows.filter {
        $0.cells[benchmark] != nil && !measured.contains($0.method) && !compared.contains($0.title)
      }
      return rows.isEmpty ? nil : Unmeasured(benchmark: benchmark, rows: rows.map(\.title))
    }
  }
}

extension ResultCell {
  /// The published rows that the cell is compared with, and the figures of each. A variant has only those rows of its
  /// method whose recipe and backbone are its own.
  func publishedRows(in paper: PaperTables) -> [(row: PublishedRow, figures: PublishedCell)] {
    // A variant's own name may be that of another method's row.
    paper.rows(of: method.variantOf ?? method.name).compactMap { row in
      guard let figures = row.cells[benchmark] else { return nil }
      if method.variantOf != nil {
        guard basis != nil, !ProtocolComparison(self, row: row).isOfOtherRecipe else { return nil }
      }
      return (row, figures)
    }
  }

  /// Why `publishedRows(in:)` has none.
  func reasonForNoReference(in paper: PaperTables) -> String {
    if let original = method.variantOf {
      return "a variant of \(original); no published row has its settings"
    }
    let rows = paper.rows(of: method.name)
    if rows.isEmpty { return "\(paper.file) has no row for \(method.name)" }
    return rows.filter(\.cells.isEmpty).compactMap { $0.note?.text }.first
      .map { "\(method.title): \($0)" }
      ?? "\(paper.file) has no figure for \(method.name) on \(heading)"
  }
}
