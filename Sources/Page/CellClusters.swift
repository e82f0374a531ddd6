import Figures
import Metrics
import Records
import Reporting

/// The clusters of a cell's finished seeds: their sizes, and their classes where the images have labels.
///
///     let assignments = CellAssignments(of: cell, from: sources, needsImages: false)
///     let clusters = CellClusters(assignments, names)
///     clusters.confusion  // nil where no assignments were kept
///     clusters.sizes  // always: the sizes are in run.json
///
/// Clusters of different seeds have nothing to do with each other: cluster 0 of one seed is another cluster than that
/// of the next. Every seed's clusters are therefore matched to the classes first, and the means are over classes.
struct CellClusters {
  /// The most classes of a matrix: those of ImageNet. Nobody reads a larger one, and it would fill the memory.
  private static let mostClasses = 1_000

  /// The cell, with the records of its finished seeds.
  let cell: ResultCell
  /// The names of the matrix's rows and columns, by ascending label.
  private let classNames: [String]
  /// The mean over seeds of every seed's matched shares, [classes, classes + 1]; empty without labels or files.
  private let shares: [[Double]]
  /// The number of seeds in `shares`.
  private let seeds: Int
  /// Why an assignment could not be read, a sentence each.
  let problems: [String]

  /// - Parameters:
  ///   - assignments: of the cell's seeds; those without labels have no matrix.
  ///   - names: of the classes of the file that they read.
  init(_ assignments: CellAssignments, _ names: BenchmarkAtHand) {
    var problems: [String] = []
    var classes: [Int32] = []
    var sum: [[Double]] = []
    var seeds = 0
    cell = assignments.cell
    for run in assignments.runs where run.clusters.hasClasses {
      let own = run.clusters.classes
      guard own.count <= Self.mostClasses else {
        problems.append("\(cell.name): no confusion matrix of \(own.count.grouped) classes")
        break
      }
      let shares = run.clusters.shares(of: own)
      if seeds == 0 { (classes, sum) = (own, shares) }
      guard own == classes else {
        problems.append("\(cell.name), seed \(run.record.seed): left out, its classes are others")
        continue
      }
      if seeds > 0 { sum = zip(sum, shares).map { zip($0, $1).map(+) } }
      seeds += 1
    }
    classNames = classes.map { names.name(ofClass: $0, in: assignments.cell) }
    self.seeds = seeds
    self.problems = assignments.problems + problems
    let count = Double(max(seeds, 1))
    shares = sum.map { $0.map { $0 / count } }
  }

  /// The classes against the classes of the matched clusters; nil without labels or assignments.
  ///
  /// Rows add up to 1 but for shares too small to draw. The diagonal is the recall of each class; its mean, weighted by
  /// the sizes of the classes, is the accuracy.
  var confusion: Figure? {
    guard !shares.isEmpty else { return nil }
    // Without clusters that have no class the last column is empty everywhere.
    let hasOthers = shares.contains { ($0.last ?? 0) > 0 }
    return ShareMatrix(
      title: "Confusion matrix of \(cell.name)", rows: classNames,
      columns: hasOthers ? classNames + ["no class"] : classNames,
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

extension RunClusters {
  /// The labels of the classes that occur, ascending.
  var classes: [Int32] { Set(clusters.flatMap { $0.parts.map(\.label) }).sorted() }

  /// The images of a class by the class that their cluster is matched to, as shares of the class.
  ///
  /// [classes, classes + 1]: the last column is of clusters without a class. With fewer clusters than classes, some
  /// classes have no cluster and an empty column.
  fileprivate func shares(of classes: [Int32]) -> [[Double]] {
    let rows = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
    var counts = classes.map { _ in [Int](repeating: 0, count: classes.count + 1) }
    for cluster in clusters {
      let column = cluster.matched.flatMap { rows[$0] } ?? classes.count
      for part in cluster.parts {
        if let row = rows[part.label] { counts[row][column] += part.images }
      }
    }
    return counts.map { row in
      let total = Double(max(row.reduce(0, +), 1))
      return row.map { Double($0) / total }
    }
  }
}
