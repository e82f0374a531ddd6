import Domain
import Figures
import Reporting

/// Embeddings in the plane: for every method with a network a sample of its images, by class and by cluster.
///
///     var section = ProjectionSection(table, cells: cells.count)
///     section.add(assignments, names)  // of each cell
///     section.section?.markup
///
/// It draws what runs kept (`Projection`) and computes nothing, so that neither weights nor the benchmark file are
/// needed.
struct ProjectionSection {
  /// The most points of all drawings on a page together; a point takes about 20 bytes in both panels.
  private static let mostPoints = 24_000
  /// The fewest points of a drawing that has more.
  private static let fewestPoints = 100

  /// Gives the order of benchmarks.
  private let table: ResultTable
  /// The points of a drawing on the page. Files of figures have all of them.
  private let most: Int
  /// Of every cell with a finished run of a method that trains.
  private var cells: [CellProjection] = []

  /// - Parameters:
  ///   - table: gives the order of benchmarks.
  ///   - cells: the number of cells that will be added.
  init(_ table: ResultTable, cells: Int) {
    self.table = table
    most = max(Self.fewestPoints, Self.mostPoints / max(cells, 1))
  }

  /// Takes over a cell. Methods without a network have no vectors and are passed over.
  /// - Parameter names: of the classes of the cell's benchmark.
  mutating func add(_ assignments: CellAssignments, _ names: BenchmarkAtHand) {
    guard assignments.runs.contains(where: \.record.hasTrained) else { return }
    cells.append(CellProjection(assignments, names))
  }

  /// Nil where no method trains a network.
  var section: PageSection? {
    if cells.isEmpty { return nil }
    let galleries = table.benchmarks.flatMap { benchmark -> [Markup] in
      let figures = cells.filter { $0.cell.benchmark == benchmark }.compactMap { projection in
        projection.figure(atMost: most).map {
          Markup.figure(projection.cell.method.title, note: projection.note, $0.inline)
        }
      }
      return figures.isEmpty
        ? []
        : [
          .element("h3", [:], [.text(BenchmarkRegistry.current.heading(of: benchmark))]),
          .element("div", ["class": "gallery"], figures),
        ]
    }
    let without = cells.filter { $0.seed == nil }.map(\.cell.name)
    let missing =
      without.isEmpty
      ? []
      : [
        "No projection was kept by the runs of \(without.joined(separator: ", ")): an earlier version computed them, "
          + "they report another epoch than the last, or only their records were kept."
      ]
    let text =
      "A sample of the images of one seed along the first two principal components of their vectors, the same images "
      + "for every method; brackets have the parts of the variance. Left in the colours of classes, right in those of "
      + "the classes that clusters are matched to. Two components of many cannot show all: distances in the plane are "
      + "not those that a method clusters by. Silhouettes are multiplied by 100, as in tables."
    return PageSection(
      name: "plane", title: "Embeddings in the plane",
      content: (galleries.isEmpty ? [] : [.paragraph(text, "quiet")]) + galleries
        + Markup.list(missing + cells.flatMap(\.problems)))
  }

  /// Every drawing with all its points.
  var figures: [NamedFigure] {
    cells.compactMap { projection in
      projection.figure(atMost: nil).map {
        NamedFigure(["plane", projection.cell.benchmark, projection.cell.method.id], $0)
      }
    }
  }
}
