/// Merges clusters in rounds, in each of them all that are each other's nearest.
///
/// Every cluster keeps a short list of those nearest to it, and the cost below which there is no other.
/// A merge can only bring a cluster out of reach, never below that cost, so that most lists are
/// corrected by a few distances, and only those that have become empty by a search through all.
struct WardRounds {
  private struct Candidates {
    /// The nearest first, of equally near ones the first.
    var list: [(slot: Int, cost: Double)]
    /// What every cluster that is not in the list costs at least.
    var bound: Double
  }

  private(set) var clusters: WardClusters
  private let dimensions: Int
  private let threads: Int
  /// For every slot what is near its cluster; nil where it has to be found.
  private var candidates: [Candidates?]

  /// Clusters whose costs to all others are computed together.
  private static let blockRows = 256
  /// The length of new lists.
  private static let listLength = 16

  init(_ clusters: WardClusters, dimensions: Int, threads: Int) {
    self.clusters = clusters
    self.dimensions = dimensions
    self.threads = threads
    candidates = [Candidates?](repeating: nil, count: clusters.count)
  }

  mutating func mergeAll(_ progress: (Double) -> Void) {
    let all = Double(clusters.count)
    while clusters.count > 1 {
      findCandidates()
      let nearest = candidates.map { $0?.list.first?.slot }
      var pairs = nearest.indices.compactMap { slot -> (Int, Int)? in
        guard let other = nearest[slot], slot < other, nearest[other] == slot else { return nil }
        return (slot, other)
      }
      // Rounded costs may run in a circle.
      if pairs.isEmpty, let pair = cheapestPair() { pairs = [pair] }
      for (first, second) in pairs {
        clusters.merge(first, second, cost: clusters.cost(first, second))
      }
      correctCandidates(pairs)
      let left = Double(clusters.count) / all
      progress(1 - left * left)
    }
  }

  private func cheapestPair() -> (Int, Int)? {
    candidates.enumerated().compactMap { slot, candidates in
      candidates?.list.first.map { (cost: $0.cost, min(slot, $0.slot), max(slot, $0.slot)) }
    }.min { $0 < $1 }.map { ($0.1, $0.2) }
  }

  // MARK: - After merges

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

  /// What is near a cluster after a round.
  /// - Parameters:
  ///   - parts: what was near the cluster or, if it is a new one, near its parts.
  ///   - merged: for every slot of a merged cluster that of the new one.
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

  /// Follows the clusters to their new slots.
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
      // In double precision, as later corrections are.
      let list = others.map { (slot: $0, cost: clusters.cost(slot, $0)) }
        .sorted { ($0.cost, $0.slot) < ($1.cost, $1.slot) }
      candidates[slot] = Candidates(
        list: list,
        bound: list.count < Self.listLength ? .infinity : list.last?.cost ?? .infinity)
    }
  }

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
