/// k-means: Lloyd's algorithm from greedy k-means++ or given starts.
///
///     var kMeans = KMeans(clusters: 2)
///     kMeans.restarts = 3
///     let result = try kMeans.fit([0, 0, 0, 1, 9, 9, 9, 8], dimensions: 2)
///     result.labels   // the first two points together, and the last two
///     result.inertia  // 1
///
/// An iteration takes at most O(N K D) operations, and fewer once most points keep their
/// cluster (`LloydPiece`). Memory beyond the points is a few dozen bytes per point and 128 K D
/// bytes.
///
/// Distances are computed in single precision by matrix products, centres and inertia in
/// double. The same points, settings and seed give the same bits on any number of threads, and
/// on any machine where OpenBLAS runs the same kernel.
public struct KMeans: Hashable, Sendable {
  /// The number of clusters, K.
  public var clusters: Int
  /// The number of starts. The result with the smallest inertia is kept, the first of equal
  /// ones.
  public var restarts = 10
  /// The maximum number of times that the centres are moved.
  public var maximumIterations = 300
  /// Converged if the sum of the squared moves of the centres is at most this many times the
  /// mean variance of the columns (scikit-learn's rule), or if no label changed. With 0, only
  /// the latter counts.
  public var tolerance = 1e-4
  /// Whether centres are scaled to unit length. For points of unit length this maximises the
  /// cosines to the centres (spherical k-means: Dhillon and Modha, "Concept Decompositions for
  /// Large Sparse Text Data", Machine Learning 42, 2001).
  public var isSpherical = false
  /// Determines the starts.
  public var seed: UInt64 = 0
  /// The number of threads. It does not change the result.
  public var threads = 1

  /// - Parameter clusters: K, at least 1 and at most the number of points.
  public init(clusters: Int) {
    self.clusters = clusters
  }

  /// Clusters points, starting from centres that it chooses (`KMeansPlusPlus`).
  /// - Parameters:
  ///   - points: [N, D], row-major, finite.
  ///   - dimensions: D.
  /// - Throws: `ClusteringError` for settings or values out of range, and for fewer points than
  ///   clusters.
  public func fit(_ points: [Float], dimensions: Int) throws(ClusteringError) -> KMeansResult {
    try checkSettings()
    try checkRows(points, named: "points", dimensions)
    let count = points.count / dimensions
    guard clusters <= count else {
      throw .moreClustersThanPoints(clusters: clusters, points: count)
    }
    return withPoints(points, dimensions) { points in
      var best = run(points, from: start(points, restart: 0))
      for restart in 1..<restarts {
        let next = run(points, from: start(points, restart: restart))
        if next.inertia < best.inertia { best = next }
      }
      return best
    }
  }

  /// Clusters points, starting from given centres. `restarts` is not used.
  /// - Parameters:
  ///   - points: [N, D], row-major, finite.
  ///   - dimensions: D.
  ///   - centres: [K, D], row-major.
  /// - Throws: `ClusteringError` for settings or values out of range, another number of centres
  ///   than K, and fewer points than clusters.
  public func fit(
    _ points: [Float], dimensions: Int, startingFrom centres: [Float]
  ) throws(ClusteringError) -> KMeansResult {
    try checkSettings()
    try checkRows(points, named: "points", dimensions)
    try checkRows(centres, named: "starting centres", dimensions)
    guard centres.count == clusters * dimensions else {
      throw .wrongNumberOfCentres(given: centres.count / dimensions, clusters: clusters)
    }
    let count = points.count / dimensions
    guard clusters <= count else {
      throw .moreClustersThanPoints(clusters: clusters, points: count)
    }
    return withPoints(points, dimensions) { run($0, from: centres) }
  }

  /// Calls `body` with the points and with OpenBLAS on one thread.
  private func withPoints(
    _ points: [Float], _ dimensions: Int, _ body: (PointSet) -> KMeansResult
  ) -> KMeansResult {
    OpenBLAS.withoutThreads {
      points.withUnsafeBufferPointer {
        body(PointSet($0, dimensions: dimensions, threads: threads))
      }
    }
  }

  /// The starting centres of a restart, [K, D].
  private func start(_ points: PointSet, restart: Int) -> [Float] {
    KMeansPlusPlus.centres(of: points, clusters: clusters, seed: seed, restart: restart)
  }

  /// Iterates from given centres until convergence.
  private func run(_ points: PointSet, from centres: [Float]) -> KMeansResult {
    let allowedShift = tolerance * points.variance / Double(points.dimensions)
    var lloyd = LloydIteration(points, startingFrom: centres)
    var iterations = 0
    var converged = false
    var changed = 0
    while !converged && iterations < maximumIterations {
      iterations += 1
      changed = lloyd.assign() + lloyd.fillEmptyClusters()
      let shift = lloyd.moveCentres(toUnitLength: isSpherical)
      converged = changed == 0 || shift <= allowedShift
    }
    // The centres have moved since the labels were assigned.
    if changed > 0 { _ = lloyd.assign() }
    return KMeansResult(
      centres: lloyd.centres, labels: lloyd.labels, inertia: lloyd.inertia(),
      iterations: iterations, converged: converged)
  }

  /// - Throws: `ClusteringError.invalidSetting`.
  private func checkSettings() throws(ClusteringError) {
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws(ClusteringError) {
      guard range.contains(value) else {
        throw .invalidSetting(
          name: name, value: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
      }
    }
    try check("clusters", clusters, 1...1_000_000)
    try check("restarts", restarts, 1...1_000_000)
    try check("maximumIterations", maximumIterations, 1...1_000_000)
    try check("threads", threads, 1...1024)
    guard tolerance >= 0, tolerance.isFinite else {
      throw .invalidSetting(name: "tolerance", value: "\(tolerance)", expected: "0 or more")
    }
  }
}

/// The result of k-means.
///
///     let result = try KMeans(clusters: 10).fit(points, dimensions: 3)
///     result.labels[0]           // the cluster of the first point
///     result.centres.prefix(3)   // the first centre
public struct KMeansResult: Hashable, Sendable {
  /// The centres, [K, D] row-major.
  public let centres: [Float]
  /// The nearest centre of each point, [N].
  public let labels: [Int32]
  /// The sum of the squared distances of all points to their centres.
  public let inertia: Double
  /// How often the centres were moved.
  public let iterations: Int
  /// Whether it ended before `maximumIterations`.
  public let converged: Bool
}
