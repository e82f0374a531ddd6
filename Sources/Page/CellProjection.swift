import Figures
import Records
import Reporting

/// A sample of the images of one of a cell's seeds in the plane, by class and by cluster.
///
///     let projection = CellProjection(assignments, names)
///     projection.figure(atMost: 500)  // nil where the runs kept no projection
///
/// The seed is the first one that has a projection: planes of different seeds have nothing to do with each other.
struct CellProjection {
  let cell: ResultCell
  /// The seed that is drawn; nil for none.
  let seed: UInt64?
  /// Why a projection could not be read, a sentence each.
  let problems: [String]
  /// What was kept of the seed.
  private let projection: Projection?
  /// The class and the cluster of every image of the projection, each by its row in `classes` or its number.
  private let labels: [(truth: Int32, predicted: Int32)]
  /// The label and the name of every class, ascending.
  private let classes: [(label: Int32, name: String)]
  /// The class that each cluster is matched to.
  private let matched: [Int32?]

  /// Reads `projection.h5` of the first seed that has one.
  init(_ assignments: CellAssignments, _ names: BenchmarkAtHand) {
    let cell = assignments.cell
    var problems: [String] = []
    var found: (run: CellAssignments.Run, projection: Projection)?
    for run in assignments.runs {
      do {
        guard let projection = try run.folder.readProjection(of: run.record) else { continue }
        found = (run, projection)
        break
      } catch {
        problems.append("\(cell.name), seed \(run.record.seed): no plane: \(error)")
      }
    }
    self.cell = cell
    self.problems = problems
    seed = found?.run.record.seed
    projection = found?.projection
    labels =
      found.map { run, projection in
        projection.places.map { (run.truth[Int($0)], run.predicted[Int($0)]) }
      } ?? []
    classes =
      found?.run.clusters.classes.map { ($0, names.name(ofClass: $0, in: cell)) } ?? []
    matched = found?.run.clusters.matchedClasses ?? []
  }

  /// "embeddings of 128 values, silhouette 21.0": multiplied by 100, as in tables.
  var note: String? {
    projection.map { projection in
      "\(projection.vectors) of \(projection.dimensions.grouped) values"
        + (projection.silhouette.map { ", silhouette \((100 * $0).oneDecimal)" } ?? "")
    }
  }

  /// The drawing; nil without a projection.
  /// - Parameter most: the most points, taken at even intervals; nil for all.
  func figure(atMost most: Int?) -> Figure? {
    guard let projection, let seed else { return nil }
    let count = projection.places.count
    let shown = min(most ?? count, count)
    let rows = (0..<shown).map { $0 * count / shown }
    let clusters = ScatterPlot.Panel(
      title: classes.isEmpty ? "by cluster" : "by cluster, in the colour of its class",
      groups: groupsByCluster(rows))
    let panels =
      classes.isEmpty
      ? [clusters] : [ScatterPlot.Panel(title: "by class", groups: groupsByClass(rows)), clusters]
    let isWithout = classes.isEmpty ? [] : clusters.groups.filter { $0.colour == nil }
    let axes = projection.varianceShares.enumerated().map { axis, share in
      "component \(axis + 1) (\((100 * share).oneDecimal) %)"
    }
    return ScatterPlot(
      title: "Plane of \(projection.vectors) of \(cell.name), seed \(seed)",
      axes: (axes[0], axes[1]),
      points: rows.map { row in
        (Double(projection.coordinates[2 * row]), Double(projection.coordinates[2 * row + 1]))
      }, panels: panels, legend: (panels.first?.groups ?? []) + isWithout
    ).figure
  }

  /// A group per class; images without a class are grey.
  /// - Parameter rows: of the projection; points are counted among them.
  private func groupsByClass(_ rows: [Int]) -> [ScatterPlot.Group] {
    let points = Dictionary(grouping: rows.indices) { labels[rows[$0]].truth }
    let named = classes.enumerated().map { place, known in
      ScatterPlot.Group(name: known.name, colour: place, points: points[known.label] ?? [])
    }
    let others = points[-1].map { [ScatterPlot.Group(name: "no label", colour: nil, points: $0)] }
    return (others ?? []) + named
  }

  /// A group per class that clusters are matched to, and a grey one of all others. Without classes a group per cluster.
  private func groupsByCluster(_ rows: [Int]) -> [ScatterPlot.Group] {
    if classes.isEmpty {
      let points = Dictionary(grouping: rows.indices) { labels[rows[$0]].predicted }
      return matched.indices.map { cluster in
        ScatterPlot.Group(
          name: "cluster \(cluster)", colour: cluster, points: points[Int32(cluster)] ?? [])
      }
    }
    let points = Dictionary(grouping: rows.indices) { matched[Int(labels[rows[$0]].predicted)] }
    let named = classes.enumerated().map { place, known in
      ScatterPlot.Group(name: known.name, colour: place, points: points[known.label] ?? [])
    }
    let others = points[nil].map {
      [ScatterPlot.Group(name: "cluster without a class", colour: nil, points: $0)]
    }
    return (others ?? []) + named
  }
}
