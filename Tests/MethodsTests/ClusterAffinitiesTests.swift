import Core
import Methods
import Testing
import Torch

extension MethodsTests {
  @Suite struct Affinities {
    /// The losses and the prediction, whose sum is `weights`', written out over [B, N] logits and left
    /// to libtorch's autograd.
    private func writtenOut(
      _ features: Tensor, memory: Tensor, hypotheses: [Int], index: [Int], clusters: Int,
      temperature: Double, weights: Tensor
    ) throws -> [Tensor] {
      let logits = features.matmul(memory.transposed()) / temperature
      let classes = Tensor(hypotheses).unsqueezed(0)
      let isMate = Tensor(index.map { hypotheses[$0] }).unsqueezed(1).isEqual(to: classes)
      let isOwn = Tensor(index).unsqueezed(1).isEqual(
        to: Tensor.indices(hypotheses.count).unsqueezed(0))
      func logarithm(of mask: Tensor) throws -> Tensor {
        logits.filled(where: mask.not(), with: -1e30).logSumExp(along: [1], keep: true)
      }
      let own = try logarithm(of: isOwn)
      let negatives = isMate.not()
      // The own entry is a mate, so that it has to be joined to the negatives.
      let instance =
        try Tensor.concatenated([own, logarithm(of: negatives)], along: 1)
        .logSumExp(along: [1], keep: true) - own
      let cluster = try logits.logSumExp(along: [1], keep: true) - logarithm(of: isMate)
      let scores = try (0..<clusters).map { k -> Tensor in
        let members = classes.isEqual(to: Double(k)).filled(where: isOwn, with: 0)
        let sizes = members.to(.float32).sum(along: [1], keep: true).clamped(atLeast: 1)
        return try logarithm(of: members) - sizes.log()
      }
      let prediction = Tensor.concatenated(scores, along: 1).softmax(along: 1)
      return [instance.mean(), cluster.mean(), (prediction * weights).sum()]
    }

    private func gradient(of loss: Tensor, _ features: Tensor) throws -> [Float] {
      try loss.backward()
      let gradient = try #require(features.gradient).floats()
      features.clearGradient()
      return gradient
    }

    /// With 9,000 entries, clusters are longer than a block. Cluster 3 is empty, and cluster 2 has
    /// one member, which is an image of the batch.
    @Test(arguments: [12, 9000], [0.01, 0.2])
    func `Values and gradients are those of autograd over all similarities`(
      _ entries: Int, _ temperature: Double
    ) throws {
      var stream = RandomStream(seed: 8, purpose: .method)
      func normal(_ shape: [Int]) throws -> Tensor {
        Tensor.normal(shape, standardDeviation: 1, from: &stream)
      }
      let memory = try normal([entries, 4]).normalisedRows()
      let index = [3, 0, 7, 8, 11, 7]
      let hypotheses = (0..<entries).map { $0 == 8 ? 2 : $0 * $0 % 3 == 0 ? 0 : 1 }
      let weights = try normal([index.count, 4])
      let features = try normal([index.count, 4]).normalisedRows().settingRequiresGradient()
      func affinities() throws -> ClusterAffinities {
        try ClusterAffinities(
          features,
          memory: ClusteredMemory(memory, hypotheses: hypotheses, clusters: 4),
          positions: index, temperature: temperature)
      }
      let losses = [
        try affinities().instanceLoss(), try affinities().clusterLoss(),
        try (affinities().prediction(perMember: true) * weights).sum(),
      ]
      for (which, loss) in losses.enumerated() {
        // Once for each, since a graph is walked backwards once.
        let expected = try writtenOut(
          features, memory: memory, hypotheses: hypotheses, index: index, clusters: 4,
          temperature: temperature, weights: weights)[which]
        let value = try expected.scalar()
        #expect(abs(try loss.scalar() - value) < 1e-5 * max(1, abs(value)))
        let found = try gradient(of: loss, features)
        let wanted = try gradient(of: expected, features)
        let scale = wanted.map(abs).max() ?? 0
        #expect(scale > 0)
        for (f, w) in zip(found, wanted) { #expect(abs(f - w) < 2e-5 * scale) }
      }
    }

    @Test func `A memory refuses hypotheses of clusters that are not there`() throws {
      #expect(throws: TorchError.self) {
        try ClusteredMemory(Tensor.zeros([2, 4]), hypotheses: [0, 3], clusters: 3)
      }
    }
  }
}
