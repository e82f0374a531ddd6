import Core
import Methods
import Testing
import Torch
import Vision

extension MethodsTests {
  @Suite struct DeepClusteringParts {
    private let images: ImageSet

    init() throws { images = try twoClasses() }

    private func memory(_ name: String, of method: any TrainedMethod) throws -> Tensor {
      try #require(method.memory.first { $0.name == name }).tensor
    }

    @Test func `Confident predictions are learnt from, every class with the same weight`() throws {
      let probabilities = Tensor(
        [0.99, 0.01, 0.98, 0.02, 0.4, 0.6, 0.05, 0.95] as [Float], shape: [4, 2])
      let labels = PseudoLabels(confident: probabilities, threshold: 0.9, isBalanced: true)
      let certain = Tensor([1, 0, 0.5, 0.5] as [Float], shape: [2, 2])
      for (threshold, expected) in [(0.5, [Float(1), 0]), (1, [0, 0])] {
        let above = PseudoLabels(confident: certain, threshold: threshold, isBalanced: false)
        #expect(try above.weights.floats() == expected, "above the threshold, not at it")
      }
      #expect(try labels.classes.integers() == [0, 0, 1, 1])
      #expect(try labels.weights.floats() == [0.5, 0.5, 0, 1])
      let plain = PseudoLabels(confident: probabilities, threshold: 0.9, isBalanced: false)
      #expect(try plain.weights.floats() == [1, 1, 0, 1])
      let logits = Tensor([0, 0, 2, 0, 9, 0, 0, 0] as [Float], shape: [4, 2])
      // (0.5 ln 2 + 0.5 ln(1 + e^-2) + ln 2) / 2.
      #expect(abs(try labels.crossEntropy(logits).scalar() - 0.551592) < 1e-5)
    }

    @Test func `Nobody confident is a loss of 0, not a division by 0`() throws {
      let labels = PseudoLabels(
        confident: Tensor.full([3, 4], 0.25), threshold: 0.9, isBalanced: true)
      #expect(try labels.crossEntropy(Tensor.zeros([3, 4])).scalar() == 0)
    }

    @Test func `Whitened features do not know how the features were scaled and mixed`() throws {
      var stream = RandomStream(seed: 2, purpose: .method)
      let features = Tensor.normal([50, 4], standardDeviation: 1, from: &stream)
      let mixing = Tensor(
        [9, 1, 0, 0, 0, 0.1, 0, 2, 0, 1, 3, 0, 1, 0, 0, 1] as [Float], shape: [4, 4])
      func gram(_ features: Tensor) throws -> [Float] {
        let whitened = try features.whitened(to: 4)
        return try whitened.matmul(whitened.transposed()).floats()
      }
      let (plain, mixed) = (try gram(features), try gram(features.matmul(mixing) + 5))
      for (first, second) in zip(plain, mixed) { #expect(abs(first - second) < 1e-3) }
      // More than there are: all of them.
      #expect(try features.whitened(to: 100).shape == [50, 4])
    }

    @Test func `DeepCluster's classes are found anew at each epoch, none of them empty`() throws {
      let method = try make(DeepCluster.self, images: images)
      let classes = try memory("classes", of: method)
      try method.beginEpoch(0)
      let first = try classes.integers()
      #expect(Set(first) == [0, 1, 2, 3])
      let sizes = try memory("class_sizes", of: method).floats()
      #expect(sizes.map { Int($0) } == (0..<4).map { k in first.count { $0 == Int64(k) } })
      let head = try #require(
        method.network.parameters.first { $0.name == "top_layer.weight" }
      ).tensor
      let before = try head.detached().floats()
      try method.beginEpoch(1)
      let after = try head.detached().floats()
      #expect(after != before, "the classifier begins again")
      let deviation = (after.reduce(0) { $0 + $1 * $1 } / Float(after.count)).squareRoot()
      #expect(abs(deviation - 0.01) < 0.001)
    }

