import Records
import Reporting

/// Which images stand for the clusters of a run: for each cluster the most and the least typical ones of the class that
/// it is matched to, and the surest of other classes, its misfits.
///
///     let selection = ClusterSelection(run, order, count: 6)
///     selection.clusters[0].typical  // places of up to 6 images of the cluster's class
struct ClusterSelection {
  /// A cluster with its images, as places in the assignments.
  struct Cluster {
    /// Its sizes, its classes, and the class that it is matched to.
    let cluster: RunClusters.Cluster
    /// The most typical images of the matched class; of a cluster without a class those of all images.
    let typical: [Int]
    /// The least typical ones; none where all are equally typical.
    let doubtful: [Int]
    /// Images of other classes, those first that are the most typical of this one.
    let misfits: [Int]
  }

  /// Those with images, in the order of their classes; those without a class last.
  let clusters: [Cluster]

  /// - Parameters:
  ///   - run: the assignments, and their clusters.
  ///   - order: of the run's images.
  ///   - count: the most images of each kind.
  init(_ run: CellAssignments.Run, _ order: ImageOrder, count: Int) {
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
      let members = cluster.matched.map { label in images.filter { truth[$0] == label } } ?? images
      let others = cluster.matched.map { label in
        images.filter { truth[$0] != label && truth[$0] >= 0 }
      }
      return Cluster(
        cluster: cluster, typical: order.most(count, of: members),
        doubtful: order.least(count, of: members), misfits: order.most(count, of: others ?? []))
    }
  }
}
