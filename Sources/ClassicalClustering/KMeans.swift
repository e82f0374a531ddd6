/// k-means: Lloyd's algorithm from greedy k-means++ or given starts.
///
/// Distances are computed in single precision by matrix products, centres and inertia in double.
/// The same points, settings and seed give the same bits on any number of threads (and on any
/// machine where OpenBLAS runs the same kernel).
public struct KMeans: Hashable, Sendable {
  /// The number of clusters, K.
  public var clusters: Int
  /// How many starts are tried; the one with the smallest inertia wins, the first of equal ones.
  public var restarts = 10
  /// At most so many moves of the centres.
  public var maximumIterations = 300
  /// It has converged when the centres' squared moves sum up to at most this many times the mean
  /// variance of the columns (scikit-learn's rule), or when no label changed. 0: only the latter.
  public var tolerance = 1e-4
  /// Whether centres are brought to unit length, which makes sense for unit points: clusters are then
  /// those of the largest cosines (Dhillon and Modha, "Concept Decompositions for Large Sparse Text Data",
  /// Machine Learning 42, 2001).
  public var isSpherical = false
  public var seed: UInt64 = 0
  public var threads = 1

  public init(clusters: Int) {
    self.clusters = clusters
  }

  /// Clusters points from starts of its own.
  /// - Parameter points: [N, D], row-major.
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

  /// Clusters points from given centres.
  /// - Parameters:
  ///   - points: [N, D], row-major.
  ///   - centres: [K, D], row-major.
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

  private func withPoints(
    _ points: [Float], _ dimensions: Int, _ body: (PointSet) -> KMeansResult
  ) -> KMeansResult {
    OpenBLAS.withoutThreads {
      points.withUnsafeBufferPointer {
        body(PointSet($0, dimensions: dimensions, threads: threads))
      }
    }
  }

  private func start(_ points: PointSet, restart: Int) -> [Float] {
    KMeansPlusPlus.centres(of: points, clusters: clusters, seed: seed, restart: restart)
  }

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
    // The centres have moved since the labels were given.
    if changed > 0 { _ = lloyd.assign() }
    return KMeansResult(
      centres: lloyd.centres, labels: lloyd.labels, inertia: lloyd.inertia(),
      iterations: iterations, converged: converged)
  }

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

/// What k-means found.
public struct KMeansResult: Hashable, Sendable {
  /// [K, D], row-major.
  public let centres: [Float]
  /// The nearest centre of every point, [N].
  public let labels: [Int32]
  /// The sum of the squared distances of all points to their centres.
  public let inertia: Double
  /// How often the centres were moved.
  public let iterations: Int
  /// Whether it ended before `maximumIterations`.
  public let converged: Bool
}
