/// Merges clusters in rounds, in each of them all that are each other's nearest.
struct WardRounds {
  private(set) var clusters: WardClusters
  private let dimensions: Int
  private let threads: Int
  /// For every slot the slot of the nearest cluster; nil where it has to be found.
  private var nearest: [Int?]

  /// Clusters whose costs to all others are computed together.
  private static let blockRows = 256

  init(_ clusters: WardClusters, dimensions: Int, threads: Int) {
    self.clusters = clusters
    self.dimensions = dimensions
    self.threads = threads
    nearest = [Int?](repeating: nil, count: clusters.count)
  }

  mutating func mergeAll() {
    while clusters.count > 1 {
      findNearest()
      var pairs = nearest.indices.compactMap { slot -> (Int, Int)? in
        guard let other = nearest[slot], slot < other, nearest[other] == slot else { return nil }
        return (slot, other)
      }
      // Rounded costs may run in a circle.
      if pairs.isEmpty, let pair = cheapestPair() { pairs = [pair] }
      for (first, second) in pairs {
        clusters.merge(first, second, cost: clusters.cost(first, second))
      }
      forget(pairs)
    }
  }

  private func cheapestPair() -> (Int, Int)? {
    nearest.enumerated()
      .compactMap { slot, other in other.map { (min(slot, $0), max(slot, $0)) } }
      .map { (cost: clusters.cost($0.0, $0.1), pair: $0) }
      .min { ($0.cost, $0.pair.0, $0.pair.1) < ($1.cost, $1.pair.0, $1.pair.1) }?.pair
  }

  /// Drops what has changed by merging, and follows the clusters to their new slots.
  private mutating func forget(_ pairs: [(Int, Int)]) {
    for (first, _) in pairs { nearest[first] = nil }
    var isMerged = [Bool](repeating: false, count: nearest.count)
    for (first, second) in pairs {
      isMerged[first] = true
      isMerged[second] = true
    }
    for slot in nearest.indices {
      if let other = nearest[slot], isMerged[other] { nearest[slot] = nil }
    }
    let moved = clusters.removeFreeSlots()
    var kept = [Int?](repeating: nil, count: clusters.count)
    let removed = Set(pairs.map(\.1))
    for slot in nearest.indices where !removed.contains(slot) {
      kept[moved[slot]] = nearest[slot].map { moved[$0] }
    }
    nearest = kept
  }

  private mutating func findNearest() {
    let wanted = nearest.indices.filter { nearest[$0] == nil }
    let sizes = clusters.sizes.map(Float.init)
    let found = clusters.centres.withUnsafeBufferPointer { centres in
      let points = PointSet(centres, dimensions: dimensions, threads: threads)
      return stride(from: 0, to: wanted.count, by: Self.blockRows).flatMap { start in
        let slots = wanted[start..<min(start + Self.blockRows, wanted.count)]
        return Self.nearest(of: Array(slots), points, sizes)
      }
    }
    for (slot, other) in zip(wanted, found) { nearest[slot] = other }
  }

  private static func nearest(of slots: [Int], _ points: PointSet, _ sizes: [Float]) -> [Int] {
    let dimensions = points.dimensions
    let centres = slots.flatMap { UnsafeBufferPointer(start: points.row($0), count: dimensions) }
    return nearestRows(to: CentreProducts(centres, of: points), of: points) { query, rows, line in
      let slot = slots[query]
      let size = sizes[slot]
      sizes.withUnsafeBufferPointer { sizes in
        for index in 0..<rows.count {
          let other = sizes[rows.lowerBound + index]
          line[index] *= size * other / (size + other)
        }
      }
      if rows.contains(slot) { line[slot - rows.lowerBound] = .infinity }
    }.map(\.row)
  }
}
