import Core
import Methods
import Testing
import Torch
import Vision

extension MethodsTests {
  /// Settings that stand for behaviour of the official code.
  @Suite struct OfficialChoices {
    private let images: ImageSet

    init() throws { images = try twoClasses() }

    private func vectors(_ count: Int, seed: UInt64 = 1) throws -> Tensor {
      var stream = RandomStream(seed: seed, purpose: .method)
      return Tensor.normal([count, 1, 1, 1], standardDeviation: 1, from: &stream)
    }

    /// What batch normalisation does: what a vector becomes depends on those beside it.
    private func centred(_ batch: Tensor) -> Tensor {
      let flat = batch.reshaped([batch.shape[0], 1])
      return flat - flat.mean(along: [0], keep: true)
    }

    @Test func `Parts of a batch are normalised by themselves`() throws {
      let batch = try vectors(6)
      let values = try batch.floats()
      let apart = try NormalisationGroups(2).apart(batch, centred).floats()
      for part in [0..<3, 3..<6] {
        let mean = values[part].reduce(0, +) / 3
        for index in part { #expect(abs(apart[index] - (values[index] - mean)) < 1e-6) }
      }
      // One part is the whole, and no part has a single vector.
      let whole = try centred(batch).floats()
      #expect(try NormalisationGroups(1).apart(batch, centred).floats() == whole)
      let pair = try vectors(3)
      #expect(try NormalisationGroups(8).apart(pair, centred).floats() == centred(pair).floats())
    }

    @Test func `Shuffled parts give every image's vector back in its place`() throws {
      let batch = try vectors(8)
      let groups = NormalisationGroups(4)
      let stream = RandomStream(seed: 5, purpose: .method)
      let same = groups.shuffled(batch, from: stream) { $0.reshaped([-1, 1]) }
      #expect(try same.floats() == batch.floats())
      // The statistics are of others than those that lie beside an image.
      #expect(
        try groups.shuffled(batch, from: stream, centred).floats()
          != groups.apart(batch, centred).floats())
    }

    @Test(arguments: ["moco", "byol"])
    func `Parts that are normalised apart change what is learnt`(_ name: String) throws {
      func losses(_ groups: Int) throws -> [Double] {
        let method = try make(
          MethodRegistry.builtIn.method(name), images: images,
          ["shuffle_groups": .integer(groups), "batch_size": 16])
        let steps = TrainingSteps(
          try #require(method as? any TrainedMethod), images: images)
        try steps.train(epochs: 1)
        return steps.losses.joined().map(\.value)
      }
      #expect(try losses(1) != losses(4))
    }

    @Test func `IIC's heads start from N(0, 0.01) without a bias`() throws {
      let method = try make(IIC.self, images: images, ["head_initialisation": "small-normal"])
      let heads = method.network.parameters.filter { $0.name.contains("clustering.") }
      #expect(!heads.isEmpty)
      for (name, tensor) in heads {
        let values = try tensor.floats()
        if name.hasSuffix(".bias") {
          #expect(values.allSatisfy { $0 == 0 })
        } else {
          let deviation = (values.reduce(0) { $0 + $1 * $1 } / Float(values.count)).squareRoot()
          #expect(abs(deviation - 0.01) < 0.002, "\(name)")
        }
      }
      let other = try make(IIC.self, images: images, ["head_initialisation": "torch-default"])
      #expect(
        try other.network.parameters.filter { $0.name.hasSuffix("clustering.0.bias") }
          .allSatisfy { try $0.tensor.floats().contains { $0 != 0 } })
    }

