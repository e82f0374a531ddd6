/// Agglomerative clustering by Ward's criterion (Ward, "Hierarchical Grouping to Optimize an Objective
/// Function", JASA 58, 1963): two clusters are merged at the cost by which the sum of squared
/// distances to the centres grows,
///
///     cost(a, b) = n_a n_b / (n_a + n_b) |c_a - c_b|^2.
///
/// The cost never makes a merged cluster nearer to a third one than both of its parts were, so that all
/// pairs that are each other's nearest may be merged at once (Murtagh, "A Survey of Recent Advances in
/// Hierarchical Clustering Algorithms", The Computer Journal 26, 1983). Every round merges them, and
/// finds the nearest cluster anew of those alone that are new or have lost theirs, by matrix products
/// with the centres of all clusters. The tree is that of one merge at a time.
///
/// Time grows with N^2 D. Memory is the centres, N D values, which lie in the place of the points; no
/// N^2 distances are held.
public struct WardLinkage: Hashable, Sendable {
  /// One merge: clusters 0..<N are the points, N + i is what merge i leaves.
  public struct Merge: Hashable, Sendable {
    public let first: Int
    public let second: Int
    /// The square root of twice the cost: for two points their distance.
    public let height: Double
    /// The points of the merged cluster.
    public let size: Int
  }

  /// N - 1 merges, from the lowest to the highest.
  public let merges: [Merge]
  private let count: Int

  /// - Parameters:
  ///   - points: [N, D], row-major; given away (`consume`), they are not copied.
  ///   - progress: hears now and then what part is done, 0...1.
  public init(
    _ points: consuming [Float], dimensions: Int, threads: Int = 1,
    progress: (Double) -> Void = { _ in }
  ) throws(ClusteringError) {
    try checkRows(points, named: "points", dimensions)
    let count = points.count / dimensions
    var rounds = WardRounds(
      WardClusters(points, dimensions: dimensions), dimensions: dimensions, threads: threads)
    OpenBLAS.withoutThreads { rounds.mergeAll(progress) }
    self.init(count: count, unsorted: rounds.clusters.merges)
  }

  /// Merges along the edges of a graph only, which need not be those of nearest clusters, one at a
  /// time from the cheapest on. What the graph does not connect is merged by cost alone in the end.
  /// - Parameters:
  ///   - points: [N, D], row-major; given away (`consume`), they are not copied.
  ///   - graph: may be merged along: every point with its neighbours.
  ///   - progress: hears now and then what part is done, 0...1.
  public init(
    _ points: consuming [Float], dimensions: Int, along graph: NearestNeighbourGraph,
    threads: Int = 1, progress: (Double) -> Void = { _ in }
  ) throws(ClusteringError) {
    try checkRows(points, named: "points", dimensions)
    let count = points.count / dimensions
    guard graph.count == count else {
      throw .invalidSetting(
        name: "the graph's number of points", value: "\(graph.count)", expected: "\(count)")
    }
    var constrained = ConstrainedWard(
      WardClusters(points, dimensions: dimensions), along: graph, threads: threads)
    constrained.mergeAll(progress)
    var rounds = WardRounds(constrained.clusters, dimensions: dimensions, threads: threads)
    OpenBLAS.withoutThreads { rounds.mergeAll { _ in } }
    self.init(count: count, unsorted: rounds.clusters.merges)
  }

  /// Sorts merges by height, of equal ones by their order, and renames clusters accordingly.
  private init(count: Int, unsorted: [Merge]) {
    // Rounding may have left a cluster a little lower than its parts.
    var heights: [Double] = []
    for merge in unsorted {
      let parts = [merge.first, merge.second].map { $0 < count ? 0 : heights[$0 - count] }
      heights.append(max(merge.height, parts[0], parts[1]))
    }
    let order = unsorted.indices.sorted { (heights[$0], $0) < (heights[$1], $1) }
    var names = Array(0..<count + unsorted.count)
    for (place, merge) in order.enumerated() { names[count + merge] = count + place }
    self.count = count
    merges = order.map {
      let parts = [names[unsorted[$0].first], names[unsorted[$0].second]].sorted()
      return Merge(
        first: parts[0], second: parts[1], height: heights[$0], size: unsorted[$0].size)
    }
  }

  /// The cluster of every point, 0..<K in the order of their first points, when `clusters` are left.
  /// - Parameter clusters: K, from 1 to N.
  public func labels(clusters: Int) throws(ClusteringError) -> [Int32] {
    guard clusters >= 1 else {
      throw .invalidSetting(name: "clusters", value: "\(clusters)", expected: "1 to \(count)")
    }
    guard clusters <= count else {
      throw .moreClustersThanPoints(clusters: clusters, points: count)
    }
    // Every node's label is that of what it was merged into last.
    let applied = merges.prefix(count - clusters)
    var parent = Array(0..<count + applied.count)
    for (index, merge) in applied.enumerated() {
      parent[merge.first] = count + index
      parent[merge.second] = count + index
    }
    for node in parent.indices.reversed() where parent[node] != node {
      parent[node] = parent[parent[node]]
    }
    var names: [Int: Int32] = [:]
    return (0..<count).map { point in
      let next = Int32(names.count)
      return names[parent[point]]
        ?? {
          names[parent[point]] = next
          return next
        }()
    }
  }
}
