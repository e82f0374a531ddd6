import Metrics
import Records

/// Which images stand for the clusters of a run: for each cluster some of the class that it is matched to, and some of
/// other classes.
///
/// Features are not stored, so that nothing is known of distances. In their place stands the agreement of the cell's
/// seeds: of the images of a class those come first that most seeds put into the cluster of the same class, and of the
/// misfits those that most seeds mistake for the same class.
///
///     let selection = ClusterSelection(assignments, mapped: mapped, matching: matching, count: 6)
///     selection.clusters[0].members  // places of up to 6 images of the cluster's class
///
/// The choice is deterministic: nothing is drawn at random, and equally good candidates are taken at even intervals, which
/// spreads them over the order of the benchmark file.
struct ClusterSelection {
  /// A cluster with its images, as places in the assignments.
  struct Cluster {
    /// Its number in the assignments.
    let number: Int32
    /// The label of the class that it is matched to; nil for none.
    let matched: Int32?
    /// The number of its images.
    let size: Int
    /// The number of its images of the matched class.
    let matchedSize: Int
    /// Images of the matched class; of a cluster without a class any of its images.
    let members: [Int]
    /// Images of other classes.
    let misfits: [Int]
  }

  /// In the order of their classes; those without a class last.
  let clusters: [Cluster]

  /// - Parameters:
  ///   - assignments: of the run.
  ///   - mapped: the class of every image's cluster for each seed of the cell, the run's own among them, [seeds][N];
  ///     -1 for none.
  ///   - matching: of the run; nil where the images have no labels.
  ///   - count: the most images of each kind.
  init(_ assignments: Assignments, mapped: [[Int32]], matching: ClassMatching?, count: Int) {
    var places: [Int32: [Int]] = [:]
    for (place, cluster) in assignments.predicted.enumerated() {
      places[cluster, default: []].append(place)
    }
    let classes = matching?.classOfClusterNumber ?? [:]
    let unsorted = places.map { number, images in
      let matched = classes[number]
      let members = matched.map { label in images.filter { assignments.truth[$0] == label } }
      let misfits = matched.map { label in
        images.filter { assignments.truth[$0] != label && assignments.truth[$0] >= 0 }
      }
      func chosen(_ images: [Int]) -> [Int] {
        Self.choose(images, count: count) { image in
          mapped.count { matched != nil && $0[image] == matched }
        }
      }
      return Cluster(
        number: number, matched: matched, size: images.count, matchedSize: members?.count ?? 0,
        members: chosen(members ?? images), misfits: chosen(misfits ?? []))
    }
    clusters = unsorted.sorted { first, second in
      (first.matched ?? .max, first.number) < (second.matched ?? .max, second.number)
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
