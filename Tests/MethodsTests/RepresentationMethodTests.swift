import Core
import Methods
import Testing
import Torch
import Vision

extension MethodsTests {
  /// Autoencoders with noise, prediction between views, and neighbourhoods in a memory.
  @Suite struct RepresentationMethods {
    private let images: ImageSet

    init() throws { images = try twoClasses() }

    /// The losses of a method's first epochs, by step's terms.
    private func losses(
      _ name: String, _ settings: [String: SettingValue] = [:], epochs: Int = 1
    ) throws -> [Double] {
      let method = try make(MethodRegistry.builtIn.method(name), images: images, settings)
      let steps = TrainingSteps(try #require(method as? any TrainedMethod), images: images)
      try steps.train(epochs: epochs)
      return steps.losses.joined().map(\.value)
    }

    @Test func `A denoising autoencoder without noise is an autoencoder`() throws {
      #expect(try losses("dae", ["corruption": 0.0]) == losses("ae"))
      #expect(try losses("dae") != losses("ae"))
      // AE's own corruption scales up what it keeps.
      #expect(try losses("dae", ["corruption": 0.2]) != losses("ae", ["corruption": 0.2]))
    }

    @Test(
      arguments: [
        ("dae", ["noise": "gaussian"]),
        ("dae", ["reconstruction": "cross-entropy", "normalise": false]),
        ("vae", ["likelihood": "gaussian", "normalise": true]),
        ("vae", ["architecture": "convolutional"]), ("simsiam", ["views_together": true]),
        ("simsiam", ["projection": "mlp3-bn-plain"]), ("simsiam", ["normalisation_groups": 2]),
        ("propos", ["views_together": true, "shuffle_groups": 2]),
        ("propos", ["balanced_sampling": true]), ("propos", ["target_follows": "before-step"]),
        ("and", ["neighbours": 3, "round_epochs": 1]),
      ] as [(String, [String: SettingValue])])
    func `Other choices train and assign`(
      _ name: String, _ settings: [String: SettingValue]
    ) throws {
      let short = settings.merging(["batch_size": 32]) { $1 }
      let changed = try losses(name, short, epochs: 2)
      #expect(changed.allSatisfy { $0.isFinite })
      #expect(try changed != losses(name, ["batch_size": 32], epochs: 2), "it changes nothing")
    }

    @Test(
      arguments: [
        ("vae", ["normalise": true]), ("dae", ["reconstruction": "cross-entropy"]),
        ("propos", ["warmup_epochs": 8, "epochs": 8]), ("and", ["round_epochs": 8, "epochs": 8]),
      ] as [(String, [String: SettingValue])])
    func `Settings that cannot work together are refused`(
      _ name: String, _ settings: [String: SettingValue]
    ) throws {
      let method = try MethodRegistry.builtIn.method(name)
      #expect(try ConfiguredMethod(method, settings).contradiction != nil)
      #expect(try ConfiguredMethod(method, [:]).contradiction == nil)
    }

    @Test func `SimSiam's predictor keeps its rate where the schedule is at zero`() throws {
      func change(_ settings: [String: SettingValue]) throws -> [String: Bool] {
        let method = try make(
          SimSiam.self, images: images,
          settings.merging(["learning_rate_warmup": 4, "first_step": 0]) { $1 })
        let before = try method.network.parameters.map { try $0.tensor.floats() }
        try TrainingSteps(method, images: images).takeStep()
        let parts = try zip(method.network.parameters, before).map {
          ($0.name.hasPrefix("predictor."), try $0.tensor.floats() != $1)
        }
        return [
          "predictor": parts.contains { $0.0 && $0.1 }, "encoder": parts.contains { !$0.0 && $0.1 },
        ]
      }
      #expect(try change([:]) == ["predictor": true, "encoder": false])
      #expect(
        try change(["constant_predictor_rate": false]) == ["predictor": false, "encoder": false])
    }

