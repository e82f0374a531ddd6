import Core

/// The images of a run from the most to the least typical of their clusters.
///
/// Vectors of all images are not stored, so nothing is known of the distance to a centre. In its place stands the
/// confidence that the run recorded; of methods that have none, the number of seeds that put an image into the cluster
/// of the same class.
///
///     let order = ImageOrder(confidence: assignments.confidence, classes: seeds, of: 0)
///     let typical = order.most(6, of: places)
///     let doubtful = order.least(6, of: places)
///
/// The choice is deterministic: equally typical images are taken at even intervals, which spreads them over the order
/// of the benchmark file.
package struct ImageOrder: Sendable {
  /// What the order goes by.
  package enum Basis: Hashable, Sendable {
    /// The probability of the cluster that the run recorded for each image.
    case confidence
    /// The number of seeds that put an image into the cluster of the same class.
    case agreement(seeds: Int)
    /// A single seed without a confidence: all images count as equal.
    case none
  }

  /// What the order goes by.
  package let basis: Basis
  /// A value per image, higher for typical ones; empty without an order.
  private let values: [Float]

  /// - Parameters:
  ///   - confidence: of each image, [N]; nil for a run that recorded none.
  ///   - classes: the class that each image's cluster is matched to, for each seed, [seeds][N]; nil for a cluster
  ///     without a class.
  ///   - run: the place of the run in `classes`.
  package init(confidence: [Float]?, classes: [[Int32?]], of run: Int) {
    if let confidence {
      (basis, values) = (.confidence, confidence)
    } else if classes.count > 1, classes.indices.contains(run) {
      basis = .agreement(seeds: classes.count)
      values = classes[run].indices.map { image in
        guard let own = classes[run][image] else { return 0 }
        return Float(classes.count { $0.indices.contains(image) && $0[image] == own })
      }
    } else {
      (basis, values) = (.none, [])
    }
  }

  /// The most typical of some images, these first.
  /// - Parameters:
  ///   - count: the largest number of images.
  ///   - places: of images in the assignments.
  package func most(_ count: Int, of places: [Int]) -> [Int] {
    choose(count, of: places) { $0 > $1 }
  }

  /// The least typical of some images, these first, without those that `most` gives. None if all are equally typical.
  package func least(_ count: Int, of places: [Int]) -> [Int] {
    guard Set(places.map(value)).count > 1 else { return [] }
    let typical = Set(most(count, of: places))
    return choose(count, of: places.filter { !typical.contains($0) }) { $0 < $1 }
  }

  private func value(_ place: Int) -> Float { values.indices.contains(place) ? values[place] : 0 }

  /// Images in an order of their values, of equal ones at even intervals.
  private func choose(
    _ count: Int, of places: [Int], _ precedes: (Float, Float) -> Bool
  ) -> [Int] {
    let groups = Dictionary(grouping: places, by: value)
    var chosen: [Int] = []
    for level in groups.keys.sorted(by: precedes) {
      let group = groups[level] ?? []
      let wanted = min(count - chosen.count, group.count)
      if wanted <= 0 { break }
      chosen += (0..<wanted).map { group[$0 * group.count / wanted] }
    }
    return chosen
  }
}
