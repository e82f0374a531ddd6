import ClassicalClustering
import Core
import Testing

extension ClassicalClusteringTests {
  @Suite struct NearestNeighbourTests {
    @Test func `Neighbours are those that scikit-learn finds`() throws {
      let graph = try NearestNeighbourGraph(
        of: ExamplePoints.moons(300, blur: 0.6), dimensions: 2, neighbours: 10)
      #expect(graph.indices[0..<10] == [36, 122, 264, 72, 178, 246, 44, 106, 260, 12])
      #expect(graph.indices[1370..<1380] == [213, 113, 17, 119, 47, 161, 189, 157, 25, 57])
      // All of them: the sum of each index times its rank, counted from 1, and of squared distances.
      let checksum = graph.indices.enumerated().reduce(0) {
        $0 + Int($1.element) * ($1.offset % 10 + 1)
      }
      #expect(checksum == 2_480_017)
      let sum = graph.squaredDistances.reduce(0.0) { $0 + Double($1) }
      #expect(abs(sum - 89.96274486050383) < 1e-3)
    }

    /// Blocks and chunks have 256 and 1,024 points: sizes around their borders, and several of them.
    @Test(arguments: [2, 255, 257, 1030, 2600])
    func `Every point's list is that of a search through all others`(count: Int) throws {
      let points = ExamplePoints.uniform(0..<3 * count)
      let neighbours = min(5, count - 1)
      let graph = try NearestNeighbourGraph(of: points, dimensions: 3, neighbours: neighbours)
      for point in stride(from: 0, to: count, by: 51) {
        func distance(_ other: Int) -> Double {
          (0..<3).reduce(0) { sum, column in
            let difference = Double(points[3 * point + column]) - Double(points[3 * other + column])
            return sum + difference * difference
          }
        }
        let nearest = (0..<count).filter { $0 != point }
          .sorted { distance($0) < distance($1) }.prefix(neighbours)
        let found = graph.indices[point * neighbours..<(point + 1) * neighbours]
        // Single precision may swap neighbours that are equally near within it.
        for (expected, index) in zip(nearest, found) {
          #expect(abs(distance(expected) - distance(Int(index))) < 1e-6)
        }
        #expect(!found.contains(Int32(point)) && Set(found).count == neighbours)
      }
    }

    @Test func `Threads change no bit, and equal points are ordered by their index`() throws {
      let points = ExamplePoints.uniform(0..<9000)
      let one = try NearestNeighbourGraph(of: points, dimensions: 3, neighbours: 7)
      #expect(
        try NearestNeighbourGraph(of: points, dimensions: 3, neighbours: 7, threads: 3) == one)
      let same = try NearestNeighbourGraph(
        of: [Float](repeating: 4, count: 12), dimensions: 2, neighbours: 3)
      #expect(same.indices[0..<3] == [1, 2, 3] && same.indices[15..<18] == [0, 1, 2])
    }

    @Test func `Progress rises to 1`() throws {
      var heard: [Double] = []
      _ = try NearestNeighbourGraph(
        of: ExamplePoints.uniform(0..<3000), dimensions: 3, neighbours: 2,
        progress: { heard.append($0) })
      #expect(heard.count == 4 && heard == heard.sorted() && heard.last == 1)
    }

    @Test func `The nearest of other points is found`() throws {
      #expect(
        try nearestPoints(to: [9, 9, 1, 0], among: [0, 0, 10, 10, 0, 0], dimensions: 2) == [1, 0])
      #expect(throws: ClusteringError.self) {
        try NearestNeighbourGraph(of: [1, 2, 3], dimensions: 1, neighbours: 3)
      }
    }
  }
}
