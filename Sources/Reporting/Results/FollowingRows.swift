import Core
import Domain
import Metrics

/// The rows that follow a method's row if the table asks for them: the difference to a reference row
/// (`--reference`), the best of its seeds (`--best-of-seeds`), and its published rows with the
/// differences (`--published`):
///
///     | k-means                            | 8.6 ± 0.2 | 21.2 ± 0.0 | 4.5 ± 0.1 |
///     | – minus SCL                        | -1.0 [-1.6, -0.4] | ...
///     | – best of seeds                    |       8.5 |       21.2 |       4.4 |
///     | – published: k-means, from D, P, G |       8.7 |       22.9 |       4.9 |
///     | – difference                       |    (-0.1) |     (-1.7) |    (-0.4) |
enum FollowingRows {
  /// The rows below a method, in their order. Controls have none. Figures have the texts of their notes in
  /// place of marks.
  static func rows(below method: TableMethod, in table: ResultTable) -> [TableLayout.Row] {
    var rows = minusReference(of: method, in: table)
    if table.showsBestOfSeeds, method.family != .control {
      rows += bestOfSeeds(of: method, in: table)
    }
    return rows + published(below: method, in: table)
  }

  /// What these rows show, for the remarks below the table.
  static func remarks(on table: ResultTable) -> [String] {
    var remarks = table.readOutRemarks + ReferenceDifferences.remarks(on: table)
    if table.showsBestOfSeeds {
      remarks.append(
        "Best of seeds: the run with the highest ACC. Choosing it takes labels, so it does not estimate the "
          + "score of a single run.")
    }
    if table.showsPublishedAlone {
      remarks.append(
        "The rows have different protocols, as far as these are known, so no figure is marked as the best."
      )
    } else if table.diff != nil {
      let hasRows = table.methods.contains { !published(below: $0, in: table).isEmpty }
      remarks.append(
        hasRows
          ? "Difference: measured minus published, in points; in brackets if the two are not comparable "
            + "('scl diff' lists the reasons)."
          : "No figures of these methods are published on these benchmarks.")
    }
    return remarks + (table.diff.map { TableDiff.remarks(on: $0.sources) } ?? [])
  }

  // MARK: - Difference to a reference row

  /// The difference to the row that the table compares the row with, in points.
  private static func minusReference(
    of method: TableMethod, in table: ResultTable
  ) -> [TableLayout.Row] {
    guard let reference = table.reference(of: method) else { return [] }
    let cells = table.benchmarks.map { benchmark in
      cell(table.metrics) { metric in
        table.cell(benchmark: benchmark, method: method.id)
          .flatMap { ReferenceDifferences.difference(of: $0, metric, in: table) }?.text
      }
    }
    return row(.toReference, "minus \(reference.label ?? reference.title)", cells)
  }

  // MARK: - Best of seeds

  /// The scores of the most accurate seed on each benchmark; of equally accurate ones that of the
  /// lowest seed. Benchmarks with a single seed get no figure.
  private static func bestOfSeeds(
    of method: TableMethod, in table: ResultTable
  ) -> [TableLayout.Row] {
    let cells = table.benchmarks.map { benchmark -> TableLayout.Cell in
      let seeds = table.cell(benchmark: benchmark, method: method.id)
      let best = seeds.flatMap { $0.records.count < 2 ? nil : $0.best(of: $0.records.count) }
      return cell(table.metrics) { best?.statistics(of: $0)?.text }
    }
    return row(.bestOfSeeds, "best of seeds", cells)
  }

  // MARK: - Published rows

  /// Two rows for each published row of the method: its figures, and measured minus published in
  /// points. A difference between scores that are not comparable is in brackets. Where published rows stand alone,
  /// there are no differences.
  private static func published(
    below method: TableMethod, in table: ResultTable
  ) -> [TableLayout.Row] {
    PublishedRows.rows(of: method, in: table).flatMap { published in
      func cells(
        value: (Comparison) -> Double?, _ text: (Comparison) -> String?,
        note: (Comparison) -> String?
      ) -> [TableLayout.Cell] {
        table.benchmarks.map { benchmark in
          func comparison(_ metric: Metric) -> Comparison? {
            published.comparison(benchmark, metric)
          }
          return cell(
            table.metrics, value: { comparison($0).flatMap(value) },
            { comparison($0).flatMap(text) }, note: { comparison($0).flatMap(note) })
        }
      }
      let figures = cells(
        value: { $0.reference?.value }, { $0.reference?.text },
        note: { $0.reference?.bestOfTrials })
      if table.showsPublishedAlone {
        return [TableLayout.Row(kind: .published, title: published.name.text, cells: figures)]
      }
      return row(.published, "published: \(published.name.text)", figures)
        + row(
          .difference, "difference",
          cells(
            value: \.difference,
            { comparison in
              comparison.difference.map {
                comparison.verdict.isComparison ? $0.signed : "(\($0.signed))"
              }
            }, note: \.bestOfSeeds))
    }
  }

  // MARK: - Parts

  /// A cell without a number of seeds.
  /// - Parameters:
  ///   - value: the number of a score that has a text.
  ///   - text: of a score; nil becomes "–".
  ///   - note: the text of a note on a score that has a text; nil for none.
  private static func cell(
    _ metrics: [Metric], value: (Metric) -> Double? = { _ in nil }, _ text: (Metric) -> String?,
    note: (Metric) -> String? = { _ in nil }
  ) -> TableLayout.Cell {
    TableLayout.Cell(
      figures: metrics.map { metric in
        guard let text = text(metric) else { return TableLayout.Figure(text: "–") }
        return TableLayout.Figure(
          text: text, marks: note(metric).map { [$0] } ?? [], value: value(metric))
      }, count: "–")
  }

  /// The row as a list; empty if no cell has a figure.
  private static func row(
    _ kind: TableLayout.Row.Kind, _ title: String, _ cells: [TableLayout.Cell]
  ) -> [TableLayout.Row] {
    cells.allSatisfy { $0.figures.allSatisfy { $0.text == "–" } }
      ? [] : [TableLayout.Row(kind: kind, title: "– " + title, cells: cells)]
  }
}

extension ComparisonReference {
  /// The note on a figure that is the best of several trials; nil for any other.
  var bestOfTrials: String? {
    guard isBest else { return nil }
    return "published figure of the best of "
      + (trials.map { "\($0) trials" } ?? "an unknown number of trials")
  }
}

extension Comparison {
  /// The note on a difference that is not one of our mean; nil for any other.
  fileprivate var bestOfSeeds: String? {
    for case .bestOf(let seeds) in marks {
      return "difference of the best of our first \(seeds) seeds, by ACC, not of the mean"
    }
    return nil
  }
}
