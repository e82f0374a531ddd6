import Figures
import Metrics
import Records
import Reporting

/// The clusters of a cell's finished seeds: their sizes, and their classes where the images have labels.
///
///     let clusters = CellClusters(of: cell, from: sources)
///     clusters.confusion(names)  // nil where no assignments were kept
///     clusters.sizes  // always: the sizes are in run.json
///
/// Clusters of different seeds have nothing to do with each other: cluster 0 of one seed is another cluster than that
/// of the next. Every seed's clusters are therefore matched to the classes first, and the means are over classes.
struct CellClusters {
  /// The most classes of a matrix: those of ImageNet. Nobody reads a larger one, and it would fill the memory.
  private static let mostClasses = 1_000

  /// The cell, with the records of its finished seeds.
  let cell: ResultCell
  /// The labels of the matrix's rows and columns, ascending.
  private let classes: [Int32]
  /// The mean over seeds of every seed's matched shares, [classes, classes + 1]; empty without labels or files.
  private let shares: [[Double]]
  /// The number of seeds in `shares`.
  private let seeds: Int
  /// Why an assignment could not be read, a sentence each.
  let problems: [String]

  /// Reads `assignments.h5` of every finished seed that has one.
  init(of cell: ResultCell, from sources: ReportSources) {
    var problems: [String] = []
    var classes: [Int32] = []
    var sum: [[Double]] = []
    var seeds = 0
    for record in cell.records where record.metrics.scores != nil {
      guard let folder = sources.folder(of: record), folder.hasAssignments else { continue }
      do {
        let labels = try folder.readLabels(of: record)
        let matching = try ClassMatching(truth: labels.truth, predicted: labels.predicted)
        guard matching.classes.count <= Self.mostClasses else {
          problems.append(
            "\(cell.name): no confusion matrix of \(matching.classes.count.grouped) classes")
          break
        }
        if seeds == 0 { (classes, sum) = (matching.classes, matching.shares) }
        guard matching.classes == classes else {
          problems.append("\(cell.name), seed \(record.seed): left out, its classes are others")
          continue
        }
        if seeds > 0 { sum = zip(sum, matching.shares).map { zip($0, $1).map(+) } }
        seeds += 1
      } catch {
        problems.append("\(cell.name), seed \(record.seed): no confusion matrix: \(error)")
      }
    }
    self.cell = cell
    self.classes = classes
    self.seeds = seeds
    self.problems = problems
    let count = Double(max(seeds, 1))
    shares = sum.map { $0.map { $0 / count } }
  }

  /// The classes against the classes of the matched clusters; nil without labels or assignments.
  ///
  /// Rows add up to 1 but for shares too small to draw. The diagonal is the recall of each class; its mean, weighted by
  /// the sizes of the classes, is the accuracy.
  func confusion(_ names: BenchmarkAtHand) -> Figure? {
    guard !shares.isEmpty else { return nil }
    let rows = classes.map { names.name(ofClass: $0, in: cell) }
    // Without clusters that have no class the last column is empty everywhere.
    let hasOthers = shares.contains { ($0.last ?? 0) > 0 }
    return ShareMatrix(
      title: "Confusion matrix of \(cell.name)", rows: rows,
      columns: hasOthers ? rows + ["no class"] : rows,
      shares: hasOthers ? shares : shares.map { Array($0.dropLast()) }
    ).figure
  }

  /// The sizes of the clusters of every seed. A method that collapses shows one high bar, one that leaves clusters
  /// empty shows bars of no height.
  var sizes: Figure {
    SizeBars(
      title: "Cluster sizes of \(cell.name)", sizes: cell.records.map(\.metrics.clusterSizes)
    ).figure
  }
}
