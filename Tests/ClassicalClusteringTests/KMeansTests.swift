import COpenBLAS
import ClassicalClustering
import Core
import Testing

extension ClassicalClusteringTests {
  @Suite struct KMeansTests {
    /// `groups` Gaussian groups far from one another, points in turn, [N, D].
    private func groupedPoints(
      _ count: Int, dimensions: Int, groups: Int, offset: Double = 0
    ) -> [Float] {
      var random = RandomStream(seed: 17, purpose: .rehearsal)
      let middles = (0..<groups * dimensions).map { _ in 10 * random.normal() }
      return (0..<count).flatMap { point in
        (0..<dimensions).map { column in
          Float(offset + middles[(point % groups) * dimensions + column] + random.normal())
        }
      }
    }

    @Test func `Two pairs on a line become two clusters`() throws {
      // Centres 0.5 and 10.5, every point 0.5 away: inertia 4 · 0.25.
      let result = try KMeans(clusters: 2).fit([0, 10, 1, 11], dimensions: 1)
      #expect(result.centres.sorted() == [0.5, 10.5])
      #expect(result.labels[0] == result.labels[2] && result.labels[1] == result.labels[3])
      #expect(result.labels[0] != result.labels[1])
      #expect(result.inertia == 1)
      #expect(result.converged)
    }

    @Test(arguments: [1, 3, 8, 30])
    func `Well separated groups are found from own starts`(groups: Int) throws {
      let points = groupedPoints(600, dimensions: 20, groups: groups)
      let result = try KMeans(clusters: groups).fit(points, dimensions: 20)
      let names = (0..<groups).map { result.labels[$0] }
      #expect(Set(names).count == groups)
      #expect(result.labels == (0..<600).map { names[$0 % groups] })
    }

    @Test func `One cluster is the mean, and its inertia the scatter`() throws {
      // Mean (2, 4); squared distances 1 + 4, 1 + 4, 0.
      let result = try KMeans(clusters: 1).fit([1, 2, 3, 6, 2, 4], dimensions: 2)
      #expect(result.centres == [2, 4])
      #expect(result.inertia == 10)
    }

    @Test func `As many clusters as points leave no inertia`() throws {
      let result = try KMeans(clusters: 4).fit([0, 3, 5, 9], dimensions: 1)
      #expect(result.inertia == 0)
      #expect(Set(result.labels).count == 4)
    }

    @Test(arguments: [(5000, 64, 10), (999, 3, 200), (700, 3072, 10)])
    func `Threads and repeats change no bit`(count: Int, dimensions: Int, clusters: Int) throws {
      let points = groupedPoints(count, dimensions: dimensions, groups: 7)
      var kMeans = KMeans(clusters: clusters)
      kMeans.restarts = 2
      kMeans.maximumIterations = 20
      let first = try kMeans.fit(points, dimensions: dimensions)
      #expect(try kMeans.fit(points, dimensions: dimensions) == first)
      for threads in [2, 3, 64] {
        kMeans.threads = threads
        #expect(try kMeans.fit(points, dimensions: dimensions) == first)
      }
    }

    @Test
    func `The result does not depend on OpenBLAS's own threads, which it leaves as they were`()
      async
    {
      // In a process of its own: their number is one for all of it, and so for the tests beside this one.
      await #expect(processExitsWith: .success) {
        let points = KMeansTests().groupedPoints(3000, dimensions: 100, groups: 5)
        var results: [KMeansResult] = []
        for threads in [Int32(1), 2] {
          openblas_set_num_threads(threads)
          results.append(try KMeans(clusters: 8).fit(points, dimensions: 100))
          try #require(openblas_get_num_threads() == threads)
        }
        try #require(results[0] == results[1])
      }
    }

    @Test func `OpenBLAS tells its version and the processor's kernel`() {
      #expect(OpenBLAS.configuration.contains(/OpenBLAS \d+\.\d+.* \(running \w+\)$/))
    }

    @Test func `The seed decides the starts`() throws {
      var random = RandomStream(seed: 23, purpose: .rehearsal)
      let points = (0..<4000).map { _ in Float(random.uniform()) }
      var kMeans = KMeans(clusters: 20)
      kMeans.restarts = 1
      let first = try kMeans.fit(points, dimensions: 2)
      kMeans.seed = 1
      #expect(try kMeans.fit(points, dimensions: 2).centres != first.centres)
    }

