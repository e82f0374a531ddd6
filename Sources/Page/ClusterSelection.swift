import Records
import Reporting

/// Which images stand for the clusters of a run: for each cluster some of the class that it is matched to, and some of
/// other classes.
///
/// Features are not stored, so that nothing is known of distances. In their place stands the agreement of the cell's
/// seeds: of the images of a class those come first that most seeds put into the cluster of the same class, and of the
/// misfits those that most seeds mistake for the same class.
///
///     let selection = ClusterSelection(run, mapped: mapped, count: 6)
///     selection.clusters[0].members  // places of up to 6 images of the cluster's class
///
/// The choice is deterministic: nothing is drawn at random, and equally good candidates are taken at even intervals,
/// which spreads them over the order of the benchmark file.
struct ClusterSelection {
  /// A cluster with its images, as places in the assignments.
  struct Cluster {
    /// Its sizes, its classes, and the class that it is matched to.
    let cluster: RunClusters.Cluster
    /// Images of the matched class; of a cluster without a class any of its images.
    let members: [Int]
    /// Images of other classes.
    let misfits: [Int]
  }

  /// Those with images, in the order of their classes; those without a class last.
  let clusters: [Cluster]

  /// - Parameters:
  ///   - run: the assignments, and their clusters.
  ///   - mapped: the class of every image's cluster for each seed of the cell, the run's own among them, [seeds][N];
  ///     nil for none.
  ///   - count: the most images of each kind.
  init(_ run: CellAssignments.Run, mapped: [[Int32?]], count: Int) {
    let truth = run.truth
    var places = [[Int]](repeating: [], count: run.clusters.clusters.count)
    for (place, cluster) in run.predicted.enumerated() {
      places[Int(cluster)].append(place)
    }
    let ordered = run.clusters.clusters.filter { $0.images > 0 }.sorted { first, second in
      (first.matched ?? .max, first.number) < (second.matched ?? .max, second.number)
    }
    clusters = ordered.map { cluster in
      let images = places[Int(cluster.number)]
      guard let label = cluster.matched else {
        return Cluster(
          cluster: cluster, members: Self.choose(images, count: count) { _ in 0 }, misfits: [])
      }
      func chosen(_ images: [Int]) -> [Int] {
        Self.choose(images, count: count) { image in mapped.count { $0[image] == label } }
      }
      return Cluster(
        cluster: cluster, members: chosen(images.filter { truth[$0] == label }),
        misfits: chosen(images.filter { truth[$0] != label && truth[$0] >= 0 }))
    }
  }

  /// Images of the highest agreement, of equal ones at even intervals.
  private static func choose(
    _ images: [Int], count: Int, agreement: (Int) -> Int
  ) -> [Int] {
    let groups = Dictionary(grouping: images, by: agreement)
    var chosen: [Int] = []
    for level in groups.keys.sorted(by: >) {
      let group = groups[level] ?? []
      let wanted = min(count - chosen.count, group.count)
      if wanted <= 0 { break }
      chosen += (0..<wanted).map { group[$0 * group.count / wanted] }
    }
    return chosen
  }
}
