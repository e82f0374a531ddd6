import Core
import Domain
import Figures
import Metrics
import Reporting

/// Clusters against classes: a confusion matrix and the sizes of the clusters, per method and benchmark.
///
///     var section = ClusterSection(table)
///     section.add(assignments, names)  // of each cell
///     section.section?.markup
///
/// The matrices are the largest part of a page of many methods.
struct ClusterSection {
  /// Gives the order of benchmarks and methods.
  private let table: ResultTable
  /// Of every cell with a finished run, benchmark by benchmark.
  private var cells: [CellClusters] = []
  /// By benchmark, why classes have numbers instead of names.
  private var unnamed: [String: [String]] = [:]

  /// - Parameter table: gives the order of benchmarks.
  init(_ table: ResultTable) {
    self.table = table
  }

  /// Takes over a cell. Only one matrix of shares per cell stays in memory.
  /// - Parameter names: of the classes of the file that the cell's runs read.
  mutating func add(_ assignments: CellAssignments, _ names: BenchmarkAtHand) {
    cells.append(CellClusters(assignments, names))
    let cell = assignments.cell
    if let problem = names.problem, !names.hasClassNames(of: cell) {
      unnamed[cell.benchmark, default: []].append(problem)
    }
  }

  /// Nil where nothing has been run.
  var section: PageSection? {
    if cells.isEmpty { return nil }
    let parts = table.benchmarks.flatMap { benchmark -> [Markup] in
      let own = cells.filter { $0.cell.benchmark == benchmark }
      guard !own.isEmpty else { return [] }
      let heading = BenchmarkRegistry.current.heading(of: benchmark)
      let figures = own.flatMap { clusters -> [Markup] in
        let title = clusters.cell.method.title
        let confusion = clusters.confusion.map { [$0.inline] } ?? []
        return [.figure(title, .group(confusion + [clusters.sizes.inline]))]
      }
      let notes = (unnamed[benchmark] ?? []).uniqued.map {
        Markup.paragraph("Classes have numbers instead of names: \($0).", "quiet")
      }
      return [.element("h3", [:], [.text(heading)])] + notes
        + [.element("div", ["class": "gallery"], figures)]
    }
    return PageSection(
      name: "clusters", title: "Clusters and classes",
      content: [
        .paragraph(
          "A row of a matrix is a class, a column the clusters that are matched to a class by the assignment "
            + "with the best accuracy (Hungarian method). Numbers are per cent of the class, means over seeds; "
            + "shares under half a per cent, of more than 20 classes under 2 per cent, are not drawn. "
            + "Bars are clusters by size, whiskers reach over the seeds, the dashed line is an equal size.",
          "quiet")
      ] + parts + Markup.list(cells.flatMap(\.problems)))
  }

  /// Every matrix and all bars, cell by cell. The names of classes in a file are those of the page at the same time.
  var figures: [NamedFigure] {
    cells.flatMap { clusters -> [NamedFigure] in
      let words = [clusters.cell.benchmark, clusters.cell.method.id]
      return (clusters.confusion.map { [NamedFigure(["confusion"] + words, $0)] } ?? [])
        + [NamedFigure(["sizes"] + words, clusters.sizes)]
    }
  }
}
