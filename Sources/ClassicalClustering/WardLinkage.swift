/// Agglomerative clustering by Ward's criterion (Ward, "Hierarchical Grouping to Optimize an
/// Objective Function", JASA 58, 1963). The cost of merging two clusters is the growth of the
/// sum of squared distances to the centres,
///
///     cost(a, b) = n_a n_b / (n_a + n_b) |c_a - c_b|^2.
///
///     let tree = try WardLinkage([0, 1, 5, 6, 20], dimensions: 1)
///     try tree.labels(clusters: 2)  // [0, 0, 0, 0, 1]
///
/// A merged cluster is never nearer to a third one than the nearer of its parts was. So all
/// pairs that are each other's nearest may be merged at once (Murtagh, "A Survey of Recent
/// Advances in Hierarchical Clustering Algorithms", The Computer Journal 26, 1983). Each round
/// merges them, and then searches the nearest cluster only of those that are new or have lost
/// theirs, by matrix products with all centres. The tree is the same as with one merge at a
/// time.
///
/// Time grows with N^2 D. Memory is N D values for the centres, which replace the points. No
/// N^2 distances are stored.
public struct WardLinkage: Hashable, Sendable {
  /// One merge of two clusters. Clusters 0..<N are the points, and N + i is the result of merge
  /// i, as in SciPy's linkage matrices.
  ///
  ///     linkage.merges.last?.height   // how far apart the last two clusters are
  public struct Merge: Hashable, Sendable {
    /// The two clusters, `first` being the smaller number.
    public let first: Int
    public let second: Int
    /// The square root of twice the cost, as in SciPy: for two points, their distance.
    public let height: Double
    /// The number of points in the merged cluster.
    public let size: Int
  }

  /// The N - 1 merges in ascending order of height.
  public let merges: [Merge]
  /// The number of points, N.
  private let count: Int

  /// Builds the tree.
  /// - Parameters:
  ///   - points: [N, D], row-major, finite. If they are passed with `consume`, they are not
  ///     copied.
  ///   - dimensions: D.
  ///   - threads: the number of threads, which does not change the result.
  ///   - progress: called repeatedly with the fraction done, 0...1.
  /// - Throws: `ClusteringError` if values are not whole rows or are out of range.
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

  /// Builds a tree whose merges follow the edges of a graph, one at a time and always the
  /// cheapest. Clusters that no edge connects are merged by cost alone at the end.
  /// - Parameters:
  ///   - points: [N, D], row-major, finite. If they are passed with `consume`, they are not
  ///     copied.
  ///   - dimensions: D.
  ///   - graph: the edges: each point with its neighbours, in both directions.
  ///   - threads: the number of threads, which does not change the result.
  ///   - progress: called repeatedly with the fraction done, 0...1.
  /// - Throws: `ClusteringError` for values out of range, and for a graph of another number of
  ///   points.
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

  /// Sorts merges by height, equal ones by their order, and renumbers clusters accordingly.
  private init(count: Int, unsorted: [Merge]) {
    // Rounding may have put a cluster slightly lower than its parts.
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

  /// The cluster of each point when `clusters` are left, [N]. Clusters are numbered 0..<K in
  /// the order of their first points.
  /// - Parameter clusters: K, from 1 to N.
  /// - Throws: `ClusteringError` for other numbers.
  public func labels(clusters: Int) throws(ClusteringError) -> [Int32] {
    guard clusters >= 1 else {
      throw .invalidSetting(name: "clusters", value: "\(clusters)", expected: "1 to \(count)")
    }
    guard clusters <= count else {
      throw .moreClustersThanPoints(clusters: clusters, points: count)
    }
    // Each node ends up in the cluster that it was merged into last.
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
