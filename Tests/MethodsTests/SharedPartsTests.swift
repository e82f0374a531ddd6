import Core
import Methods
import Testing
import Torch
import Vision

extension MethodsTests {
  /// What several methods are made of.
  @Suite struct SharedParts {
    @Test func `Each pass of an epoch has draws of its own, and its own columns of losses`() throws
    {
      let images = try twoClasses(unlabelled: Set(48..<64))
      let method = try make(ThreePasses.self, images: images, ["batch_size": 16])
      let steps = TrainingSteps(method, images: images)
      try steps.train(epochs: 2)
      func times(_ keys: [Int]) -> [Int] { keys.map { key in method.keys.count { $0 == key } } }
      // Steps of 64, 48 and 64 images.
      #expect(times([0, 1, 2, 3, 4, 5]) == [4, 3, 4, 4, 3, 4])
      #expect(
        steps.losses.map { $0.map(\.name) }
          == Array(repeating: ["pass 0", "pass 1", "pass 2"], count: 2))
      // A mean over the 48 images of the pass alone.
      #expect(steps.losses[0][1].value < 2 && steps.losses[0][1].value > 0)
    }

    /// A method of a finished run that is applied to `images`.
    private func applied<Method: ClusteringMethod>(
      _ type: Method.Type, to images: ImageSet, _ more: [String: SettingValue] = [:]
    ) throws -> Method {
      let values: [String: SettingValue] = ["width": 16, "stem": "small-pool"]
      // Centres of two clusters in eight dimensions.
      let centres: [Float] = [1, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0]
      return try Method(
        settings: Method.Settings.schema.resolve(values.merging(more) { $1 }),
        context: MethodContext(
          clusters: 2, seed: 1,
          fitted: FittedState(
            given: .init(statistics: try images.channelStatistics(), centres: centres))),
        images: images)
    }

    @Test func `A finished run has not learnt from the images it is applied to`() throws {
      let images = try twoClasses()
      // The run's memory bank is not there.
      let clusters = try ["bank", "embeddings"].map {
        try applied(IDFD.self, to: images, ["dimensions": 8, "clustered": .text($0)]).assign(images)
      }
      #expect(clusters[0] == clusters[1])
      // Ten pseudo-classes for each cluster, which three images could not have.
      let few = try applied(DeepCluster.self, to: images.selecting([0, 1, 2]))
      let head = few.network.parameters.first { $0.name == "top_layer.weight" }
      #expect(head?.tensor.size(0) == 20)
    }

    private let context = MethodContext(clusters: 2, seed: 3)

    private func head(_ kind: ProjectionKind) throws -> ProjectionHead {
      var stream = RandomStream(seed: 1, purpose: .weights)
      return ProjectionHead(
        ProjectionSettings(kind, hidden: 5, dimensions: 2), inputs: 3, on: .cpu, from: &stream)
    }

