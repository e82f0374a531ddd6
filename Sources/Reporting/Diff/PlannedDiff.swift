import Domain
import Metrics

/// Which published rows an experiment can be compared with, judged before its runs are computed: `scl diff --planned`.
///
/// Data, recipe and protocol are judged by the rules of `TableDiff`; scores are not looked at. A row that is not
/// comparable now will not be comparable after weeks of computation either.
///
///     let judged = PlannedDiff(table, against: paper)
///     print(judged.markdown(), judged.counts.comparable)
package struct PlannedDiff: Equatable, Sendable {
  /// What a comparison of scores would come to.
  package enum Judgement: Equatable, Sendable {
    /// Same protocol and recipe: the score will be reproduced, or differ.
    case comparable
    /// No difference is known, but too little is known about the published protocol for a conclusion.
    case unknownProtocol
    /// Known differences rule out a comparison. At least one; the first is the one that is counted.
    case notComparable([Difference])
    /// There is no published figure, for this reason.
    case noReference(String)
    /// The method cannot run on the benchmark, for this reason.
    case notApplicable(String)
  }

  /// A planned row with a published one.
  package struct Line: Equatable, Sendable {
    /// The benchmark's name.
    package var benchmark: String
    /// The planned row.
    package var method: TableMethod
    /// The published row; nil if there is none.
    package var reference: ComparisonReference.Name?
    /// The published figures; nil if there are none.
    package var figures: PublishedCell?
    package var judgement: Judgement
    /// Whether the images came as JPEG files where raw pixels were published.
    package var isReEncoded = false
    /// What the source does not state about its protocol.
    package var unknown: [String] = []
    /// What will weaken the verdict without ruling out a comparison.
    package var caveats: [String] = []
  }

  /// The path of the file of published figures.
  package let reference: String
  /// The planned experiment.
  package let experiment: String
  /// Its profile.
  package let profile: String
  /// By benchmark, then in the order of the table's rows.
  package let lines: [Line]
  /// The benchmarks that were judged as if every image were there, because they have not been prepared.
  package let unprepared: [String]
  /// One per benchmark: published rows of methods that the experiment does not run there.
  package let unplanned: [TableDiff.Unmeasured]
  /// One per benchmark without any published figure, such as a rehearsal.
  package let unpublished: [TableDiff.Unpublished]
  /// The descriptions of the sources that the lines name, by key.
  package let sources: [String: String]

  /// Judges every planned row but controls and read-outs.
  /// - Parameters:
  ///   - table: the planned runs, with or without results.
  ///   - paper: the published figures.
  package init(_ table: ResultTable, against paper: PaperTables) {
    reference = paper.file
    experiment = table.experiment
    profile = table.profile
    let published = Set(paper.rows.flatMap(\.cells.keys))
    let cells = table.resultCells.filter { $0.method.family != .control }
    let judged = cells.filter { published.contains($0.benchmark) }
    let lines = judged.flatMap { Self.lines(of: $0, against: paper) }
    self.lines = lines
    unprepared = table.benchmarks.filter { benchmark in
      judged.contains { $0.benchmark == benchmark && $0.basis?.benchmarkFile == nil }
    }
    unplanned = TableDiff.unmeasured(
      in: paper, cells: cells,
      compared: Dictionary(grouping: lines, by: \.benchmark)
        .mapValues { Set($0.compactMap(\.reference?.title)) })
    unpublished = TableDiff.Unpublished.list(of: cells, in: table, published: published)
    let keys = Set(lines.flatMap { $0.reference?.sources ?? [] })
    sources = paper.sources.filter { keys.contains($0.key) }
  }

  /// A line for each published row of a cell, or one that says why there is none.
  private static func lines(of cell: ResultCell, against paper: PaperTables) -> [Line] {
    if let reason = cell.notApplicable {
      return [
        Line(benchmark: cell.benchmark, method: cell.method, judgement: .notApplicable(reason))
      ]
    }
    let lines = cell.publishedRows(in: paper).map { row, figures in
      // Only NMI depends on the normaliser, which a source may not state.
      let comparison = ProtocolComparison(
        cell, row: row, metric: figures[.nmi] == nil ? nil : .nmi, isPlanned: true)
      let judgement: Judgement =
        if !comparison.differences.isEmpty {
          .notComparable(comparison.differences)
        } else {
          comparison.isUnknown ? .unknownProtocol : .comparable
        }
      return Line(
        benchmark: cell.benchmark, method: cell.method,
        reference: ComparisonReference.Name(title: row.title, sources: row.sources),
        figures: figures, judgement: judgement,
        isReEncoded: cell.basis?.benchmarkFile?.pixels == .reEncoded,
        unknown: comparison.unknown, caveats: comparison.caveats)
    }
    let nothing = Line(
      benchmark: cell.benchmark, method: cell.method,
      judgement: .noReference(cell.reasonForNoReference(in: paper)))
    return lines.isEmpty ? [nothing] : lines
  }
}

extension PlannedDiff {
  /// The numbers of lines by judgement: the last line of the output.
  package struct Counts: Equatable, Sendable {
    package fileprivate(set) var comparable = 0
    package fileprivate(set) var unknownProtocol = 0
    package fileprivate(set) var notComparable = 0
    /// The first differences of those, by aspect, the most frequent first: "recipe 12".
    package fileprivate(set) var reasons: [DiffSummary.Count] = []
    package fileprivate(set) var withoutReference = 0
    package fileprivate(set) var notApplicable = 0

    /// All published rows that were judged.
    package var rows: Int { comparable + unknownProtocol + notComparable }

    /// "comparable 12 of 40 published rows, 20 with an unknown protocol, 8 not comparable (recipe 8); 3 planned rows
    /// without a published figure".
    package var text: String {
      var text =
        "comparable \(comparable) of \(rows) published rows, \(unknownProtocol) with an unknown protocol, "
        + "\(notComparable) not comparable" + reasons.inBrackets()
      if withoutReference > 0 {
        text += "; \(withoutReference) planned without a published figure"
      }
      if notApplicable > 0 { text += "; \(notApplicable) cannot run" }
      return text
    }
  }

  package var counts: Counts {
    var counts = Counts()
    for line in lines {
      switch line.judgement {
      case .comparable: counts.comparable += 1
      case .unknownProtocol: counts.unknownProtocol += 1
      case .notComparable(let differences):
        counts.notComparable += 1
        if let first = differences.first { counts.reasons.add(first.aspect.rawValue) }
      case .noReference: counts.withoutReference += 1
      case .notApplicable: counts.notApplicable += 1
      }
    }
    counts.reasons.sortByCount()
    return counts
  }
}
