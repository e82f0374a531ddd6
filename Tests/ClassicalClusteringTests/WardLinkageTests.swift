import ClassicalClustering
import Testing

extension ClassicalClusteringTests {
  @Suite struct WardLinkageTests {
    /// What scipy.cluster.hierarchy.ward makes of the blurred half circles, cut at five clusters.
    private static let fiveOfMoons =
      "0123242434010101212421040124342404010434030401213124333401333131213434240103313401212431342424343101"
      + "2404330104344104313101033134242434333134342124242131343431010104342424010431240131343424210121242401"
      + "3401040424240134310431213434313134243434343121043123313424040431013431243431312404013431043101340134"

    private func expect(
      _ tree: WardLinkage, highest: [Double], sum: Double
    ) {
      for (merge, height) in zip(tree.merges.suffix(highest.count), highest) {
        #expect(abs(merge.height - height) < 1e-5 * height)
      }
      #expect(abs(tree.merges.reduce(0) { $0 + $1.height } - sum) < 1e-5 * sum)
    }

    @Test func `The tree is that of scipy`() throws {
      let tree = try WardLinkage(ExamplePoints.moons(300, blur: 0.6), dimensions: 2)
      #expect(tree.merges.count == 299 && tree.merges.last?.size == 300)
      expect(
        tree,
        highest: [
          5.2210251809011465, 5.695399379072091, 7.938450624649107, 9.920483668441765,
          17.651037518613,
        ], sum: 124.17700109482047)
      #expect(try canonical(tree.labels(clusters: 5)) == Self.fiveOfMoons)
    }

    @Test func `Along a graph the tree is that of scikit-learn's connectivity`() throws {
      // AgglomerativeClustering(5, connectivity=kneighbors_graph(x, 5)): five stretches of the spiral,
      // where Ward's criterion alone joins neighbouring arms.
      let graph = try NearestNeighbourGraph(of: ExamplePoints.spiral, dimensions: 2, neighbours: 5)
      let tree = try WardLinkage(ExamplePoints.spiral, dimensions: 2, along: graph)
      expect(
        tree,
        highest: [
          41.76746155995848, 50.306902761228095, 55.30305760338563, 68.9405123606337,
          75.91611285283615,
        ], sum: 676.4497754060421)
      let stretches = [("0", 93), ("1", 31), ("2", 28), ("3", 21), ("4", 27)]
      #expect(
        try canonical(tree.labels(clusters: 5))
          == stretches.map { String(repeating: $0.0, count: $0.1) }.joined())
      let free = try WardLinkage(ExamplePoints.spiral, dimensions: 2)
      expect(
        free,
        highest: [
          36.75610656328292, 39.473055366085454, 47.04804835934164, 76.79976950366925,
          81.84303423889398,
        ], sum: 668.2635264513713)
    }

    @Test func `A merge costs what the sum of squares grows by`() throws {
      // 0 and 2: 1 + 1; then {0, 2} and 10: 2 · 1 / 3 · 81. Heights are roots of twice that.
      let tree = try WardLinkage([0, 10, 2], dimensions: 1)
      #expect(tree.merges[0].first == 0 && tree.merges[0].second == 2)
      #expect(tree.merges[0].height == 2 && tree.merges[0].size == 2)
      #expect(tree.merges[1].first == 1 && tree.merges[1].second == 3)
      #expect(abs(tree.merges[1].height - (2.0 * 54).squareRoot()) < 1e-12)
      #expect(try tree.labels(clusters: 2) == [0, 1, 0])
      #expect(try tree.labels(clusters: 3) == [0, 1, 2])
      #expect(try tree.labels(clusters: 1) == [0, 0, 0])
    }

    @Test func `Parts that a graph does not connect are merged by cost`() throws {
      let points: [Float] = [0, 1, 2, 50, 51, 52, 90, 91, 92]
      let graph = try NearestNeighbourGraph(of: points, dimensions: 1, neighbours: 2)
      let tree = try WardLinkage(points, dimensions: 1, along: graph)
      #expect(try tree.labels(clusters: 3) == [0, 0, 0, 1, 1, 1, 2, 2, 2])
      #expect(try tree.labels(clusters: 2) == [0, 0, 0, 1, 1, 1, 1, 1, 1])
      #expect(tree.merges.count == 8)
    }

    @Test func `Threads change no bit, and heights never fall`() throws {
      let points = ExamplePoints.uniform(0..<4000)
      let graph = try NearestNeighbourGraph(of: points, dimensions: 4, neighbours: 6)
      let trees = try [1, 3].map { threads in
        (
          try WardLinkage(points, dimensions: 4, threads: threads),
          try WardLinkage(points, dimensions: 4, along: graph, threads: threads)
        )
      }
      #expect(trees[0] == trees[1])
      for tree in [trees[0].0, trees[0].1] {
        let heights = tree.merges.map(\.height)
        #expect(heights == heights.sorted())
        #expect(tree.merges.last?.size == 1000)
      }
    }

    @Test func `Equal points are merged first, at no cost`() throws {
      let tree = try WardLinkage([5, 1, 5, 5, 1], dimensions: 1)
      #expect(tree.merges.prefix(3).allSatisfy { $0.height == 0 })
      #expect(try tree.labels(clusters: 2) == [0, 1, 0, 0, 1])
    }

    @Test func `One point needs no merge, and wrong numbers are refused`() throws {
      let one = try WardLinkage([1, 2], dimensions: 2)
      #expect(try one.merges.isEmpty && one.labels(clusters: 1) == [0])
      #expect(throws: ClusteringError.moreClustersThanPoints(clusters: 2, points: 1)) {
        try one.labels(clusters: 2)
      }
      #expect(throws: ClusteringError.self) { try one.labels(clusters: 0) }
      let graph = try NearestNeighbourGraph(of: [1, 2, 3], dimensions: 1, neighbours: 1)
      #expect(throws: ClusteringError.self) {
        try WardLinkage([1, 2], dimensions: 1, along: graph)
      }
    }
  }
}
