import Foundation
import Methods
import Testing
import Torch

extension MethodsTests {
  @Suite struct Consistency {
    private let boundary: Tensor
    private let similarity: Tensor

    init() throws {
      boundary = Tensor([0.8, 0.2, 0.4, 0.6] as [Float], shape: [2, 2])
      similarity = Tensor([0.5, 0.5, 0.9, 0.1] as [Float], shape: [2, 2])
    }

    private func target(_ consensus: SCLSettings.Consensus) throws -> ConsistencyTarget {
      try ConsistencyTarget(boundary: boundary, similarity: similarity, consensus: consensus)
    }

    private func agree(_ tensor: Tensor, _ expected: [Double]) throws -> Bool {
      try zip(tensor.floats(), expected).allSatisfy { abs(Double($0) - $1) < 1e-5 }
    }

    @Test func `The product is normalised over the clusters`() throws {
      // 0.40 : 0.10 and 0.36 : 0.06.
      #expect(try agree(target(.product).probabilities, [0.8, 0.2, 0.857143, 0.142857]))
    }

    @Test func `The mean lies halfway between both predictions`() throws {
      #expect(try agree(target(.mean).probabilities, [0.65, 0.35, 0.65, 0.35]))
    }

    @Test func `Agreement keeps the images of which both predictions name the same cluster`() throws
    {
      // Equal halves count as the first cluster: image 0 agrees, image 1 does not.
      #expect(try agree(target(.agreement).probabilities, [1, 0, 0, 0]))
      let prediction = Tensor([0.25, 0.75, 0.1, 0.9] as [Float], shape: [2, 2])
      #expect(abs(try target(.agreement).crossEntropy(prediction).scalar() - log(4)) < 1e-5)
    }

    @Test func `The cross-entropy is the mean over the images`() throws {
      let prediction = Tensor([0.5, 0.5, 0.5, 0.5] as [Float], shape: [2, 2])
      #expect(abs(try target(.mean).crossEntropy(prediction).scalar() - log(2)) < 1e-5)
    }

    @Test func `Nothing in agreement is a loss of 0, not a division by 0`() throws {
      let opposite = try ConsistencyTarget(
        boundary: Tensor([1, 0] as [Float], shape: [1, 2]),
        similarity: Tensor([0, 1] as [Float], shape: [1, 2]), consensus: .agreement)
      let prediction = Tensor([0.5, 0.5] as [Float], shape: [1, 2])
      #expect(try opposite.crossEntropy(prediction).scalar() == 0)
    }

    @Test func `No gradient flows through the target`() throws {
      let source = boundary.copy().settingRequiresGradient()
      let target = try ConsistencyTarget(
        boundary: source, similarity: similarity, consensus: .product)
      let prediction = similarity.copy().settingRequiresGradient()
      try target.crossEntropy(prediction).backward()
      #expect(source.gradient == nil)
      #expect(prediction.gradient != nil)
    }

    private func gated(_ consensus: SCLSettings.Consensus, _ gate: Double) throws -> [Float] {
      try ConsistencyTarget(
        boundary: boundary, similarity: similarity, consensus: consensus, gate: gate
      ).probabilities.sum(along: [1]).floats().map { ($0 * 100).rounded() / 100 }
    }

    @Test func `A gate leaves out the images whose largest consensus probability is below it`()
      throws
    {
      // The products' largest are 0.8 and 0.857, the means' 0.65 and 0.65.
      #expect(try gated(.product, 0.79) == [1, 1])
      #expect(try gated(.product, 0.85) == [0, 1])
      #expect(try gated(.product, 0.86) == [0, 0])
      #expect(try gated(.mean, 0.64) == [1, 1])
      #expect(try gated(.mean, 0.66) == [0, 0])
      // Image 1 has no agreement; the product of image 0 is below the second gate.
      #expect(try gated(.agreement, 0.79) == [1, 0])
      #expect(try gated(.agreement, 0.81) == [0, 0])
    }

    @Test func `The cross-entropy behind a gate is the mean over the images that pass it`() throws {
      let target = try ConsistencyTarget(
        boundary: boundary, similarity: similarity, consensus: .product, gate: 0.85)
      let prediction = Tensor([0.1, 0.9, 0.5, 0.5] as [Float], shape: [2, 2])
      #expect(abs(try target.crossEntropy(prediction).scalar() - log(2)) < 1e-5)
    }

    /// Closed forms: -mean_i log s_i with s_i = p_i . q_i = 0.43 and 0.17; its gradients are -q / s / 2 and
    /// -p / s / 2.
    @Test func `Joint consensus is the likelihood that both name the same cluster`() throws {
      let p = Tensor([0.7, 0.2, 0.1, 0.1, 0.1, 0.8] as [Float], shape: [2, 3])
        .settingRequiresGradient()
      let q = Tensor([0.5, 0.3, 0.2, 0.6, 0.3, 0.1] as [Float], shape: [2, 3])
        .settingRequiresGradient()
      let loss = jointConsensusLoss(p, q)
      #expect(abs(try loss.scalar() + (log(0.43) + log(0.17)) / 2) < 1e-6)
      try loss.backward()
      #expect(
        try agree(
          #require(p.gradient),
          [-0.581395, -0.348837, -0.232558, -1.764706, -0.882353, -0.294118]))
      #expect(
        try agree(
          #require(q.gradient),
          [-0.813953, -0.232558, -0.116279, -0.294118, -0.294118, -2.352941]))
    }

    @Test func `Entire disagreement is a large joint loss, not an infinite one`() throws {
      let p = Tensor([1, 0, 0.5, 0.5] as [Float], shape: [2, 2]).settingRequiresGradient()
      let q = Tensor([0, 1, 1e-38, 1e-38] as [Float], shape: [2, 2]).settingRequiresGradient()
      let loss = jointConsensusLoss(p, q)
      #expect(abs(try loss.scalar() - 20 * log(10)) < 1e-4)
      try loss.backward()
      #expect(try #require(p.gradient).floats().allSatisfy(\.isFinite))
      #expect(try #require(q.gradient).floats().allSatisfy(\.isFinite))
    }
  }
}
