import Methods
import Testing
import Torch

extension MethodsTests {
  @Suite struct Trust {
    /// p = q with the largest probability `confidence`, for cluster 0 or, where it is negative, 1.
    private func predictions(_ confidences: [Float]) -> Tensor {
      Tensor(
        confidences.flatMap { $0 > 0 ? [$0, 1 - $0] : [1 + $0, -$0] },
        shape: [confidences.count, 2])
    }

    private func trusted(
      _ boundaries: [Tensor], _ similarities: [Tensor], _ share: Double
    ) throws -> [UInt8] {
      try trustedImages(boundaries: boundaries, similarities: similarities, share: share).bytes()
    }

    @Test(
      arguments: [
        (0, [0, 0, 0, 0, 0]), (0.19, [0, 0, 0, 0, 0]), (0.2, [0, 0, 0, 1, 0]),
        (0.6, [0, 1, 1, 1, 0]),
        (0.99, [1, 1, 1, 1, 0]), (1, [1, 1, 1, 1, 1]), (-1, [0, 0, 0, 0, 0]), (7, [1, 1, 1, 1, 1]),
        (.nan, [0, 0, 0, 0, 0]),
      ] as [(Double, [UInt8])])
    func `The most confident images are trusted, as many as the share allows`(
      _ share: Double, _ expected: [UInt8]
    ) throws {
      let p = predictions([0.6, 0.7, -0.8, -0.9, 0.55])
      #expect(try trusted([p, p], [p, p], share) == expected)
    }

    @Test
    func `An image on which any two predictions disagree is not trusted, and takes its place`()
      throws
    {
      let p = predictions([0.99, 0.7, 0.8, 0.6])
      let q = predictions([-0.6, 0.7, 0.8, 0.6])
      #expect(try trusted([p], [p], 0.5) == [1, 0, 1, 0])
      #expect(try trusted([p], [q], 0.5) == [0, 0, 1, 0])
      #expect(try trusted([p, p], [p, q], 0.5) == [0, 0, 1, 0])
      #expect(try trusted([p, q], [p, q], 1) == [0, 1, 1, 1])
    }

    @Test func `Of equally confident images the first are trusted`() throws {
      let p = predictions([0.8, -0.8, 0.8, 0.8, -0.8])
      #expect(try trusted([p], [p], 0.6) == [1, 1, 1, 0, 0])
    }

    @Test func `A share that is a whole number of images is that number`() throws {
      // 0.29 * 100 is 28.999999999999996 in float64.
      let p = predictions([Float](repeating: 0.9, count: 100))
      #expect(try trusted([p], [p], 0.29).map(Int.init).reduce(0, +) == 29)
    }

    @Test func `Predictions of no view, or of unlike numbers of views, are refused`() throws {
      let p = predictions([0.6])
      #expect(throws: TorchError.self) { try trusted([], [], 0.5) }
      #expect(throws: TorchError.self) { try trusted([p, p], [p], 0.5) }
    }

    private func affinities(_ features: Tensor) throws -> ClusterAffinities {
      let memory = Tensor([1, 0, 0.8, 0.6, 0, 1, -0.6, 0.8, -1, 0] as [Float], shape: [5, 2])
      return try ClusterAffinities(
        features,
        memory: ClusteredMemory(memory, hypotheses: [0, 0, 1, 1, 2], clusters: 3),
        positions: [1, 2, 4], temperature: 0.5)
    }

    /// Expected values: numpy in float64, e = exp(x m^T / 0.5), the mean over the images of
    /// -log(e[own cluster].sum() / e.sum()) for images 0 and 2 and -log(e[own entry] / e.sum()) for image 1;
    /// gradients by central differences of the same with steps of 1e-6.
    @Test func `Trusted images are pulled to their clusters, the others to their own entries`()
      throws
    {
      let features = Tensor([0.6, 0.8, 0, 1, -0.8, 0.6] as [Float], shape: [3, 2])
        .settingRequiresGradient()
      let trusted = Tensor([1, 0, 1] as [UInt8], shape: [3]).to(.bool)
      let loss = try affinities(features).trustedLoss(trusted)
      #expect(abs(try loss.scalar() - 0.8536171262) < 1e-6)
      try loss.backward()
      let expected = [
        -0.288277110, 0.137122325, -0.011917195, -0.163009211, 0.314294618, 0.383163652,
      ]
      for (found, wanted) in zip(try #require(features.gradient).floats(), expected) {
        #expect(abs(Double(found) - wanted) < 1e-6)
      }
    }

    @Test func `Trust in all images is the cluster loss`() throws {
      let features = Tensor([0.6, 0.8, 0, 1, -0.8, 0.6] as [Float], shape: [3, 2])
      let all = Tensor([1, 1, 1] as [UInt8], shape: [3]).to(.bool)
      let affinities = try affinities(features)
      #expect(try affinities.trustedLoss(all).scalar() == affinities.clusterLoss().scalar())
    }

    @Test func `Trust in no image is instance discrimination`() throws {
      let features = Tensor([0.6, 0.8, 0, 1, -0.8, 0.6] as [Float], shape: [3, 2])
      let memory = Tensor([1, 0, 0.8, 0.6, 0, 1, -0.6, 0.8, -1, 0] as [Float], shape: [5, 2])
      let none = Tensor([0, 0, 0] as [UInt8], shape: [3]).to(.bool)
      let expected = instanceDiscriminationLoss(
        features, memory: memory, index: Tensor([1, 2, 4]), temperature: 0.5)
      #expect(
        abs(try affinities(features).trustedLoss(none).scalar() - expected.scalar()) < 1e-6)
    }
  }
}
