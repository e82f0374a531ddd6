import Core
import Methods
import Testing
import Torch
import Vision

extension MethodsTests {
  /// GCC, NNM and MiCE.
  @Suite struct NeighbourMethods {
    private let images: ImageSet

    init() throws { images = try twoClasses() }

    private func memory(_ name: String, of method: any TrainedMethod) throws -> Tensor {
      try #require(method.memory.first { $0.name == name }).tensor
    }

    @Test func `An image weighs less as a neighbour, the more images are connected with it`() {
      // All have each other: degrees 3, 3 and 3. A fourth image that has the first alone: 4, 3, 3 and 2.
      #expect(graphNeighbourWeights([1, 2, 0, 2, 0, 1], width: 2) == [1, 1, 1])
      let weights = graphNeighbourWeights([1, 2, 0, 2, 0, 1, 0, 0], width: 2)
      for (weight, degree) in zip(weights, [4, 3, 3, 2] as [Float]) {
        #expect(abs(weight - (3 / degree).squareRoot()) < 1e-6)
      }
      // Its own row holding an image makes no difference.
      #expect(
        graphNeighbourWeights([0, 1, 1, 0], width: 2) == graphNeighbourWeights([1, 0], width: 1))
    }

    @Test(arguments: [(2, 1), (3, 2), (5, 4), (10, 16)])
    func `Gating prototypes are unit vectors at equal angles`(_ clusters: Int, _ dimensions: Int)
      throws
    {
      let prototypes = maxMahalanobisPrototypes(clusters: clusters, dimensions: dimensions)
      let cosines = try prototypes.matmul(prototypes.transposed()).floats()
      for (place, cosine) in cosines.enumerated() {
        let isItself = place / clusters == place % clusters
        #expect(abs(cosine - (isItself ? 1 : -1 / Float(clusters - 1))) < 1e-5)
      }
    }

    @Test func `More clusters than equal angles have room for are refused`() throws {
      let settings = try MiCE.Settings.schema.resolve(["dimensions": 8, "width": 16, "queue": 4])
      #expect(throws: MethodError.self) {
        try MiCE(
          settings: settings, context: MethodContext(clusters: 10, seed: 1), images: images)
      }
    }

    @Test func `MiCE sets its expert prototypes at the end of an epoch`() throws {
      let method = try make(MiCE.self, images: images, ["batch_size": 32])
      let steps = TrainingSteps(method, images: images)
      let sums = try memory("prototype_sums", of: method)
      let prototypes = try #require(
        method.network.parameters.first { $0.name == "expert_prototypes" }
      ).tensor
      try steps.takeStep()
      let first = try sums.floats()
      #expect(first.contains { $0 != 0 })
      try steps.takeStep()
      #expect(try sums.floats().allSatisfy { $0 == 0 })
      let lengths = try prototypes.squared().sum(along: [1]).floats()
      for length in lengths { #expect(abs(length - 1) < 1e-5) }
    }

    /// Views of GCC that learns a graph from the first epoch on.
    private func graphViews(_ settings: [String: SettingValue]) throws -> [Tensor] {
      let method = try make(
        GCC.self, images: images, settings.merging(["warmup_epochs": 1, "epochs": 4]) { $1 })
      let steps = TrainingSteps(method, images: images)
      #expect(try method.views(of: images, at: [0, 1], epoch: 0).count == 2)
      try steps.train(epochs: 1)
      try method.beginEpoch(1)
      return try method.views(of: images, at: Array(0..<images.count), epoch: 1)
    }

    @Test(arguments: [false, true])
    func `GCC's positives begin with the image itself where that is asked for alone`(
      _ isAsked: Bool
    ) throws {
      // Without changes, a view is its image.
      let views = try graphViews([
        "own_neighbour": .boolean(isAsked), "crop_scale": 1, "flip": 0, "jitter": 0, "greyscale": 0,
      ])
      #expect(views.count == 6, "two views, three positives, and the neighbour of the clusters")
      func isItself(_ view: Int) throws -> Int {
        try (views[0] - views[view]).squared().sum(along: [1, 2, 3]).floats().count { $0 < 1e-6 }
      }
      #expect(try isItself(2) == (isAsked ? images.count : 0))
      #expect(try isItself(3) == 0)
    }

    @Test func `GCC's neighbours are of the images that have a class to be found`() throws {
      let images = try twoClasses(unlabelled: Set(40..<64))
      let method = try make(GCC.self, images: images, ["warmup_epochs": 1, "epochs": 4])
      let steps = TrainingSteps(method, images: images)
      #expect(try steps.positions(of: 0).joined().count == 64)
      #expect(try steps.positions(of: 1).joined().sorted() == Array(0..<40))
      try steps.train(epochs: 2)
      let rows = try memory("neighbours", of: method).integers().map(Int.init)
      for image in 0..<40 {
        let row = rows[image * 5..<image * 5 + 5]
        #expect(row.allSatisfy { (0..<40).contains($0) && $0 != image })
        #expect(Set(row).count == 5)
      }
    }

    @Test func `A warm-up without an end, and more positives than neighbours, are refused`() throws
    {
      func contradiction(_ values: [String: SettingValue]) throws -> String? {
        try GCC.Settings.schema.resolve(values).contradiction
      }
      #expect(try contradiction([:]) == nil)
      #expect(try contradiction(["epochs": 20]) == nil, "the warm-up is a share")
      #expect(try contradiction(["epochs": 20, "warmup_epochs": 20])?.contains("graph") == true)
      #expect(
        try contradiction(["neighbours": 2])
          == "positive_neighbours 3 are more than the 2 neighbours")
    }

    @Test func `NNM matches images with others of the set from the second epoch on`() throws {
      func globalTerms(_ choice: String) throws -> [[Double]] {
        let method = try make(
          NNM.self, images: images, ["global_neighbour": .text(choice), "batch_size": 32])
        let steps = TrainingSteps(method, images: images)
        try steps.train(epochs: 2)
        return steps.losses.map { $0.filter { $0.name == "global" }.map(\.value) }
      }
      let nearest = try globalTerms("nearest").joined().map(\.self)
      #expect(nearest[0] == 0 && nearest[1] > 0)
      #expect(try globalTerms("random").joined().map(\.self) != nearest)
      #expect(try globalTerms("none").joined().allSatisfy { $0 == 0 })
    }
  }
}
