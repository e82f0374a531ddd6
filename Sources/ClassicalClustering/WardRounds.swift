/// Merges clusters in rounds. Each round merges all pairs that are each other's nearest.
///
/// Each cluster keeps a short list of its nearest ones, and a bound: clusters outside the list
/// cost at least that much. A merge can make a cluster more expensive, but not cheaper than the
/// bound. So most lists are corrected by computing a few distances, and only those that have
/// become empty need a search among all.
struct WardRounds {
  /// The nearest clusters of one cluster.
  private struct Candidates {
    /// Ascending by cost; of equal costs, the first slot first.
    var list: [(slot: Int, cost: Double)]
    /// A lower bound of the cost of each cluster that is not in the list.
    var bound: Double
  }

  /// The clusters that are left; one after `mergeAll`.
  private(set) var clusters: WardClusters
  private let dimensions: Int
  private let threads: Int
  /// The nearest clusters of each slot; nil if they have to be searched.
  private var candidates: [Candidates?]

  /// Clusters whose costs to all others are computed together.
  private static let blockRows = 256
  /// The length of new lists.
  private static let listLength = 16

  /// - Parameter clusters: without free slots.
  init(_ clusters: WardClusters, dimensions: Int, threads: Int) {
    self.clusters = clusters
    self.dimensions = dimensions
    self.threads = threads
    candidates = [Candidates?](repeating: nil, count: clusters.count)
  }

  /// Merges until one cluster is left.
  /// - Parameter progress: called after each round with the fraction done.
  mutating func mergeAll(_ progress: (Double) -> Void) {
    let all = Double(clusters.count)
    while clusters.count > 1 {
      findCandidates()
      let nearest = candidates.map { $0?.list.first?.slot }
      var pairs = nearest.indices.compactMap { slot -> (Int, Int)? in
        guard let other = nearest[slot], slot < other, nearest[other] == slot else { return nil }
        return (slot, other)
      }
      // Rounding can make the nearest relation cyclic, so that no pair is mutual.
      if pairs.isEmpty, let pair = cheapestPair() { pairs = [pair] }
      for (first, second) in pairs {
        clusters.merge(first, second, cost: clusters.cost(first, second))
      }
      correctCandidates(pairs)
      let left = Double(clusters.count) / all
      progress(1 - left * left)
    }
  }

  /// The pair with the smallest cost; of equal ones, the first slots.
  private func cheapestPair() -> (Int, Int)? {
    candidates.enumerated().compactMap { slot, candidates in
      candidates?.list.first.map { (cost: $0.cost, min(slot, $0.slot), max(slot, $0.slot)) }
    }.min { $0 < $1 }.map { ($0.1, $0.2) }
  }

  // MARK: - After merges

  /// Updates the lists after a round of merges, and removes free slots.
  /// - Parameter pairs: the slots that were merged; the union is in the first.
  private mutating func correctCandidates(_ pairs: [(Int, Int)]) {
    var merged = [Int?](repeating: nil, count: candidates.count)
    var partner = merged
    for (first, second) in pairs {
      merged[first] = first
      merged[second] = first
      partner[first] = second
    }
    let (old, clusters) = (candidates, clusters)
    var new = [Candidates?](repeating: nil, count: old.count)
    let pieces = (old.count + 255) / 256
    new.withUnsafeMutableBufferPointer { new in
      let new = new
      parallelFor(pieces, threads: threads) { piece in
        for slot in piece * 256..<min((piece + 1) * 256, old.count) where clusters.sizes[slot] > 0 {
          new[slot] = Self.corrected(
            [slot, partner[slot]].compactMap(\.self).compactMap { old[$0] }, of: slot,
            merged: merged, clusters)
        }
      }
    }
    candidates = new
    follow()
  }

  /// The list of a cluster after a round; nil if it is empty and has to be searched.
  /// - Parameters:
  ///   - parts: the lists of the cluster before or, if it is new, of its parts.
  ///   - slot: the cluster.
  ///   - merged: for each slot of a merged cluster, that of the union.
  private static func corrected(
    _ parts: [Candidates], of slot: Int, merged: [Int?], _ clusters: WardClusters
  ) -> Candidates? {
    let isNew = merged[slot] != nil
    let bound = parts.map(\.bound).min() ?? 0
    if !isNew, let only = parts.first, !only.list.contains(where: { merged[$0.slot] != nil }) {
      return only
    }
    var seen: Set<Int> = [slot]
    var list: [(slot: Int, cost: Double)] = []
    for entry in parts.flatMap(\.list) where seen.insert(merged[entry.slot] ?? entry.slot).inserted
    {
      let other = merged[entry.slot] ?? entry.slot
      let isChanged = isNew || merged[entry.slot] != nil
      let cost = isChanged ? clusters.cost(slot, other) : entry.cost
      if cost <= bound { list.append((other, cost)) }
    }
    if list.isEmpty { return nil }
    return Candidates(list: list.sorted { ($0.cost, $0.slot) < ($1.cost, $1.slot) }, bound: bound)
  }

  /// Updates slots in the lists after free ones were removed.
  private mutating func follow() {
    let sizes = clusters.sizes
    let moved = clusters.removeFreeSlots()
    var kept = [Candidates?](repeating: nil, count: clusters.count)
    for slot in candidates.indices where sizes[slot] > 0 {
      kept[moved[slot]] = candidates[slot].map { near in
        Candidates(list: near.list.map { (moved[$0.slot], $0.cost) }, bound: near.bound)
      }
    }
    candidates = kept
  }

  // MARK: - Search through all

  /// Searches the nearest clusters of those without a list.
  private mutating func findCandidates() {
    let wanted = candidates.indices.filter { candidates[$0] == nil }
    if wanted.isEmpty { return }
    let sizes = clusters.sizes.map(Float.init)
    let found = clusters.centres.withUnsafeBufferPointer { centres in
      let points = PointSet(centres, dimensions: dimensions, threads: threads)
      return stride(from: 0, to: wanted.count, by: Self.blockRows).flatMap { start in
        let slots = wanted[start..<min(start + Self.blockRows, wanted.count)]
        return Self.nearest(to: Array(slots), points, sizes)
      }
    }
    for (slot, others) in zip(wanted, found) {
      // In double precision, like later corrections.
      let list = others.map { (slot: $0, cost: clusters.cost(slot, $0)) }
        .sorted { ($0.cost, $0.slot) < ($1.cost, $1.slot) }
      candidates[slot] = Candidates(
        list: list,
        bound: list.count < Self.listLength ? .infinity : list.last?.cost ?? .infinity)
    }
  }

  /// The nearest clusters of some slots, by single-precision costs.
  /// - Parameters:
  ///   - points: the centres of all clusters.
  ///   - sizes: their numbers of points.
  private static func nearest(to slots: [Int], _ points: PointSet, _ sizes: [Float]) -> [[Int]] {
    let dimensions = points.dimensions
    let centres = slots.flatMap { UnsafeBufferPointer(start: points.row($0), count: dimensions) }
    return nearestRows(
      listLength, to: CentreProducts(centres, of: points), of: points
    ) { query, rows, line in
      let slot = slots[query]
      let size = sizes[slot]
      sizes.withUnsafeBufferPointer { sizes in
        for index in 0..<rows.count {
          let other = sizes[rows.lowerBound + index]
          line[index] *= size * other / (size + other)
        }
      }
      if rows.contains(slot) { line[slot - rows.lowerBound] = .infinity }
    }
  }
}
