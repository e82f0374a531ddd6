import Benchmarks
import Core
import Domain
import Montage
import Records
import Reporting

/// Draws the clusters of runs, a picture each (`ClusterMontage`).
///
///     let files = try ClusterPictures(folder: "pictures", perClass: 10, classes: 10, catalogue: catalogue)
///       .draw(run, ImageOrder(of: run, among: runs), from: file)
///
/// Names of pictures sort by cluster: numbers have leading zeros.
struct ClusterPictures {
  /// The folder of all pictures.
  let folder: String
  /// The number of images in a row.
  let perClass: Int
  /// The maximum number of classes, the largest ones.
  let classes: Int
  /// The names of the classes.
  let catalogue: ImageCatalogue

  /// The number of rows of images without classes or order.
  private static let rowsOfOneGroup = 6

  /// Draws a picture of each cluster that has images.
  /// - Parameter order: of the run's images.
  /// - Returns: their files, by cluster.
  /// - Throws: `BenchmarkError`.
  func draw(
    _ clustered: ClusteredRun, _ order: ImageOrder, from file: BenchmarkFile
  ) throws -> [String?] {
    let (run, assignments) = (clustered.run, clustered.assignments)
    let (clusters, record) = (clustered.clusters, run.record)
    let place = "\(folder)/\(record.benchmark)/\(record.method)/\(run.folderName)"
    let members = Dictionary(grouping: assignments.predicted.indices) { assignments.predicted[$0] }
    let digits = "\(clusters.clusters.count - 1)".count
    return try clusters.clusters.map { cluster in
      guard cluster.images > 0 else { return nil }
      let number = "\(cluster.number)"
      let path =
        "\(place)/cluster-\(String(repeating: "0", count: digits - number.count))\(number).png"
      try ClusterMontage(
        file, title: title(cluster, of: run, order),
        groups(of: cluster, members[cluster.number] ?? [], assignments, order),
        perRow: perClass
      ).write(to: path, as: .png)
      return path
    }
  }

  /// "cifar10 / scl / seed 0, cluster 3: 914 images, by confidence"
  private func title(
    _ cluster: RunClusters.Cluster, of run: FinishedRun, _ order: ImageOrder
  ) -> String {
    let leftOut = max(0, cluster.parts.count - classes)
    return "\(run.label), cluster \(cluster.number): \(Quantities.count(cluster.images, "image"))"
      + (leftOut > 0 ? ", without \(leftOut) smaller classes" : "") + order.basis.title
  }

  /// The images of each class of a cluster, largest first: of the class that it is matched to the most and the least
  /// typical ones, of the others the most typical ones, which are the surest mistakes.
  /// - Parameter members: the places of the cluster's images in `assignments`.
  private func groups(
    of cluster: RunClusters.Cluster, _ members: [Int], _ assignments: Assignments,
    _ order: ImageOrder
  ) -> [ClusterMontage.Group] {
    func group(_ label: String, _ places: [Int], rows: Int = 1) -> ClusterMontage.Group {
      ClusterMontage.Group(label, places.map { Int(assignments.indices[$0]) }, rows: rows)
    }
    func bothEnds(_ label: String, _ places: [Int]) -> [ClusterMontage.Group] {
      let doubtful = order.least(perClass, of: places)
      let typical = order.most(perClass, of: places)
      return doubtful.isEmpty
        ? [group(label, typical)]
        : [
          group(label + (label.isEmpty ? "" : ", ") + "most typical", typical),
          group("least typical", doubtful),
        ]
    }
    func label(_ part: RunClusters.Part) -> String {
      let share = Double(part.images) / Double(cluster.labelled)
      return "\(catalogue.className(part.label)) \(ClusterReport.percent(share))%"
    }
    func places(_ part: RunClusters.Part) -> [Int] {
      members.filter { assignments.truth[$0] == part.label }
    }
    let parts = cluster.parts.prefix(classes)
    guard parts.count > 1 else {
      // One class, or images without classes: without an order there is space for more of them.
      let (label, places) = parts.first.map { (label($0), places($0)) } ?? ("", members)
      let ends = bothEnds(label, places)
      return ends.count > 1 ? ends : [group(label, places, rows: Self.rowsOfOneGroup)]
    }
    return parts.flatMap { part in
      part.label == cluster.matched
        ? bothEnds(label(part), places(part))
        : [group(label(part), order.most(perClass, of: places(part)))]
    }
  }
}

/// A finished run with what is shown of it.
struct ClusteredRun {
  let run: FinishedRun
  let assignments: Assignments
  let clusters: RunClusters
  let catalogue: ImageCatalogue
}

extension ImageOrder {
  /// The order of a run's images: by its confidence, or else by the agreement of those chosen runs that differ from it
  /// in the seed alone.
  init(of own: ClusteredRun, among runs: [ClusteredRun]) {
    let record = own.run.record
    let seeds = runs.filter { other in
      let theirs = other.run.record
      return theirs.benchmark == record.benchmark && theirs.method == record.method
        && theirs.settings == record.settings
        && other.assignments.indices == own.assignments.indices
    }
    self.init(
      confidence: own.assignments.confidence,
      classes: seeds.map { seed in
        let classes = seed.clusters.matchedClasses
        return seed.assignments.predicted.map { classes[Int($0)] }
      }, of: seeds.firstIndex { $0.run.record.identity == record.identity } ?? 0)
  }
}

extension ImageOrder.Basis {
  /// What the title of a picture says of its order.
  fileprivate var title: String {
    switch self {
    case .confidence: ", by confidence"
    case .agreement(let seeds): ", by agreement of \(seeds) seeds"
    case .none: ""
    }
  }
}
