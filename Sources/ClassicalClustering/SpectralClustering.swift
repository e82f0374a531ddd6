/// Spectral clustering of a nearest-neighbour graph: k-means on the leading eigenvectors of its
/// normalised affinity (Ng, Jordan and Weiss, "On Spectral Clustering: Analysis and an
/// Algorithm", NIPS 2001; von Luxburg, "A Tutorial on Spectral Clustering", Statistics and
/// Computing 17, 2007).
///
///     let graph = try NearestNeighbourGraph(of: points, dimensions: 3_072, neighbours: 10)
///     let result = try SpectralClustering(clusters: 10).fit(graph)
///     result.labels
///
/// The eigensolver (`BlockLanczos`) dominates the time beyond the graph; `bytesPerPoint` gives
/// the memory.
public struct SpectralClustering: Hashable, Sendable {
  /// The divisor of a point's row of eigenvector entries.
  ///
  ///     var spectral = SpectralClustering(clusters: 10)
  ///     spectral.scaling = .degree
  public enum RowScaling: String, CaseIterable, Hashable, Sendable {
    /// The row's length (Ng, Jordan and Weiss, step 4).
    case length
    /// The square root of the point's degree. The columns are then eigenvectors of the random
    /// walk on the graph (Shi and Malik, "Normalized Cuts and Image Segmentation", PAMI 22,
    /// 2000), which von Luxburg recommends (section 8.5).
    case degree
  }

  /// The weights of the graph's edges.
  public var weights = AffinityWeights.selfTuning
  /// The scaling of the rows before k-means.
  public var scaling = RowScaling.length
  /// The largest residual of the eigenvectors to accept. Random vectors have residuals of about
  /// 1.
  public var tolerance = 1e-6
  /// After so many restarts the eigensolver's vectors are taken as they are.
  public var maximumRestarts = 300
  /// k-means on the eigenvectors, with as many clusters as eigenvectors. Its seed and threads
  /// apply to the eigensolver, too.
  public var kMeans: KMeans

  /// - Parameter clusters: K, the number of clusters and of eigenvectors.
  public init(clusters: Int) {
    kMeans = KMeans(clusters: clusters)
  }

  /// The bytes that `fit` needs for each point of a large graph, including the graph: the basis
  /// of the eigensolver with its blocks, the affinity matrix, and the rows for k-means.
  public func bytesPerPoint(neighbours: Int) -> Int {
    let count = kMeans.clusters
    let (block, capacity) = BlockLanczos.sizes(of: count)
    let (double, float, index) = (8, 4, 4)
    // An edge stands in the rows of both of its ends.
    let graph = neighbours * (float + index) + 2 * neighbours * (double + index)
    return graph + (capacity + 3 * block + count) * double + count * float
  }

  /// Clusters the points of a graph.
  /// - Throws: `ClusteringError` for fewer points than clusters, settings of k-means out of
  ///   range, or a failure of LAPACK.
  public func fit(_ graph: NearestNeighbourGraph) throws(ClusteringError) -> SpectralResult {
    let embedding = try embed(graph)
    let clusters = try kMeans.fit(embedding.rows, dimensions: kMeans.clusters)
    return SpectralResult(labels: clusters.labels, embedding: embedding)
  }

  /// The rows that k-means is given. Points without edges get rows of zeros.
  /// - Throws: `ClusteringError` for fewer points than clusters, or a failure of LAPACK.
  public func embed(_ graph: NearestNeighbourGraph) throws(ClusteringError) -> SpectralEmbedding {
    let count = kMeans.clusters
    guard count >= 1, count <= graph.count else {
      throw .moreClustersThanPoints(clusters: count, points: graph.count)
    }
    let matrix = AffinityMatrix(graph, weights: weights)
    let solution = try OpenBLAS.withoutThreads { () throws(ClusteringError) in
      try BlockLanczos(
        matrix, count: count, tolerance: tolerance, maximumRestarts: maximumRestarts,
        seed: kMeans.seed, threads: kMeans.threads)
    }
    var rows = [Float](repeating: 0, count: solution.vectors.count)
    for point in 0..<graph.count {
      let vector = solution.vectors[point * count..<(point + 1) * count]
      let square =
        switch scaling {
        case .length: vector.reduce(0) { $0 + $1 * $1 }
        case .degree: matrix.degrees[point]
        }
      guard square > 0 else { continue }
      for (index, value) in vector.enumerated() {
        rows[point * count + index] = Float(value / square.squareRoot())
      }
    }
    return SpectralEmbedding(
      eigenvalues: solution.values, rows: rows, converged: solution.converged)
  }
}

/// Points as rows of the leading eigenvectors of their graph.
///
///     let embedding = try SpectralClustering(clusters: 10).embed(graph)
///     embedding.eigenvalues[0]   // 1, once for each connected part of the graph
public struct SpectralEmbedding: Hashable, Sendable {
  /// The eigenvalues of D^-1/2 W D^-1/2, descending, [K]. Those of the normalised Laplacian are
  /// 1 minus these.
  public let eigenvalues: [Double]
  /// The scaled rows, [N, K] row-major.
  public let rows: [Float]
  /// Whether the residuals are within the tolerance.
  public let converged: Bool
}

/// The result of spectral clustering.
///
///     let result = try SpectralClustering(clusters: 10).fit(graph)
///     result.labels[0]   // the cluster of the first point
public struct SpectralResult: Hashable, Sendable {
  /// The cluster of each point, [N].
  public let labels: [Int32]
  /// The rows that k-means has clustered.
  public let embedding: SpectralEmbedding
}