    @Test func `IIC takes its images in their order, unless they are to be shuffled`() throws {
      func order(_ settings: [String: SettingValue], epoch: Int) throws -> [Int] {
        let method = try make(
          IIC.self, images: images, settings.merging(["batch_size": 16]) { $1 })
        return try TrainingSteps(method, images: images).positions(of: epoch)[..<4].flatMap(\.self)
      }
      for epoch in 0..<2 { #expect(try order([:], epoch: epoch) == Array(0..<64)) }
      let shuffled = try order(["shuffle": true], epoch: 0)
      #expect(shuffled != Array(0..<64) && shuffled.sorted() == Array(0..<64))
      #expect(try order(["shuffle": true], epoch: 1) != shuffled)
    }

    @Test func `Statistics of centre crops are for scoring alone`() throws {
      let method = try make(
        IIC.self, images: images, ["centre_statistics": true, "batch_size": 16])
      try TrainingSteps(method, images: images).train(epochs: 1)
      func state() throws -> [[Float]] { try method.network.state.map { try $0.tensor.floats() } }
      let before = try state()
      #expect(try method.assign(images) == method.assign(images))
      #expect(try state() == before)
      #expect(IIC.benchmarkDefaults["stl10"]?["centre_statistics"] == true)
    }

    @Test func `Running statistics follow the images in the order and batches that are given`()
      throws
    {
      let context = MethodContext(clusters: 2, seed: 1)
      var settings = BackboneSettings()
      (settings.width, settings.stem) = (16, .smallPool)
      var stream = RandomStream(seed: 1, purpose: .weights)
      let backbone = Backbone(settings, context: context, from: &stream)
      let augmentation = try Augmentation(
        .unchanged(),
        for: MethodInputs(settings: ProjectionSettings(), context: context, images: images))
      func features() throws -> [Float] {
        try backbone.overAll(images, augmentation) { features, _ in features }.floats()
      }
      let before = try features()
      let within = try backbone.withStatistics(
        of: images, augmentation, batchSize: 16, features)
      #expect(try features() == before)
      // Four steps of a tenth, as in training.
      Torch.withoutGradients {
        for start in stride(from: 0, to: 64, by: 16) {
          _ = backbone(
            augmentation.centre(of: images, at: Array(start..<start + 16)), training: true)
        }
      }
      #expect(try features() == within)
      #expect(within != before)
    }

    @Test func `SimCLR's sum of both directions is twice the mean, and one direction is one`()
      throws
    {
      func loss(_ settings: [String: SettingValue]) throws -> Double {
        let method = try make(
          SimCLR.self, images: images, settings.merging(["batch_size": 64]) { $1 })
        let steps = TrainingSteps(method, images: images)
        try steps.train(epochs: 1)
        return try #require(steps.losses.first?.first).value
      }
      let mean = try loss(["directions": "mean"])
      #expect(try abs(loss([:]) - 2 * mean) < 1e-5 * mean)
      let first = try loss(["anchors": "first"])
      #expect(try loss(["anchors": "first", "directions": "mean"]) == first)
    }

    @Test func `MoCo's key encoder can be clustered by, at unit length`() throws {
      let method = try make(
        MoCo.self, images: images,
        [
          "cluster_encoder": "key", "cluster_features": "projection", "cluster_metric": "cosine",
        ])
      try TrainingSteps(method, images: images).train(epochs: 2)
      #expect(try Set(method.assign(images)) == [0, 1])
    }

    @Test func `Weights start as each code has them`() {
      #expect(PICA.Settings().clustering.backbone.start.convolutions == .torchDefault)
      #expect(InstanceDiscrimination.Settings().backbone.start.convolutions == .torchDefault)
      #expect(NeighbourhoodDiscovery.Settings().backbone.start.convolutions == .torchDefault)
      // SCL has the network of AND, by its authors.
      #expect(SCLCommonSettings().backbone.start.convolutions == .torchDefault)
      // Above 32 pixels its code has another network, and drops colours first.
      for benchmark in ["stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"] {
        let defaults = InstanceDiscrimination.benchmarkDefaults[benchmark]
        #expect(defaults?["backbone_initialisation"] == "he")
        #expect(defaults?["greyscale_first"] == true)
      }
      #expect(SimCLR.Settings().backbone.start.residualGamma == 0)
      #expect(MoCo.Settings().backbone.start == BackboneStart())
    }

    @Test func `SCAN's pretext starts as SCAN's code has it, and only the shape has to agree`() {
      let settings = SCANClustering.Settings()
      let stage = SCANClustering.stage(of: settings)
      #expect(stage?.defaults["residual_gamma"] == 1.0)
      #expect(stage?.defaults["interpolation"] == "bilinear")
      #expect(
        Set(stage?.settings.keys.map { $0 } ?? []) == ["depth", "width", "stem", "normalise"])
    }
  }
}
