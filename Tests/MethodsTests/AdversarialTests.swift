import Conformance
import Core
import Experiments
import Methods
import Testing
import Torch
import Vision

extension MethodsTests {
  @Suite struct UpdatesInParts {
    private let images: ImageSet

    init() throws { images = try twoClasses() }

    private func parameters(of method: any TrainedMethod, in part: String) throws -> [[Float]] {
      try method.network.parameters.filter { $0.name.hasPrefix(part + ".") }
        .map { try $0.tensor.detached().floats() }
    }

    /// The first batch of an epoch.
    private func batch(_ method: any TrainedMethod, _ steps: Experiments.TrainingSteps) throws
      -> Batch
    {
      let positions = try steps.batches(of: 0)[0].positions
      return Batch(
        epoch: 0, step: 0, of: 4, positions: positions, index: Tensor(positions),
        views: try method.views(of: images, at: positions, epoch: 0))
    }

    @Test func `A part moves by its own loss, and its loss is of the parts that moved before`()
      throws
    {
      let method = try make(DCGAN.self, images: images)
      let steps = Experiments.TrainingSteps(method: method, images: images, seed: 1, device: .cpu)
      let batch = try batch(method, steps)
      let optimiser = method.plan.makeOptimiser(for: method.network)
      let terms = try steps.take(batch, optimiser)
      #expect(terms.map(\.name) == ["discriminator", "generator"])

      // The same with an optimiser of the part alone.
      let alone = try make(DCGAN.self, images: images)
      let discriminator = Adam(
        alone.network.parameters.filter { $0.name.hasPrefix("discriminator.") },
        learningRate: 0.003, beta1: 0.5)
      try alone.loss(batch)[0].value.backward()
      try discriminator.step()
      for (ours, theirs) in zip(
        try parameters(of: method, in: "discriminator"),
        try parameters(of: alone, in: "discriminator"))
      {
        #expect(ours == theirs)
      }
      // The generator is judged by the discriminator that has moved.
      var second = batch
      second.part = "generator"
      #expect(try alone.loss(second)[0].value.scalar() == terms[1].value)
    }

    @Test func `Images of sides that are not 4 doubled are refused`() throws {
      #expect(throws: MethodError.self) {
        try make(DCGAN.self, images: images, ["view_size": 24])
      }
    }

    @Test func `The larger of a value and its share, and log(1 + exp), as in torch`() throws {
      let values = Tensor([-100, -2, -0.5, 0, 3, 100] as [Float], shape: [6])
      let leaky = try values.leakyRelu(0.2).floats()
      #expect(leaky == [-20, -0.4, -0.1, 0, 3, 100])
      // torch.nn.functional.softplus.
      let expected: [Float] = [0, 0.126928, 0.474077, 0.693147, 3.048587, 100]
      for (ours, theirs) in zip(try values.softplus().floats(), expected) {
        #expect(abs(ours - theirs) < 1e-5)
      }
    }
  }
}