    @Test func `Spread is 1 of even directions and 0 of one, and no part of SimSiam's loss`() throws
    {
      // Each of two values is 1, -1, 0 and 0: a variance of 2 / 3.
      let even = Tensor([2, 0, -3, 0, 0, 1, 0, -1] as [Float], shape: [4, 2])
      #expect(try abs(spreadOfDirections(even).scalar() - (2 * 2.0 / 3).squareRoot()) < 1e-6)
      #expect(
        try spreadOfDirections(Tensor([1, 2, 3, 6] as [Float], shape: [2, 2])).scalar() < 1e-3)
      let steps = TrainingSteps(try make(SimSiam.self, images: images), images: images)
      try steps.train(epochs: 1)
      let losses = try #require(steps.losses.first)
      #expect(losses.map(\.isTerm) == [true, false] && losses[1].value > 0)
      #expect(losses.total == losses[0].value)
    }

    @Test func `ProPos scatters clusters after its warm-up, and finds them before each epoch`()
      throws
    {
      let method = try make(
        ProPos.self, images: images, ["warmup_epochs": 1, "batch_size": 32])
      let labels = try #require(method.memory.first { $0.name == "labels" }).tensor
      let steps = TrainingSteps(method, images: images)
      try steps.train(epochs: 1)
      #expect(try Set(labels.integers()) == [0])
      try steps.train(epochs: 1)
      #expect(try Set(labels.integers()) == [0, 1])
      let scattering = steps.losses.map { $0.first { $0.name == "scattering" }?.value ?? .nan }
      #expect(scattering[0] == 0 && scattering[1] > 0)
    }

    @Test func `ProPos's balanced sampling shows a small cluster as often as a large one`() throws {
      let method = try make(ProPos.self, images: images, ["balanced_sampling": true])
      let labels = try #require(method.memory.first { $0.name == "labels" }).tensor
      labels.copy(from: Tensor((0..<64).map { $0 < 4 ? 1 : 0 }))
      let drawn = try (0..<50).flatMap { try method.sample(Array(0..<64), epoch: $0) }
      let share = Double(drawn.count { $0 < 4 }) / Double(drawn.count)
      // Its deviation is 0.009.
      #expect(drawn.count == 3200 && abs(share - 0.5) < 0.04, "\(share)")
      #expect(Set(drawn) == Set(0..<64))
    }

    @Test func `AND has more anchors in every round, and the schedule begins again`() throws {
      let method = try make(
        NeighbourhoodDiscovery.self, images: images,
        ["round_epochs": 2, "select_rate": 0.3, "schedule": "step", "decay_start": 1])
      let neighbours = try #require(method.memory.first { $0.name == "neighbours" }).tensor
      let steps = TrainingSteps(method, images: images)
      func anchors() throws -> Int {
        try neighbours.integers().enumerated().count { $0.offset != Int($0.element) }
      }
      var found: [Int] = []
      for epoch in 0..<5 {
        try method.beginEpoch(epoch)
        found.append(try anchors())
        if epoch == 0 { try steps.train(epochs: 1) }
      }
      #expect(found == [0, 0, 19, 19, 38])
      try method.beginEpoch(8)
      #expect(try anchors() == 64)
      let rates = (0..<4).map { method.plan.learningRate(epoch: $0, step: 0, of: 4) }
      #expect(rates[0] == rates[2] && rates[1] == rates[3] && rates[1] < rates[0] / 9)
    }

    @Test func `Views that are normalised together come back apart`() throws {
      var stream = RandomStream(seed: 1, purpose: .method)
      let views = (0..<2).map { _ in
        Tensor.normal([6, 1, 1, 1], standardDeviation: 1, from: &stream)
      }
      func centred(_ batch: Tensor) -> Tensor {
        let flat = batch.reshaped([batch.shape[0], 1])
        return flat - flat.mean(along: [0], keep: true)
      }
      let values = try views.map { try $0.floats() }
      let together = try NormalisationGroups(2).together(views, centred).map { try $0.floats() }
      for part in [0..<3, 3..<6] {
        let mean = values.flatMap { $0[part] }.reduce(0, +) / 6
        for view in 0..<2 {
          for index in part {
            #expect(abs(together[view][index] - (values[view][index] - mean)) < 1e-6)
          }
        }
      }
    }
  }
}