    @Test func `More restarts never end with a larger inertia`() throws {
      var random = RandomStream(seed: 29, purpose: .rehearsal)
      let points = (0..<2000).map { _ in Float(random.uniform()) }
      var kMeans = KMeans(clusters: 15)
      var last = Double.infinity
      for restarts in [1, 2, 5, 10] {
        kMeans.restarts = restarts
        let inertia = try kMeans.fit(points, dimensions: 2).inertia
        #expect(inertia <= last)
        last = inertia
      }
    }

    @Test func `Points far from the origin are clustered as those around it`() throws {
      let near = groupedPoints(500, dimensions: 16, groups: 6)
      let far = near.map { $0 + 4096 }
      var kMeans = KMeans(clusters: 6)
      kMeans.restarts = 1
      #expect(
        try kMeans.fit(far, dimensions: 16).labels == kMeans.fit(near, dimensions: 16).labels)
    }

    @Test func `A cluster that loses all points starts again at the farthest one`() throws {
      // The centre at 100 attracts nobody; 9 is farthest from its centre 1 and founds the cluster.
      var kMeans = KMeans(clusters: 2)
      kMeans.tolerance = 0
      let result = try kMeans.fit([0, 1, 2, 9], dimensions: 1, startingFrom: [1, 100])
      #expect(result.labels == [0, 0, 0, 1])
      #expect(result.centres == [1, 9])
      #expect(result.inertia == 2)
    }

    @Test func `Points that are all the same end at once, with one cluster in use`() throws {
      let result = try KMeans(clusters: 3).fit([4, 4, 4, 4], dimensions: 1)
      #expect(result.labels == [0, 0, 0, 0])
      #expect(result.inertia == 0)
      #expect(result.converged)
    }

    @Test func `Labels name the nearest of the returned centres, also when stopped early`() throws {
      let points = groupedPoints(400, dimensions: 8, groups: 12)
      var kMeans = KMeans(clusters: 9)
      kMeans.restarts = 1
      kMeans.maximumIterations = 1
      let result = try kMeans.fit(points, dimensions: 8)
      #expect(result.iterations == 1)
      var inertia = 0.0
      for point in 0..<400 {
        let distances = (0..<9).map { centre in
          (0..<8).reduce(0.0) { sum, column in
            let difference =
              Double(points[point * 8 + column]) - Double(result.centres[centre * 8 + column])
            return sum + difference * difference
          }
        }
        let nearest = distances.indices.min { distances[$0] < distances[$1] }
        #expect(nearest == Int(result.labels[point]))
        inertia += distances.min() ?? 0
      }
      #expect(abs(result.inertia - inertia) < 1e-9 * inertia)
    }

    /// Lloyd's algorithm as it is written down, in double precision: every distance in every step.
    private func plainLloyd(
      _ points: [Float], dimensions: Int, startingFrom starts: [Float], steps: Int
    ) -> (labels: [Int32], inertias: [Double]) {
      let rows = stride(from: 0, to: points.count, by: dimensions).map {
        points[$0..<$0 + dimensions].map(Double.init)
      }
      var centres = stride(from: 0, to: starts.count, by: dimensions).map {
        starts[$0..<$0 + dimensions].map(Double.init)
      }
      var labels: [Int32] = []
      var inertias: [Double] = []
      for _ in 0...steps {
        var sums = centres.map { _ in [Double](repeating: 0, count: dimensions) }
        var sizes = centres.map { _ in 0.0 }
        var inertia = 0.0
        labels = rows.map { row in
          let distances = centres.map {
            zip($0, row).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
          }
          let nearest = distances.indices.min { distances[$0] < distances[$1] } ?? 0
          inertia += distances[nearest]
          sizes[nearest] += 1
          for column in 0..<dimensions { sums[nearest][column] += row[column] }
          return Int32(nearest)
        }
        inertias.append(inertia)
        for (cluster, size) in sizes.enumerated() where size > 0 {
          centres[cluster] = sums[cluster].map { $0 / size }
        }
      }
      return (labels, inertias)
    }

    /// Many clusters that overlap, so that centres go on moving, some of them longer than others.
    @Test(arguments: [(1, 0.0), (4, 0), (6, 300), (12, 0), (25, 0)])
    func `Distances that are left out change no label`(steps: Int, offset: Double) throws {
      var random = RandomStream(seed: 31, purpose: .rehearsal)
      let (count, dimensions, clusters) = (3000, 6, 40)
      let middles = (0..<clusters * dimensions).map { _ in 2 * random.normal() }
      let points = (0..<count * dimensions).map { index in
        let group = (index / dimensions * 7919) % clusters
        return Float(offset + middles[group * dimensions + index % dimensions] + random.normal())
      }
      let starts = Array(points.prefix(clusters * dimensions))
      let plain = plainLloyd(points, dimensions: dimensions, startingFrom: starts, steps: steps)
      var kMeans = KMeans(clusters: clusters)
      kMeans.maximumIterations = steps
      kMeans.tolerance = 0
      let result = try kMeans.fit(points, dimensions: dimensions, startingFrom: starts)
      let different = zip(result.labels, plain.labels).count { $0 != $1 }
      // A point between two centres may go either way within single precision.
      #expect(different <= 3)
      #expect(abs(result.inertia / plain.inertias[steps] - 1) < 1e-5)
    }

    @Test
    func `Spherical centres are the directions of their points, which have the largest cosine`()
      throws
    {
      var random = RandomStream(seed: 3, purpose: .rehearsal)
      // Directions around three axes, some near and some far.
      let points = (0..<300).flatMap { point -> [Float] in
        var row = (0..<5).map { _ in [0.1, 0.3, 0.6][point % 3] * random.normal() }
        row[point % 3] += 1
        let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return row.map { Float($0 / length) }
      }
      var kMeans = KMeans(clusters: 3)
      kMeans.tolerance = 0
      let means = try kMeans.fit(points, dimensions: 5)
      kMeans.isSpherical = true
      let result = try kMeans.fit(points, dimensions: 5)
      #expect(result.labels != means.labels, "another criterion")
      for cluster in 0..<3 {
        let members = result.labels.indices.filter { result.labels[$0] == cluster }
        let sum = (0..<5).map { column in
          members.reduce(0.0) { $0 + Double(points[$1 * 5 + column]) }
        }
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for column in 0..<5 {
          #expect(abs(Double(result.centres[cluster * 5 + column]) - sum[column] / length) < 1e-5)
        }
      }
      for point in 0..<300 {
        let cosines = (0..<3).map { cluster in
          (0..<5).reduce(Float(0)) {
            $0 + points[point * 5 + $1] * result.centres[cluster * 5 + $1]
          }
        }
        #expect(cosines[Int(result.labels[point])] >= (cosines.max() ?? 0) - 1e-5)
      }
    }

    @Test func `Centres that were kept give the labels of their fit`() throws {
      var kMeans = KMeans(clusters: 3)
      kMeans.restarts = 2
      let points = ExamplePoints.moons(60, blur: 0.1)
      let result = try kMeans.fit(points, dimensions: 2)
      #expect(try kMeans.nearest(of: result.centres, to: points, dimensions: 2) == result.labels)
      #expect(throws: ClusteringError.wrongNumberOfCentres(given: 2, clusters: 3)) {
        try kMeans.nearest(of: [0, 0, 1, 1], to: points, dimensions: 2)
      }
    }

    @Test func `What cannot be clustered is refused`() {
      let kMeans = KMeans(clusters: 2)
      #expect(throws: ClusteringError.moreClustersThanPoints(clusters: 2, points: 1)) {
        try kMeans.fit([1, 2], dimensions: 2)
      }
      #expect(throws: ClusteringError.notRows(name: "points", values: 3, dimensions: 2)) {
        try kMeans.fit([1, 2, 3], dimensions: 2)
      }
      #expect(throws: ClusteringError.notRows(name: "points", values: 0, dimensions: 2)) {
        try kMeans.fit([], dimensions: 2)
      }
      #expect(throws: ClusteringError.notRows(name: "points", values: 3, dimensions: 0)) {
        try kMeans.fit([1, 2, 3], dimensions: 0)
      }
      for value in [Float.nan, .infinity, -1e20] {
        #expect(throws: ClusteringError.valueOutOfRange(name: "points", row: 1, column: 0)) {
          try kMeans.fit([1, 2, value, 4], dimensions: 2)
        }
      }
      #expect(throws: ClusteringError.wrongNumberOfCentres(given: 1, clusters: 2)) {
        try kMeans.fit([1, 2, 3], dimensions: 1, startingFrom: [1])
      }
      var endless = kMeans
      endless.tolerance = -.infinity
      #expect(throws: ClusteringError.self) { try endless.fit([1, 2, 3], dimensions: 1) }
      #expect(throws: ClusteringError.self) {
        try KMeans(clusters: 0).fit([1, 2, 3], dimensions: 1)
      }
    }
  }
}
