import Core
import Methods
import Testing
import Torch

extension MethodsTests {
  /// Expected values: numpy in float64, softmax over k of x_i . mean(m[members of k]) / |mean| / 0.5, an image's
  /// own entry left out of its cluster, clusters without members left out of the softmax. Gradients: central
  /// differences of the same, with steps of 1e-6.
  @Suite struct SimilarityToPrototypes {
    private let memory: Tensor
    private let features: Tensor
    /// The entry of image 1 is alone in its cluster.
    private let positions = [1, 5, 3]
    /// Cluster 2 is empty.
    private let prototypes: ClusterPrototypes

    init() throws {
      memory = Tensor(
        [1, 0, 0.8, 0.6, 0, 1, -0.6, 0.8, -1, 0, 0.6, -0.8] as [Float], shape: [6, 2])
      features = Tensor([0.6, 0.8, 0, -1, 0.28, 0.96] as [Float], shape: [3, 2])
        .settingRequiresGradient()
      prototypes = try ClusterPrototypes(
        ClusteredMemory(memory, hypotheses: [0, 0, 1, 1, 1, 3], clusters: 4))
    }

    private func agree(_ tensor: Tensor, _ expected: [Double]) throws -> Bool {
      let found = try tensor.floats()
      return found.count == expected.count
        && zip(found, expected).allSatisfy { abs(Double($0) - $1) < 2e-6 }
    }

    @Test func `An image's own entry is no part of the centre of its cluster`() throws {
      let prediction = try prototypes.prediction(features, positions: positions, temperature: 0.5)
      #expect(
        try agree(
          prediction,
          [
            0.616997001, 0.276851834, 0, 0.106151165, 0.703154138, 0.296845862, 0, 0,
            0.516938726, 0.433187047, 0, 0.049874228,
          ]))
    }

    @Test func `Images without an entry are compared with whole clusters`() throws {
      let prediction = try prototypes.prediction(features, positions: nil, temperature: 0.5)
      #expect(
        try agree(
          prediction,
          [
            0.715287717, 0.205802873, 0, 0.078909410, 0.093067465, 0.039289667, 0, 0.867642869,
            0.494115735, 0.458211998, 0, 0.047672266,
          ]))
    }

    @Test func `Gradients flow into the embeddings alone`() throws {
      let weights = Tensor(
        [1, -2, 3, 0.5, 2, 0, 1, -1, 0.5, 1.5, -1, 2] as [Float], shape: [3, 4])
      let prediction = try prototypes.prediction(features, positions: positions, temperature: 0.5)
      try (prediction * weights).sum().backward()
      #expect(
        try agree(
          #require(features.gradient),
          [1.917791860, -0.941001674, 1.346754967, -0.359999336, -0.740295289, 0.056163653]))
      #expect(!prototypes.centres.requiresGradient)
    }

    @Test func `Nothing to be similar to is a prediction of even clusters, with no gradient`()
      throws
    {
      // The only entry is the image's own.
      let lonely = try ClusterPrototypes(
        ClusteredMemory(memory.narrowed(0, to: 0..<1), hypotheses: [1], clusters: 2))
      let feature = Tensor([0.6, 0.8] as [Float], shape: [1, 2]).settingRequiresGradient()
      let prediction = try lonely.prediction(feature, positions: [0], temperature: 0.01)
      #expect(try prediction.floats() == [0.5, 0.5])
      try prediction.narrowed(1, to: 0..<1).sum().backward()
      #expect(try #require(feature.gradient).floats() == [0, 0])
    }

    @Test func `Members that cancel each other out are a centre without a direction, not NaN`()
      throws
    {
      let opposite = Tensor([1, 0, -1, 0, 0, 1] as [Float], shape: [3, 2])
      let prototypes = try ClusterPrototypes(
        ClusteredMemory(opposite, hypotheses: [0, 0, 1], clusters: 2))
      #expect(try prototypes.centres.floats() == [0, 0, 0, 1])
      // Logits 0 and 0.8 / 0.5; the same odds from a sigmoid.
      let prediction = try prototypes.prediction(
        Tensor([0.6, 0.8] as [Float], shape: [1, 2]), positions: nil, temperature: 0.5)
      #expect(try agree(prediction, [0.167981615, 0.832018385]))
    }

    @Test func `Centres are the same to the last bit for any number of threads`() throws {
      var stream = RandomStream(seed: 3, purpose: .method)
      let memory = Tensor.normal([20_000, 24], standardDeviation: 1, from: &stream)
        .normalisedRows()
      let hypotheses = (0..<20_000).map { $0 % 7 == 0 ? 0 : $0 % 3 }
      func centres(threads: Int) throws -> [Float] {
        Torch.threads = threads
        return try ClusterPrototypes(
          ClusteredMemory(memory, hypotheses: hypotheses, clusters: 3)
        ).centres.floats()
      }
      let before = Torch.threads
      defer { Torch.threads = before }
      let alone = try centres(threads: 1)
      #expect(try centres(threads: 2) == alone)
    }
  }
}
