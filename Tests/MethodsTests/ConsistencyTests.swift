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
  }
}