    @Test func `DeepCluster shows every cluster as often as any other, or every image once`() throws
    {
      for sampling in ["uniform", "weighted"] {
        let method = try make(DeepCluster.self, images: images, ["sampling": .text(sampling)])
        let classes = try memory("classes", of: method)
        // Clusters of 40, 20, 4 and no images.
        classes.copy(from: Tensor((0..<64).map { $0 < 40 ? 0 : $0 < 60 ? 1 : 3 }))
        let shown = try method.sample(Array(0..<64), epoch: 3)
        #expect(shown.count == 64)
        #expect(try method.sample(Array(0..<64), epoch: 3) == shown, "an epoch taken up again")
        guard sampling == "uniform" else {
          #expect(shown == Array(0..<64))
          continue
        }
        let counts = [0..<40, 40..<60, 60..<64].map { part in shown.count { part.contains($0) } }
        #expect(counts == [21, 21, 22])
        #expect(Set(shown.filter { $0 < 40 }).count == 21, "drawn without replacement if it can be")
        #expect(try method.sample(Array(0..<64), epoch: 4) != shown)
      }
    }

    @Test func `An autoencoder learns from what corruption leaves, scaled up as by dropout`() throws
    {
      func loss(_ corruption: Double, epoch: Int = 0) throws -> Double {
        let method = try make(
          Autoencoder.self, images: images, ["corruption": .number(corruption)])
        let batch = Batch(
          epoch: epoch, step: 0, of: 1, positions: [0, 1], index: Tensor([0, 1]),
          views: [Tensor.full([2, 3, 16, 16], 1)])
        return try method.loss(batch)[0].value.scalar()
      }
      let whole = try loss(0)
      #expect(try loss(0.2) != whole)
      #expect(try loss(0.2) == loss(0.2), "drawn by image and epoch")
      #expect(try loss(0.2) != loss(0.2, epoch: 1))
    }

    @Test func `DEC starts from its autoencoder's codes and their k-means centres`() throws {
      let method = try make(DeepEmbeddedClustering.self, images: images)
      method.beginEpoch(0)
      let targets = try memory("targets", of: method)
      #expect(targets.shape == [64, 2])
      for sum in try targets.sum(along: [1]).floats() { #expect(abs(sum - 1) < 1e-5) }
      let clusters = try method.assign(images)
      // The two colours are two clusters from the start.
      #expect(Set(clusters) == [0, 1])
      #expect(throws: MethodError.self) {
        try DeepEmbeddedClustering(
          settings: .init(), context: MethodContext(clusters: 2, seed: 1), images: images)
      }
    }

    @Test(arguments: ["dense", "convolutional"])
    func `An autoencoder of either kind rebuilds images better and better`(
      _ architecture: String
    ) throws {
      let method = try make(
        Autoencoder.self, images: images, ["architecture": .text(architecture)])
      let steps = TrainingSteps(method, images: images)
      try steps.train(epochs: 6)
      #expect(steps.untouched.isEmpty)
      let losses = steps.losses.map { $0[0].value }
      #expect(losses[5] < 0.8 * losses[0], "\(losses)")
    }

    /// PICA and IIC, in steps of 16 images.
    private func twoHeaded(
      _ images: ImageSet, _ more: [String: SettingValue] = [:]
    ) throws -> [any TrainedMethod] {
      let settings = more.merging(["batch_size": 16]) { $1 }
      return [
        try make(PICA.self, images: images, settings.filter { $0.key != "head_epochs" }),
        try make(IIC.self, images: images, settings),
      ]
    }

    @Test(arguments: ["skip", "decay"])
    func `Two heads are trained in turn, and what the other does is a setting`(
      _ choice: String
    ) throws {
      for method in try twoHeaded(images, ["idle_heads": .text(choice)]) {
        func weights(_ head: String) throws -> [[Float]] {
          try method.network.parameters.filter { $0.name.hasPrefix(head) }
            .map { try $0.tensor.detached().floats() }
        }
        let steps = TrainingSteps(method, images: images)
        #expect(try steps.positions(of: 0).count == 8)
        let start = try (weights("over_clustering."), weights("clustering."))
        for _ in 0..<4 { try steps.takeStep() }
        let middle = try (weights("over_clustering."), weights("clustering."))
        #expect(middle.0 != start.0 && middle.1 == start.1)
        for _ in 0..<4 { try steps.takeStep() }
        let end = try (weights("over_clustering."), weights("clustering."))
        #expect((end.0 == middle.0) == (choice == "skip") && end.1 != middle.1)
      }
    }

