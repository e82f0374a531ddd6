import Conformance
import Core
import Methods
import Testing
import Torch
import Vision

extension MethodsTests {
  @Suite struct Blocks {
    private let images: ImageSet

    init() throws { images = try twoClasses() }

    @Test func `Blocks are even and hold every image once`() {
      var blocks = BlockSettings()
      blocks.size = 1000
      #expect(blocks.ranges(of: 60_000).map(\.count) == Array(repeating: 1000, count: 60))
      #expect(blocks.ranges(of: 2600).map(\.count) == [866, 867, 867])
      #expect(blocks.ranges(of: 3) == [0..<3])
    }

    @Test(arguments: [2, 3, 4, 5])
    func `No batch has a single image`(size: Int) throws {
      for count in [3, 5, 7, 11] {
        let few = images.selecting(Array(0..<count))
        let method = try make(SimCLR.self, images: few, ["batch_size": .integer(size)])
        let batches = try TrainingSteps(method, images: few).positions(of: 0)
        #expect(batches.allSatisfy { $0.count > 1 } && batches.joined().count == count)
      }
    }

    @Test(arguments: ["dac", "dccm"])
    func `Each batch is shown twice, in each of several passes over each block`(
      _ name: String
    ) throws {
      let method = try make(
        MethodRegistry.builtIn.method(name), images: images,
        ["block_passes": 3, "block_size": 32, "batch_size": 16, "batch_repeats": 2])
      let steps = TrainingSteps(try #require(method as? any TrainedMethod), images: images)
      let positions = try steps.positions(of: 0)
      #expect(positions.count == 2 * 3 * 2 * 2)
      for pair in stride(from: 0, to: positions.count, by: 2) {
        #expect(positions[pair] == positions[pair + 1])
      }
      let passes = stride(from: 0, to: positions.count, by: 4).map {
        (positions[$0] + positions[$0 + 2])
      }
      let sets = passes.map { $0.sorted() }
      #expect(sets[0] == sets[1] && sets[0] == sets[2], "three passes over the first block")
      #expect((sets[0] + sets[3]).sorted() == Array(0..<64))
      #expect(Set(passes).count == 6, "each in another order")
    }

    @Test(arguments: ["dac", "dccm"])
    func `Targets are found when a block begins, and stay for its steps`(_ name: String) throws {
      let method = try #require(
        try make(
          MethodRegistry.builtIn.method(name), images: images,
          ["block_passes": 1, "block_size": 32, "batch_size": 16, "batch_repeats": 2])
          as? any TrainedMethod)
      let steps = TrainingSteps(method, images: images)
      let reference = try #require(method.memory.first { $0.name == "reference" }?.tensor)
      func found() throws -> [Float] { try reference.floats() }
      try steps.takeStep()
      let first = try found()
      // Predictions of half of the images.
      let sums = try reference.sum(along: [1]).floats()
      #expect(sums.count { abs($0 - 1) < 1e-5 } == 32 && sums.count { $0 == 0 } == 32)
      for _ in 0..<3 { try steps.takeStep() }
      #expect(try found() == first)
      try steps.takeStep()
      let second = try found()
      #expect(second != first)
      #expect(zip(first, second).allSatisfy { $0 == 0 || $0 == $1 }, "those of the first stay")
    }

    @Test func `DAC's thresholds meet after the last epoch, or one falls`() throws {
      func thresholds(_ course: String, _ epoch: Int) throws -> [Double] {
        let method = try make(
          DAC.self, images: images, ["threshold_course": .text(course), "epochs": 50])
        let (upper, lower) = method.thresholds(in: epoch)
        return [upper, lower]
      }
      func agree(_ first: [Double], _ second: [Double]) -> Bool {
        zip(first, second).allSatisfy { abs($0 - $1) < 1e-12 }
      }
      // 0.0019 an epoch, as in DAC's code.
      #expect(try agree(thresholds("meeting", 0), [0.99, 0.8]))
      #expect(try agree(thresholds("meeting", 10), [0.971, 0.819]))
      #expect(try agree(thresholds("meeting", 50), [0.895, 0.895]))
      #expect(try agree(thresholds("falling", 10), [0.952, 0.952]))
      #expect(try agree(thresholds("constant", 10), [0.99, 0.8]))
    }

    /// Similar are 0, 2 and 3; and 4 to none.
    private let similar: [Float] = [
      1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 1,
    ]

    @Test func `Triplets have a similar image and two that are not`() throws {
      for seed in 0..<20 {
        var stream = RandomStream(seed: UInt64(seed), purpose: .method)
        let triplets = try Triplets(
          Tensor(similar, shape: [5, 5]), .drawn, from: &stream)
        let positives = try triplets.positives.integers().map(Int.init)
        let negatives = try triplets.negatives.integers().map(Int.init)
        for image in 0..<5 {
          let own = negatives[2 * image..<2 * image + 2]
          #expect(similar[5 * image + positives[image]] == 1)
          #expect(own.allSatisfy { similar[5 * image + $0] == 0 } && Set(own).count == 2)
        }
        #expect(positives[0] != 0 && positives[1] == 1 && positives[4] == 4)
      }
    }

    @Test func `As released, negatives are the first and positives are not shifted back`() throws {
      var stream = RandomStream(seed: 1, purpose: .method)
      let triplets = try Triplets(
        Tensor(similar, shape: [5, 5]), .asReleased, from: &stream)
      #expect(try triplets.positives.integers() == [1, 0, 0, 0, 0])
      #expect(try triplets.negatives.integers() == [1, 4, 0, 2, 1, 4, 1, 4, 0, 1])
    }

    @Test func `Where all images are similar, negatives are any others`() throws {
      var stream = RandomStream(seed: 1, purpose: .method)
      let triplets = try Triplets(Tensor.full([3, 3], 1), .drawn, from: &stream)
      for (image, pair) in zip(0..<3, [0, 2, 4]) {
        let negatives = try triplets.negatives.integers()[pair..<pair + 2]
        #expect(!negatives.contains(Int64(image)))
      }
    }

    @Test func `Images that the convolutions leave nothing of are refused`() {
      #expect(throws: MethodError.self) {
        try make(DAC.self, images: images, ["stages": 3, "convolutions": 3])
      }
    }
  }
}
