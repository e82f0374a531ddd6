import Core
import Foundation
import Methods
import Testing
import Torch

extension MethodsTests {
  @Suite struct ContrastiveLosses {
    /// Unit rows [count, dimensions].
    private func unitVectors(_ count: Int, _ dimensions: Int, seed: UInt64) throws -> Tensor {
      var stream = RandomStream(seed: seed, purpose: .method)
      return Tensor.normal([count, dimensions], standardDeviation: 1, from: &stream)
        .normalisedRows()
    }

    /// The memory is larger than a block, and at the lower temperature most exponentials are zero.
    @Test(arguments: [1, 0.01])
    func `The loss against a memory and its gradient are those of the recorded softmax`(
      _ temperature: Double
    ) throws {
      let memory = try unitVectors(9_000, 8, seed: 1)
      let index = Tensor([5, 8_999, 4_096])
      let features = try unitVectors(3, 8, seed: 2)
      let (first, second) = (features.copy(), features.copy())
      for leaf in [first, second] { leaf.settingRequiresGradient() }
      let loss = instanceDiscriminationLoss(
        first, memory: memory, index: index, temperature: temperature)
      let recorded = (second.matmul(memory.transposed()) / temperature).crossEntropy(index)
      try loss.backward()
      try recorded.backward()
      #expect(abs(try loss.scalar() / recorded.scalar() - 1) < 1e-5)
      let gradients = (
        try #require(first.gradient).floats(), try #require(second.gradient).floats()
      )
      let scale = gradients.1.map(abs).max() ?? 0
      #expect(zip(gradients.0, gradients.1).allSatisfy { abs($0 - $1) < 1e-5 * scale })
    }

    @Test func `With the first view as anchor, the loss is half of the sum over both`() throws {
      let (a, b) = (try unitVectors(6, 4, seed: 3), try unitVectors(6, 4, seed: 4))
      let there = try ntXentLoss(a, b, temperature: 0.5, anchors: .first).scalar()
      let back = try ntXentLoss(b, a, temperature: 0.5, anchors: .first).scalar()
      let both = try ntXentLoss(a, b, temperature: 0.5).scalar()
      #expect(abs((there + back) / 2 - both) < 1e-6)
      #expect(abs(there - back) > 1e-3)
    }

    @Test func `Noise-contrastive estimation is that of its equations, with Z of the first batch`()
      throws
    {
      let (count, drawn, temperature) = (7, 3, 0.5)
      let memory = try unitVectors(count, 4, seed: 5)
      let features = try unitVectors(2, 4, seed: 6)
      let (index, negatives) = ([2, 6], [[0, 1, 1], [5, 2, 4]])
      let normaliser = Tensor.zeros([1])
      let loss = try noiseContrastiveLoss(
        features, memory: memory, index: Tensor(index),
        negatives: Tensor(negatives.flatMap { $0 }).reshaped([2, 3]), normaliser: normaliser,
        temperature: temperature
      ).scalar()

      let (x, m) = (try features.floats(), try memory.floats())
      func similarity(_ i: Int, _ j: Int) -> Double {
        exp((0..<4).reduce(0) { $0 + Double(x[i * 4 + $1]) * Double(m[j * 4 + $1]) } / temperature)
      }
      let asked = (0..<2).flatMap { i in ([index[i]] + negatives[i]).map { similarity(i, $0) } }
      let z = asked.reduce(0, +) / Double(asked.count) * Double(count)
      let noise = Double(drawn) / Double(count)
      func isData(_ similarity: Double) -> Double {
        similarity / z / (similarity / z + noise)
      }
      let terms = (0..<2).map { i in
        negatives[i].reduce(log(isData(similarity(i, index[i])))) {
          $0 + log(1 - isData(similarity(i, $1)))
        }
      }
      #expect(abs(loss + terms.reduce(0, +) / 2) < 1e-5)
      #expect(abs(try normaliser.scalar() / z - 1) < 1e-5)

      _ = try noiseContrastiveLoss(
        unitVectors(1, 4, seed: 9), memory: memory, index: Tensor([0]),
        negatives: Tensor([1]).reshaped([1, 1]), normaliser: normaliser, temperature: temperature)
      #expect(abs(try normaliser.scalar() / z - 1) < 1e-5, "later batches leave it")
    }
  }
}
