import Core
import Methods
import Testing
import Torch
import Vision

extension MethodsTests {
  @Suite struct Prototypes {
    private let images: ImageSet

    init() throws { images = try twoClasses() }

    private func memory(_ name: String, of method: any TrainedMethod) throws -> Tensor {
      try #require(method.memory.first { $0.name == name }).tensor
    }

    @Test func `PCL clusters all images at several granularities once the warm-up is over`() throws
    {
      let method = try make(
        PCL.self, images: images,
        ["prototypes": 4, "granularities": 2, "prototype_warmup": 1])
      try method.beginEpoch(0)
      #expect(try memory("prototypes_0", of: method).floats().allSatisfy { $0 == 0 })
      try method.beginEpoch(1)
      for (number, count) in [(0, 4), (1, 8)] {
        let prototypes = try memory("prototypes_\(number)", of: method)
        #expect(prototypes.shape == [count, 8])
        let lengths = try prototypes.squared().sum(along: [1]).floats()
        #expect(lengths.allSatisfy { abs($0 - 1) < 1e-4 })
        let classes = try memory("assigned_\(number)", of: method).integers()
        #expect(Set(classes) == Set(0..<Int64(count)))
        let densities = try memory("densities_\(number)", of: method)
        #expect(abs(try densities.mean().scalar() - 0.2) < 1e-5)
      }
    }

    @Test func `A warm-up that leaves no epoch with prototypes is refused`() throws {
      #expect(try PCL.Settings.schema.resolve(["epochs": 20]).contradiction == nil)
      let settings = try PCL.Settings.schema.resolve(["epochs": 20, "prototype_warmup": 20])
      #expect(settings.contradiction == "a prototype_warmup of 20 epochs leaves none of 20")
    }

    @Test func `Densities of points on their centres are the temperature, not a division by 0`()
      throws
    {
      let points = Tensor([1, 0, 1, 0, 0, 1] as [Float], shape: [3, 2])
      let centres = Tensor([1, 0, 0, 1, 0.6, 0.8] as [Float], shape: [3, 2])
      let densities = try prototypeDensities(
        points, centres: centres, labels: Tensor([0, 0, 1]), temperature: 0.2)
      #expect(try densities.floats() == [0.2, 0.2, 0.2])
    }

    @Test func `TCC's prototypes learn unless they are fixed`() throws {
      for isFixed in [false, true] {
        let method = try make(
          TCC.self, images: images, ["fixed_prototypes": .boolean(isFixed)])
        let names = method.network.parameters.map(\.name)
        #expect(names.contains("prototypes") == !isFixed)
        #expect(method.network.state.map(\.name).contains("prototypes"))
      }
    }

    @Test func `TCC's queue of clusters has keys without noise`() throws {
      func queue(_ noise: Double) throws -> [Float] {
        let method = try make(TCC.self, images: images, ["queue_noise": .number(noise)])
        try TrainingSteps(method, images: images).takeStep()
        return try memory("cluster_queue", of: method).floats()
      }
      #expect(try queue(0) == queue(10))
    }

    @Test func `TCL's share of confident images counts from 0 to 1`() throws {
      let probabilities = Tensor([0.9, 0.1, 0.2, 0.8] as [Float], shape: [2, 2])
      let boosted = try BoostedLabels([-1, -1], probabilities)
      for none in [-1, 0, .nan] { #expect(boosted.updated(alpha: 0.5, gamma: none) == [-1, -1]) }
      for all in [1, 1e300] { #expect(boosted.updated(alpha: 0.5, gamma: all) == [0, 1]) }
    }
  }
}
