import Domain
import Figures
import Metrics
import Reporting

/// The diff against published figures as a coloured matrix: a row per published row, a column per benchmark and
/// score.
///
///     DiffSection(sources).section?.markup
///
/// Only a comparison under the same protocol is green or red. Everything else is grey, or blue where the published
/// protocol is not known, with the same words as in `scl diff`.
struct DiffSection {
  /// A row of the matrix. A method has as many as there are published rows of it.
  private struct Row: Hashable {
    /// The method's name.
    var method: String
    /// The published row; nil where there is none.
    var reference: ComparisonReference.Name?
  }

  /// Nil where there are no published figures.
  private let diff: TableDiff?
  /// The columns of a benchmark: the scores that published tables have.
  private let metrics: [Metric] = MetricRegistry.published

  /// - Parameter sources: has the diff; nothing else of them is used.
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
          "Numbers are measured less published, in points. The reasons of grey cells are listed below; pointing at a "
            + "cell shows its own. docs/diff.md has the rules.", "quiet"),
        .element("div", ["class": "wide scroll"], [figure.inline]),
      ] + Markup.list(diff.remarks) + Markup.list(Self.reasons(of: diff)))
  }

  /// Why cells are grey, a line for each reason with all that it holds for: "data: 9,353 of the 60,000 images of
  /// CIFAR-10: k-means; SCL on CIFAR-10".
  private static func reasons(of diff: TableDiff) -> [String] {
    let all = diff.comparisons.flatMap { comparison in
      comparison.verdict.reasons(atMost: TableDiff.mostSettings).map { ($0, comparison) }
    }
    return all.map(\.0).uniqued.map { reason in
      let rows = all.filter { $0.0 == reason }.map { _, comparison in
        (comparison.method.title, BenchmarkRegistry.current.heading(of: comparison.benchmark))
      }
      return "\(reason): \(TableText.names(rows))"
    }
  }

  /// The matrix; empty without one.
  var figures: [NamedFigure] { figure.map { [$0] } ?? [] }

  /// The matrix. A comparison of a cell as a whole fills all scores of its benchmark.
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
        row.method == comparison.method.id
          && (comparison.reference == nil || row.reference == comparison.reference?.name)
      }
      for (column, metric) in metrics.enumerated()
      where comparison.metric == nil || comparison.metric == metric {
        for row in targets.compactMap({ places[$0] }) {
          cells[row][group * metrics.count + column] = cell(comparison)
        }
      }
    }
    let titles = Dictionary(
      diff.comparisons.map { ($0.method.id, $0.method.title) },
      uniquingKeysWith: { first, _ in first })
    let matrix = VerdictMatrix(
      title: "Verdicts of \(diff.experiment) against \(diff.reference)",
      rows: rows.map { row in
        let title = titles[row.method] ?? row.method
        guard let name = row.reference else { return title }
        let sources = name.sources.isEmpty ? "" : " [\(name.sources.joined(separator: ", "))]"
        return (name.title == title ? title : "\(title): \(name.title)") + sources
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
    let methods = diff.comparisons.map(\.method.id).uniqued
    return methods.flatMap { method -> [Row] in
      let references = diff.comparisons.filter { $0.method.id == method }
        .compactMap { $0.reference?.name }.uniqued
      return references.isEmpty
        ? [Row(method: method)] : references.map { Row(method: method, reference: $0) }
    }
  }

  /// The colour of a verdict, the difference in points, and the reasons for who points at it.
  private func cell(_ comparison: Comparison) -> VerdictMatrix.Cell {
    let tone: VerdictMatrix.Tone =
      switch comparison.verdict {
      case .reproduced: .good
      case .differs: .bad
      case .unknownProtocol: .open
      case .notComparable, .noReference, .noResult: .none
      }
    let explanation =
      [comparison.verdictText] + comparison.verdict.reasons(atMost: TableDiff.mostSettings)
      + comparison.caveats
    return VerdictMatrix.Cell(
      tone, text: comparison.difference.map(\.signed) ?? "–",
      explanation: "\(comparison.method.title) on "
        + "\(BenchmarkRegistry.current.heading(of: comparison.benchmark)): "
        + explanation.joined(separator: "; "))
  }
}
