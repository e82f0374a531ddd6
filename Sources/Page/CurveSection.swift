import Domain
import Figures
import Reporting

/// Training curves: a chart per method and benchmark, with a panel per loss term and one for the scores.
///
///     CurveSection(table, from: sources).section?.markup
///     CurveSection(table, from: sources).figures  // "curves-cifar10-scl.svg", ...
///
/// Methods that train no network have no history and no chart. A benchmark without any chart has no heading either.
struct CurveSection {
  /// The points of a curve on the page. Files of figures have every epoch.
  static let mostPoints = 60

  /// Gives the scores that are drawn, and the order of benchmarks.
  private let table: ResultTable
  /// Every planned cell, benchmark by benchmark; cells without a training have no histories.
  private let cells: [(cell: ResultCell, histories: CellHistories)]

  /// Reads the histories of all finished runs.
  /// - Parameter sources: the folders of the runs.
  init(_ table: ResultTable, from sources: ReportSources) {
    self.table = table
    cells = table.resultCells.map { ($0, CellHistories(of: $0, from: sources)) }
  }

  /// Nil where no run has a history.
  var section: PageSection? {
    let problems = cells.flatMap(\.histories.problems)
    let drawn = cells.filter { !$0.histories.isEmpty }
    guard !drawn.isEmpty || !problems.isEmpty else { return nil }
    let galleries = table.benchmarks.flatMap { benchmark -> [Markup] in
      let figures = drawn.filter { $0.cell.benchmark == benchmark }.map { cell, histories in
        Markup.figure(
          cell.method.title, note: histories.note,
          chart(of: cell, histories, atMost: Self.mostPoints).inline)
      }
      return figures.isEmpty
        ? []
        : [
          .element("h3", [:], [.text(BenchmarkRegistry.current.heading(of: benchmark))]),
          .element("div", ["class": "gallery"], figures),
        ]
    }
    return PageSection(
      name: "curves", title: "Training curves",
      content: [
        .paragraph(
          "Means over seeds; bands reach from the smallest to the largest seed. Each loss term has its own "
            + "scale. Scores within a training decide nothing unless the caption names a checkpoint rule. "
            + "Longer curves show \(Self.mostPoints) epochs at even intervals. Curves that begin later are of runs that "
            + "continue another's training, such as a warm-up's.", "quiet")
      ] + galleries + Markup.list(problems))
  }

  /// Every chart with all its epochs. A program for vector graphics can take curves and bands apart: each is one path,
  /// with a vertex per epoch.
  var figures: [NamedFigure] {
    cells.filter { !$0.histories.isEmpty }.map { cell, histories in
      NamedFigure(
        ["curves", cell.benchmark, cell.method.id], chart(of: cell, histories, atMost: nil))
    }
  }

  /// The chart of a cell.
  /// - Parameter most: the most points of a curve; nil for every epoch.
  private func chart(
    of cell: ResultCell, _ histories: CellHistories, atMost most: Int?
  ) -> Figure {
    CurveChart(
      title: "Training curves of \(cell.name)",
      panels: histories.panels(table.metrics, atMost: most)
    ).figure
  }
}
