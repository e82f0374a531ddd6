/// Merges clusters along the edges of a graph, always along the cheapest edge.
///
/// A merged cluster has the edges of both parts. Edges wait in a heap. An edge to a cluster
/// that has changed is not removed but ignored when it comes up, because its age is wrong. With
/// E edges the heap takes O(E log E) time, and costs take O(D) per edge that is added.
struct ConstrainedWard {
  /// After `mergeAll`, the clusters that no edge connects.
  private(set) var clusters: WardClusters
  /// For each slot, the slots that it may be merged with, ascending, as of the time when the
  /// slot's cluster arose. A slot that has been merged since stands for the cluster that it was
  /// merged into.
  private var neighbours: [[Int32]]
  /// For each slot, the slot that its cluster was merged into; itself while it is in use.
  private var successor: [Int]
  /// Counted up when the slot's cluster changes; -1 once the slot is free. An edge of another
  /// age is void.
  private var age: [Int32]
  /// The possible merges, including void ones.
  private var edges = EdgeHeap()
  private let threads: Int

  /// - Parameters:
  ///   - clusters: one for each point of the graph.
  ///   - graph: its edges count in both directions.
  init(_ clusters: WardClusters, along graph: NearestNeighbourGraph, threads: Int) {
    self.clusters = clusters
    self.threads = threads
    successor = Array(0..<clusters.count)
    age = [Int32](repeating: 0, count: clusters.count)
    var lists = [[Int32]](repeating: [], count: clusters.count)
    for point in 0..<graph.count {
      for rank in 0..<graph.neighbours {
        let other = Int(graph.indices[point * graph.neighbours + rank])
        lists[point].append(Int32(other))
        lists[other].append(Int32(point))
      }
    }
    neighbours = lists.map { Array(Set($0)).sorted() }
    for slot in neighbours.indices { addEdges(of: slot, to: neighbours[slot].filter { $0 > slot }) }
  }

  /// Merges until no edge is left.
  /// - Parameter progress: called after every thousandth merge with the fraction done.
  mutating func mergeAll(_ progress: (Double) -> Void) {
    while let edge = edges.popFirst() {
      let (first, second) = (Int(edge.first), Int(edge.second))
      guard age[first] == edge.firstAge, age[second] == edge.secondAge else { continue }
      clusters.merge(first, second, cost: edge.cost)
      age[first] += 1
      age[second] = -1
      successor[second] = first
      var joined: Set<Int32> = []
      for other in neighbours[first] + neighbours[second] {
        let slot = root(of: Int(other))
        if slot != first { joined.insert(Int32(slot)) }
      }
      neighbours[second] = []
      neighbours[first] = joined.sorted()
      addEdges(of: first, to: neighbours[first])
      if clusters.merges.count.isMultiple(of: 1000) {
        progress(Double(clusters.merges.count) / Double(clusters.count))
      }
    }
    _ = clusters.removeFreeSlots()
  }

  /// The slot that holds the cluster of a slot now (union-find with path halving).
  private mutating func root(of slot: Int) -> Int {
    var slot = slot
    while successor[slot] != slot {
      successor[slot] = successor[successor[slot]]
      slot = successor[slot]
    }
    return slot
  }

  /// Adds edges from a slot to others, with costs computed in parallel.
  private mutating func addEdges(of slot: Int, to others: [Int32]) {
    var costs = [Double](repeating: 0, count: others.count)
    let clusters = clusters
    let pieces = (others.count + 63) / 64
    costs.withUnsafeMutableBufferPointer { costs in
      let costs = costs
      parallelFor(pieces, threads: threads) { piece in
        for index in piece * 64..<min((piece + 1) * 64, others.count) {
          costs[index] = clusters.cost(slot, Int(others[index]))
        }
      }
    }
    for (other, cost) in zip(others, costs) {
      edges.insert(
        Edge(
          cost: cost, first: Int32(min(slot, Int(other))), second: Int32(max(slot, Int(other))),
          firstAge: age[min(slot, Int(other))], secondAge: age[max(slot, Int(other))]))
    }
  }
}

/// A possible merge. It is valid as long as neither cluster has changed.
private struct Edge {
  let cost: Double
  let first: Int32
  let second: Int32
  let firstAge: Int32
  let secondAge: Int32

  /// Whether this edge comes first: by cost, then by slots, so that equal costs have one order.
  func precedes(_ other: Edge) -> Bool {
    (cost, first, second) < (other.cost, other.first, other.second)
  }
}

/// A binary heap: the cheapest edge first; of equally cheap ones, that of the first slots.
private struct EdgeHeap {
  private var edges: [Edge] = []

  /// Adds an edge, in O(log E).
  mutating func insert(_ edge: Edge) {
    edges.append(edge)
    var place = edges.count - 1
    while place > 0, edges[place].precedes(edges[(place - 1) / 2]) {
      edges.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// Removes and returns the first edge; nil if there is none.
  mutating func popFirst() -> Edge? {
    guard let first = edges.first, let last = edges.popLast() else { return nil }
    if edges.isEmpty { return first }
    edges[0] = last
    var place = 0
    while true {
      var smallest = place
      for child in [2 * place + 1, 2 * place + 2] where child < edges.count {
        if edges[child].precedes(edges[smallest]) { smallest = child }
      }
      if smallest == place { return first }
      edges.swapAt(place, smallest)
      place = smallest
    }
  }
}
