import ClassicalClustering
import Testing

extension ClassicalClusteringTests {
  @Suite struct SpectralClusteringTests {
    private let blurred = ExamplePoints.moons(300, blur: 0.6)

    private func embedding(
      _ points: [Float], _ weights: AffinityWeights, _ scaling: SpectralClustering.RowScaling,
      clusters: Int, neighbours: Int = 10, threads: Int = 1
    ) throws -> SpectralEmbedding {
      let graph = try NearestNeighbourGraph(of: points, dimensions: 2, neighbours: neighbours)
      var clustering = SpectralClustering(clusters: clusters)
      clustering.weights = weights
      clustering.scaling = scaling
      clustering.tolerance = 1e-9
      clustering.kMeans.threads = threads
      return try clustering.embed(graph)
    }

    /// Products of rows, which do not change when eigenvectors are turned or change their sign.
    private func products(_ embedding: SpectralEmbedding, _ pairs: [(Int, Int)]) -> [Double] {
      let width = embedding.eigenvalues.count
      return pairs.map { first, second in
        (0..<width).reduce(0.0) {
          $0 + Double(embedding.rows[first * width + $1])
            * Double(embedding.rows[second * width + $1])
        }
      }
    }

    private let pairs = [(0, 0), (0, 12), (5, 101), (299, 13), (150, 151)]

    private func expect(_ values: [Double], _ expected: [Double], within tolerance: Double) {
      #expect(values.count == expected.count)
      for (value, other) in zip(values, expected) { #expect(abs(value - other) < tolerance) }
    }

    @Test func `Memory is that of the eigensolver's basis and of the graph`() {
      // 200 vectors and 8 blocks of 32 are the basis, 3 blocks are worked on, 200 vectors come out, as
      // double and as float. Each of 10 neighbours is 8 bytes of the graph, and twice 12 of the matrix.
      let bytes = SpectralClustering(clusters: 200).bytesPerPoint(neighbours: 10)
      #expect(bytes == (200 + 8 * 32 + 3 * 32 + 200) * 8 + 200 * 4 + 10 * (8 + 24))
    }

    @Test func `Eigenvalues and embedding are those of scikit-learn's nearest-neighbour affinity`()
      throws
    {
      // spectral_embedding(..., n_components=4, drop_first=False) of kneighbors_graph(x, 11,
      // include_self=True), symmetrised: 10 neighbours and the point itself, which the Laplacian ignores.
      let result = try embedding(blurred, .connectivity, .degree, clusters: 4)
      #expect(result.converged)
      expect(
        result.eigenvalues, [1.0, 0.9951546675712508, 0.9886110254281806, 0.9804647007653322],
        within: 1e-8)
      expect(
        products(result, pairs),
        [
          0.002813470460197397, 0.002803245575476856, 0.0004750638678074363, -0.0006272121483808207,
          -5.1922232750937307e-05,
        ], within: 1e-8)
    }

    @Test func `Self-tuning weights and rows of length 1 are those of the papers' equations`()
      throws
    {
      // numpy: eigh of the dense matrix.
      let result = try embedding(blurred, .selfTuning, .length, clusters: 4)
      expect(
        result.eigenvalues, [1.0, 0.9959999292678049, 0.990511051458955, 0.9834206255484808],
        within: 1e-5)
      expect(
        products(result, pairs),
        [
          1.0000000000000002, 0.9999948786066537, 0.31395156555153836, -0.3255896891894526,
          -0.026567243550979492,
        ], within: 1e-4)
    }

    @Test func `Half circles are told apart, which k-means cannot`() throws {
      let points = ExamplePoints.moons(300, blur: 0.15)
      let graph = try NearestNeighbourGraph(of: points, dimensions: 2, neighbours: 10)
      let result = try SpectralClustering(clusters: 2).fit(graph)
      #expect(canonical(result.labels) == String(repeating: "01", count: 150))
      // The graph falls into two parts: the largest eigenvalue is there twice.
      expect(result.embedding.eigenvalues, [1, 1], within: 1e-9)
      let means = try KMeans(clusters: 2).fit(points, dimensions: 2).labels
      #expect(canonical(means) != String(repeating: "01", count: 150))
    }

    @Test func `As many clusters as parts are found, also where they are many`()
      throws
    {
      // 40 groups far from one another, more than vectors in the eigensolver's block.
      let points = (0..<4000).flatMap { index -> [Float] in
        [
          Float(10 * (index % 40)) + Float(ExamplePoints.u(2 * index)),
          Float(ExamplePoints.u(2 * index + 1)),
        ]
      }
      let graph = try NearestNeighbourGraph(of: points, dimensions: 2, neighbours: 6)
      let result = try SpectralClustering(clusters: 40).fit(graph)
      #expect(result.embedding.converged)
      #expect(result.embedding.eigenvalues.allSatisfy { abs($0 - 1) < 1e-6 })
      let isRight = result.labels == (0..<4000).map { result.labels[$0 % 40] }
      #expect(isRight && Set(result.labels).count == 40)
    }

    @Test func `Threads and repeats change no bit`() throws {
      let points = ExamplePoints.moons(1500, blur: 0.4)
      let one = try embedding(points, .selfTuning, .length, clusters: 5)
      #expect(try embedding(points, .selfTuning, .length, clusters: 5) == one)
      #expect(try embedding(points, .selfTuning, .length, clusters: 5, threads: 3) == one)
    }

    @Test func `Points that are all the same are tied alike`() throws {
      let result = try embedding(
        [Float](repeating: 3, count: 40), .selfTuning, .length, clusters: 2, neighbours: 4)
      #expect(result.rows.allSatisfy { $0.isFinite })
    }

    @Test func `More clusters than points are refused`() throws {
      let graph = try NearestNeighbourGraph(of: [0, 1, 2], dimensions: 1, neighbours: 1)
      #expect(throws: ClusteringError.moreClustersThanPoints(clusters: 4, points: 3)) {
        try SpectralClustering(clusters: 4).fit(graph)
      }
    }
  }
}