    @Test func `A projection's layers have the numbers of a torch.nn.Sequential`() throws {
      #expect(try head(.linear).parameters.map(\.name) == ["0.weight", "0.bias"])
      #expect(
        try head(.mlp).parameters.map(\.name) == ["0.weight", "0.bias", "2.weight", "2.bias"])
      // The bias before a normalisation has nothing to do.
      #expect(
        try head(.mlpBatchNormalised).parameters.map(\.name)
          == ["0.weight", "1.weight", "1.bias", "3.weight", "3.bias"])
      // SimCLR's last normalisation has no bias.
      #expect(
        try head(.deepBatchNormalised).parameters.map(\.name)
          == [
            "0.weight", "1.weight", "1.bias", "3.weight", "4.weight", "4.bias", "6.weight",
            "7.weight",
          ])
      // SimSiam's learns nothing, ProPos's all, there with two layers too.
      let deep = try head(.deepBatchNormalised).parameters.map(\.name)
      #expect(try head(.deepPlain).parameters.map(\.name) == deep.dropLast())
      #expect(try head(.deepAffine).parameters.map(\.name) == deep + ["7.bias"])
      #expect(
        try head(.affine).parameters.map(\.name)
          == ["0.weight", "1.weight", "1.bias", "3.weight", "4.weight", "4.bias"])
    }

    @Test func `A momentum encoder follows its network, and asks for no gradient`() throws {
      let online = try head(.mlpBatchNormalised)
      let target = try MomentumEncoder(following: online, copy: head(.mlpBatchNormalised))
      let before = online.parameters.map { $0.tensor.detached().copy() }
      Torch.withoutGradients {
        for parameter in online.parameters { parameter.tensor.add(parameter.tensor, scale: 1) }
      }
      target.follow(momentum: 0.75)
      for (old, new) in zip(before, target.network.parameters) {
        // 0.75 w + 0.25 (2 w) = 1.25 w.
        for (a, b) in zip(try old.floats(), try new.tensor.floats()) {
          #expect(abs(b - 1.25 * a) < 1e-6)
        }
        #expect(!new.tensor.requiresGradient)
      }
      #expect(online.parameters.allSatisfy { $0.tensor.requiresGradient })
      #expect(
        target.memory.map(\.name) == target.network.state.map { "target." + $0.name },
        "running statistics are saved too")
    }

    @Test func `A rising momentum goes along half a cosine to 1`() {
      let settings = MomentumSettings(0.996, course: .cosine)
      for (progress, expected) in [(0, 0.996), (0.5, 0.998), (1, 1)] {
        #expect(abs(settings.value(at: progress) - expected) < 1e-12)
      }
      #expect(MomentumSettings(0.99).value(at: 0.7) == 0.99)
    }

    @Test func `A queue's oldest keys go first, and what does not fit is left out`() throws {
      let queue = KeyQueue(count: 3, dimensions: 1, seed: 1, on: .cpu)
      func append(_ values: [Float]) throws -> [Float] {
        queue.append(Tensor(values, shape: [values.count, 1]))
        return try queue.keys.floats()
      }
      #expect(try append([1, 2, 3]) == [1, 2, 3])
      #expect(try append([4, 5]) == [4, 5, 3])
      #expect(try append([6, 7]) == [7, 5, 6], "from the end it goes on at the start")
      // 8 goes to the second place, 9 to the third, and the last three over the two.
      #expect(try append([8, 9, 10, 11, 12]) == [10, 11, 12])
    }

    @Test func `A queue taken up from its saved tensors goes on at the same place`() throws {
      let first = KeyQueue(count: 3, dimensions: 1, seed: 1, on: .cpu)
      first.append(Tensor([1, 2] as [Float], shape: [2, 1]))
      let second = KeyQueue(count: 3, dimensions: 1, seed: 2, on: .cpu)
      for (saved, own) in zip(first.memory, second.memory) {
        own.tensor.copy(from: saved.tensor)
      }
      second.append(Tensor([3, 4] as [Float], shape: [2, 1]))
      #expect(try second.keys.floats() == [4, 2, 3])
    }

    private struct Pair: Module {
      let head: ProjectionHead
      let predictor: ProjectionHead
      var children: [(name: String, module: any Module)] {
        [("head", head), ("predictor", predictor)]
      }
    }

    /// What a step with a gradient of one and a learning rate of 0.5 takes off each parameter of a pair of heads.
    private func steps(rateFactors: [String: Double]) throws -> [(name: String, taken: [Float])] {
      let network = Pair(head: try head(.mlp), predictor: try head(.linear))
      var training = TrainingSettings()
      (training.momentum, training.weightDecay, training.learningRate) = (0, 0, 0.5)
      let plan = TrainingPlan(training: training, views: 1, rateFactors: rateFactors)
      let optimiser = plan.makeOptimiser(for: network)
      let before = try network.parameters.map { try $0.tensor.detached().floats() }
      let sum = network.parameters.map { $0.tensor.sum() }
      try sum.dropFirst().reduce(sum[0]) { $0 + $1 }.backward()
      try optimiser.step()
      return try zip(network.parameters, before).map { parameter, old in
        (parameter.name, zip(old, try parameter.tensor.detached().floats()).map { $0 - $1 })
      }
    }

    @Test func `A part's rate factor is that of all parameters below its name`() throws {
      for (name, taken) in try steps(rateFactors: ["predictor": 10]) {
        let step: Float = name.hasPrefix("predictor.") ? 5 : 0.5
        #expect(taken.allSatisfy { abs($0 - step) < 1e-5 }, "\(name)")
      }
    }

    @Test func `Of the rate factors of parts within one another the innermost part's counts`()
      throws
    {
      // Dictionaries made of the same keys differ in their order.
      for _ in 0..<20 {
        for (name, taken) in try steps(rateFactors: ["head": 10, "head.2": 1, "predictor": 2]) {
          let step: Float =
            name.hasPrefix("head.2.") ? 0.5 : name.hasPrefix("head.") ? 5 : 1
          #expect(taken.allSatisfy { abs($0 - step) < 1e-5 }, "\(name)")
        }
      }
    }
  }
}