    @Test func `The head that is asked for learns from no image of a split without labels`() throws
    {
      let images = try twoClasses(unlabelled: Set(32..<64))
      for method in try twoHeaded(images, ["head_epochs": 2]) {
        let steps = TrainingSteps(method, images: images)
        let positions = try steps.positions(of: 0)
        #expect(positions[..<4].flatMap(\.self).sorted() == Array(0..<64))
        #expect(positions.count == (method is PICA ? 6 : 8))
        for pass in stride(from: 4, to: positions.count, by: 2) {
          #expect(positions[pass..<pass + 2].flatMap(\.self).sorted() == Array(0..<32))
        }
        try steps.train(epochs: 1)
        #expect(steps.untouched.isEmpty)
      }
    }

    @Test func `On CIFAR-100 the head that is asked for begins an epoch of IIC`() throws {
      let method = try make(IIC.self, images: images, ["head_first": true, "head_epochs": 2])
      #expect(method.passes(of: 0) == [.labelledSplits, .labelledSplits, .all])
      #expect(IIC.benchmarkDefaults["cifar100"]?["head_first"] == true)
      #expect(IIC.benchmarkDefaults["cifar10"]?["head_epochs"] == 2)
    }

    @Test func `CC tells images without labels apart before it clusters the others`() throws {
      let images = try twoClasses(unlabelled: Set(40..<64))
      let method = try make(ContrastiveClustering.self, images: images, ["batch_size": 8])
      let steps = TrainingSteps(method, images: images)
      let positions = try steps.positions(of: 0)
      #expect(positions.count == 8)
      #expect(positions[..<3].flatMap(\.self).sorted() == Array(40..<64))
      #expect(positions[3...].flatMap(\.self).sorted() == Array(0..<40))
      for _ in 0..<3 { try steps.takeStep() }
      let clusterHead = method.network.parameters.map(\.name)
        .filter { $0.hasPrefix("cluster_projector.") }
      #expect(steps.untouched == Set(clusterHead))
      try steps.takeStep()
      #expect(steps.untouched.isEmpty)
    }

    @Test func `IIC counts its sub-heads' losses in the turn of the final head alone`() throws {
      let method = try make(IIC.self, images: images, ["batch_size": 16])
      let steps = TrainingSteps(method, images: images)
      let losses = try memory("sub_head_losses", of: method)
      for _ in 0..<4 { try steps.takeStep() }
      #expect(try losses.floats() == [0, 0])
      for _ in 0..<4 { try steps.takeStep() }
      let counted = try losses.floats()
      #expect(counted.allSatisfy { $0 < 0 }, "minus the mutual information of 64 images")
      try steps.takeStep()
      #expect(try losses.floats() == [0, 0], "a new epoch counts anew")
    }

    @Test(
      arguments: [
        ("pica", ["front_end": "none"]), ("iic", ["sub_head": "first", "lambda": 1.5]),
        ("scan-cluster", ["view_kind": "standard"]), ("scan", ["balanced": false]),
        ("dec", ["target": "batch"]), ("dec", ["architecture": "convolutional"]),
        ("cc", ["projection": "mlp-bn"]), ("deepcluster", ["front_end": "luma-sobel"]),
        ("deepcluster", ["sampling": "weighted"]), ("deepcluster", ["kmeans_start": "spread"]),
        ("deepcluster", ["classifier_momentum": 0.9]), ("ae", ["corruption": 0.2]),
      ] as [(String, [String: SettingValue])])
    func `Other choices train and assign`(
      _ name: String, _ settings: [String: SettingValue]
    ) throws {
      func train(_ settings: [String: SettingValue]) throws -> TrainingSteps {
        let method = try make(MethodRegistry.builtIn.method(name), images: images, settings)
        let steps = TrainingSteps(
          try #require(method as? any TrainedMethod), images: images)
        try steps.train(epochs: 2)
        return steps
      }
      let (steps, usual) = (try train(settings), try train([:]))
      let losses = steps.losses.joined().map(\.value)
      #expect(losses.allSatisfy { $0.isFinite })
      #expect(losses != usual.losses.joined().map(\.value), "the choice changes nothing")
      #expect(try steps.method.assign(images).allSatisfy { (0..<2).contains($0) })
    }
  }
}
