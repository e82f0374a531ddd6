/// Spectral clustering of a nearest-neighbour graph: k-means on the leading eigenvectors of its
/// normalised affinity (Ng, Jordan and Weiss, "On Spectral Clustering: Analysis and an Algorithm",
/// NIPS 2001; von Luxburg, "A Tutorial on Spectral Clustering", Statistics and Computing 17, 2007).
public struct SpectralClustering: Hashable, Sendable {
  /// What a point's row of eigenvector entries is divided by.
  public enum RowScaling: String, CaseIterable, Hashable, Sendable {
    /// Its length (Ng, Jordan and Weiss, step 4).
    case length
    /// The square root of the point's degree, which makes the columns eigenvectors of the random walk
    /// on the graph (Shi and Malik, "Normalized Cuts and Image Segmentation", PAMI 22, 2000; what von
    /// Luxburg advises, section 8.5).
    case degree
  }

  public var weights = AffinityWeights.selfTuning
  public var scaling = RowScaling.length
  /// The eigenvectors' residuals are at most so large; those of random vectors are about 1.
  public var tolerance = 1e-6
  /// After so many restarts of the eigensolver its vectors are taken as they are.
  public var maximumRestarts = 300
  /// k-means on the eigenvectors: their number is its number of clusters.
  public var kMeans: KMeans

  public init(clusters: Int) {
    kMeans = KMeans(clusters: clusters)
  }

  /// Bytes that `fit` needs for each point of a large graph, the graph itself included: the basis of
  /// the eigensolver with the blocks that it works on, the affinity matrix, and the rows for k-means.
  public func bytesPerPoint(neighbours: Int) -> Int {
    let count = kMeans.clusters
    let (block, capacity) = BlockLanczos.sizes(of: count)
    let (double, float, index) = (8, 4, 4)
    // An edge stands in the rows of both of its ends.
    let graph = neighbours * (float + index) + 2 * neighbours * (double + index)
    return graph + (capacity + 3 * block + count) * double + count * float
  }

  public func fit(_ graph: NearestNeighbourGraph) throws(ClusteringError) -> SpectralResult {
    let embedding = try embed(graph)
    let clusters = try kMeans.fit(embedding.rows, dimensions: kMeans.clusters)
    return SpectralResult(labels: clusters.labels, embedding: embedding)
  }

  /// The rows that k-means is given.
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

/// Points by the leading eigenvectors of their graph.
public struct SpectralEmbedding: Hashable, Sendable {
  /// Of D^-1/2 W D^-1/2, descending, [K]; 1 less those of the normalised Laplacian.
  public let eigenvalues: [Double]
  /// [N, K], row-major.
  public let rows: [Float]
  /// Whether the eigenvectors are as exact as was asked for.
  public let converged: Bool
}

/// What spectral clustering found.
public struct SpectralResult: Hashable, Sendable {
  /// [N]
  public let labels: [Int32]
  public let embedding: SpectralEmbedding
}
