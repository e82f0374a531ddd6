import Domain
import Figures
import Metrics
import Reporting

/// The diff against published figures as a coloured matrix: a row per published row, a column per benchmark and
/// score.
struct DiffSection {
  private struct Row: Hashable {
    var method: String
    var reference: String?
  }

  private let diff: TableDiff?
  private let metrics: [Metric] = MetricRegistry.published

  init(_ sources: ReportSources) {
    diff = sources.diff
  }

  /// Nil where there is nothing to compare with, or nothing that could be compared.
  var section: PageSection? {
    guard let diff, let figure = figure?.figure else { return nil }
    return PageSection(
      name: "diff", title: "Against published figures",
      content: [
        .paragraph("Compared with \(diff.reference): \(diff.summary.text)."),
        .paragraph(
          "Numbers are measured less published, in points. Point at a cell for the verdict and its reasons; "
            + "docs/diff.md has the rules.", "quiet"),
        .element("div", ["class": "wide scroll"], [figure.inline]),
      ] + Markup.list(diff.remarks))
  }

  /// The matrix; empty without one.
  var figures: [NamedFigure] { figure.map { [$0] } ?? [] }

  private var figure: NamedFigure? {
    guard let diff, !diff.comparisons.isEmpty else { return nil }
    let benchmarks = BenchmarkRegistry.current.sorted(diff.comparisons.map(\.benchmark))
    let rows = rows(of: diff)
    let places = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
    var cells = [[VerdictMatrix.Cell?]](
      repeating: Array(repeating: nil, count: benchmarks.count * metrics.count), count: rows.count)
    for comparison in diff.comparisons {
      guard let group = benchmarks.firstIndex(of: comparison.benchmark) else { continue }
      // Without a reference the verdict holds for every row of the method.
      let targets = rows.filter { row in
        row.method == comparison.method.name
          && (comparison.reference == nil || row.reference == comparison.reference?.title)
      }
      for (column, metric) in metrics.enumerated()
      where comparison.metric == nil || comparison.metric == metric {
        for row in targets.compactMap({ places[$0] }) {
          cells[row][group * metrics.count + column] = cell(comparison)
        }
      }
    }
    let titles = Dictionary(
      diff.comparisons.map { ($0.method.name, $0.method.title) },
      uniquingKeysWith: { first, _ in first })
    let matrix = VerdictMatrix(
      title: "Verdicts of \(diff.experiment) against \(diff.reference)",
      rows: rows.map { row in
        let title = titles[row.method] ?? row.method
        return row.reference.map { $0 == title ? title : "\(title): \($0)" } ?? title
      },
      groups: benchmarks.map {
        VerdictMatrix.Group(
          title: BenchmarkRegistry.current.heading(of: $0), columns: metrics.map(\.title))
      }, cells: cells,
      legend: [
        (.good, "reproduced"), (.bad, "differs"), (.open, "protocol unknown"),
        (.none, "not comparable, or without a figure"),
      ])
    return NamedFigure(["diff", diff.experiment], matrix.figure)
  }

  /// A row per published row of a method that was compared; one without reference for a method that has none.
  private func rows(of diff: TableDiff) -> [Row] {
    let methods = diff.comparisons.map(\.method.name).uniqued
    return methods.flatMap { method -> [Row] in
      let references = diff.comparisons.filter { $0.method.name == method }
        .compactMap { $0.reference?.title }.uniqued
      return references.isEmpty
        ? [Row(method: method)] : references.map { Row(method: method, reference: $0) }
    }
  }

  private func cell(_ comparison: Comparison) -> VerdictMatrix.Cell {
    let tone: VerdictMatrix.Tone =
      switch comparison.verdict {
      case .reproduced: .good
      case .differs: .bad
      case .unknownProtocol: .open
      case .notComparable, .noReference, .noResult: .none
      }
    let explanation =
      [comparison.verdictText] + comparison.verdict.reasons(atMost: 5) + comparison.caveats
    return VerdictMatrix.Cell(
      tone, text: comparison.difference.map(\.signed) ?? "–",
      explanation: "\(comparison.method.title) on \(comparison.benchmark): "
        + explanation.joined(separator: "; "))
  }
}
