import Core
import Methods
import Metrics
import Testing
import Torch
import Vision

extension MethodsTests {
  @Suite struct EachMethod {
    private let images: ImageSet

    init() throws { images = try twoClasses() }

    /// Whether even and odd positions lie in different clusters, each in one.
    private func separates(_ clusters: [Int32]) -> Bool {
      let (even, odd) = (clusters[0], clusters[1])
      return even != odd
        && clusters.enumerated().allSatisfy { $0.element == ($0.offset % 2 == 0 ? even : odd) }
    }

    @Test func `k-means on pixels separates two colours`() throws {
      #expect(separates(try make(KMeansOnPixels.self, images: images).assign(images)))
    }

    @Test func `k-means keeps its centres for images that it has not learnt`() throws {
      let learnt = images.selecting(Array(0..<40))
      let method = try make(KMeansOnPixels.self, images: learnt)
      let known = try method.assign(learnt)
      let others = try method.assign(images.selecting(Array(40..<64)))
      #expect(separates(known + others))
    }

    @Test(
      arguments: [
        ("spectral", [:]), ("spectral", ["affinity": "connectivity", "scaling": "degree"]),
        ("agglomerative", [:]), ("agglomerative", ["connectivity": "neighbours"]),
        ("nmf", [:]), ("nmf", ["updates": "coordinate"]), ("nmf", ["colour": "grey"]),
        ("kmeans", ["colour": "lab"]), ("kmeans", ["descriptor": "hog"]),
        ("kmeans", ["standardise": "value"]), ("kmeans", ["components": 2, "whiten": true]),
        ("spectral", ["descriptor": "hog", "standardise": "image"]),
        ("agglomerative", ["colour": "grey", "components": 3]),
      ] as [(String, [String: SettingValue])])
    func `Classical methods separate two colours, and know images that they have not learnt`(
      _ name: String, _ settings: [String: SettingValue]
    ) throws {
      let learnt = images.selecting(Array(0..<40))
      let method = try make(
        MethodRegistry.builtIn.method(name), images: learnt, settings)
      let known = try method.assign(learnt)
      #expect(separates(try known + method.assign(images.selecting(Array(40..<64)))))
      #expect(try method.assign(learnt) == known)
    }

    @Test(
      arguments: [
        ("kmeans", ["whiten": true]), ("spectral", ["whiten": true]),
        ("agglomerative", ["whiten": true]), ("nmf", ["colour": "lab"]),
      ] as [(String, [String: SettingValue])])
    func `Values of images that a method cannot have are refused before it runs`(
      _ name: String, _ settings: [String: SettingValue]
    ) throws {
      let method = try MethodRegistry.builtIn.method(name)
      #expect(try ConfiguredMethod(method, settings).contradiction != nil)
      #expect(try ConfiguredMethod(method, [:]).contradiction == nil)
      if name != "nmf" {
        let whitened = settings.merging(["components": 10]) { $1 }
        #expect(try ConfiguredMethod(method, whitened).contradiction == nil)
      }
    }

    /// Three classes of eight images, which are all the same: nothing tells the classes but their order.
    @Test(arguments: ["kmeans", "spectral", "agglomerative", "nmf"])
    func `In identical images in the order of classes a method finds what chance finds`(
      _ name: String
    ) throws {
      let (classes, side) = (3, 8)
      let truth = (0..<24).map { Int32($0 / 8) }
      let picture = (0..<side * side * 3).map { UInt8($0 % 251) }
      let pixels = truth.flatMap { _ in picture }
      func accuracy(seed: UInt64) throws -> (found: Double, byChance: Double) {
        let order = ContentOrder(pixels: pixels, count: truth.count, seed: seed)
        let images = try ImageSet(pixels: pixels, height: side, width: side, in: order)
        func assign<Method: ClusteringMethod>(_ type: Method.Type) throws -> [Int32] {
          try Method(
            settings: Method.Settings(), context: MethodContext(clusters: classes, seed: seed),
            images: images
          ).assign(images)
        }
        let clusters = try assign(MethodRegistry.builtIn.method(name))
        // The same clusters, dealt out to the images at random.
        var stream = RandomStream(seed: seed, purpose: .shuffle, epoch: 1)
        let dealt = stream.permutation(of: truth.count).map { clusters[$0] }
        func score(_ predicted: [Int32]) throws -> Double {
          try ContingencyTable(
            truth: order.places.map { truth[$0] }, predicted: predicted
          ).accuracy
        }
        return (try score(clusters), try score(dealt))
      }
      let all = try (0..<60).map { try accuracy(seed: UInt64($0)) }
      let (found, byChance) = (
        all.map(\.found).reduce(0, +) / 60, all.map(\.byChance).reduce(0, +) / 60
      )
      // The accuracy of one seed has a deviation of about 0.05: of the two means, 0.009.
      #expect(abs(found - byChance) < 0.04, "\(found) against \(byChance)")
    }

    @Test(arguments: ["spectral", "agglomerative"])
    func `A method without draws by position has the same clusters in any order of images`(
      _ name: String
    ) throws {
      let method = try MethodRegistry.builtIn.method(name)
      let clusters = try make(method, images: images).assign(images)
      var stream = RandomStream(seed: 4, purpose: .shuffle)
      let order = stream.permutation(of: images.count)
      let permuted = try make(method, images: images.selecting(order)).assign(
        images.selecting(order))
      let table = try ContingencyTable(truth: order.map { clusters[$0] }, predicted: permuted)
      #expect(table.adjustedRandIndex == 1)
    }

    @Test(arguments: ["kmeans", "spectral", "agglomerative", "nmf"])
    func `A method that needs more memory than there is says so before it begins`(
      _ name: String
    ) throws {
      func begin<Method: ClusteringMethod>(
        _ type: Method.Type, learning learnt: ImageSet, _ memory: Int
      ) throws {
        let context = MethodContext(clusters: 2, seed: 1, memory: memory)
        _ = try Method(settings: Method.Settings(), context: context, images: learnt).assign(images)
      }
      let method = try MethodRegistry.builtIn.method(name)
      // 64 x 768 x 6 bytes are 294,912.
      let error = #expect(throws: MethodError.self) {
        try begin(method, learning: images, 290_000)
      }
      #expect("\(try #require(error))".contains("64 images of 768 values need 0.0 GiB"))
      // Those to be scored are there beside those learnt from.
      let learnt = images.selecting(Array(0..<32))
      #expect(throws: MethodError.self) { try begin(method, learning: learnt, 400_000) }
      try begin(method, learning: learnt, 10_000_000)
    }

    @Test func `Memory is counted by what is seen of an image`() throws {
      func begin(_ memory: Int, _ more: [String: SettingValue]) throws {
        _ = try KMeansOnPixels(
          settings: KMeansOnPixels.Settings.schema.resolve(more),
          context: MethodContext(clusters: 2, seed: 1, memory: memory), images: images
        ).assign(images)
      }
      // 64 x 256 x 4 bytes are 65,536, and the components of 256 values 2,621,440.
      try begin(70_000, ["colour": "grey"])
      #expect(throws: MethodError.self) { try begin(60_000, ["colour": "grey"]) }
      let components: [String: SettingValue] = ["colour": "grey", "components": 5]
      #expect(throws: MethodError.self) { try begin(2_600_000, components) }
      try begin(2_700_000, components)
    }

    @Test func `Random labels are even, the seed's own, and an image's own`() throws {
      let method = try make(RandomLabels.self, images: images)
      let labels = try method.assign(images)
      #expect(try method.assign(images.selecting([9, 3])) == [labels[9], labels[3]])
      #expect(try make(RandomLabels.self, seed: 2, images: images).assign(images) != labels)
      #expect((16...48).contains(labels.count { $0 == 0 }) && labels.allSatisfy { 0...1 ~= $0 })
    }

    @Test func `The control made of labels has none itself`() throws {
      let control = try make(TrueLabels.self, images: images)
      #expect(throws: MethodError.self) { try control.assign(images) }
    }

    @Test func `Instance discrimination draws the memory towards its embeddings`() throws {
      let method = try make(InstanceDiscrimination.self, images: images)
      let bank = try #require(method.memory.first { $0.name == "bank" }).tensor
      let before = try bank.floats()
      try TrainingSteps(method, images: images).train(epochs: 1)
      let after = try bank.floats()
      #expect(before != after)
      let lengths = try bank.squared().sum(along: [1]).floats()
      #expect(lengths.allSatisfy { abs($0 - 1) < 1e-5 }, "rows stay unit vectors")
    }

    @Test(arguments: ["before-step", "after-step"])
    func `BYOL's target follows the weights before the step or after it`(_ moment: String) throws {
      let method = try make(
        BYOL.self, images: images, ["target_follows": .text(moment), "weight_decay": 0])
      func weights(_ tensors: [NamedTensor], _ name: String) throws -> [Float] {
        try #require(tensors.first { $0.name == name }).tensor.detached().floats()
      }
      let start = try weights(method.memory, "target.backbone.conv1.weight")
      #expect(try weights(method.network.state, "backbone.conv1.weight") == start)
      let steps = TrainingSteps(method, images: images)
      try steps.takeStep()
      // The target begins as the online network is, so that it only moves once that has moved.
      let first = try weights(method.memory, "target.backbone.conv1.weight")
      #expect(try weights(method.network.state, "backbone.conv1.weight") != start)
      let difference = zip(first, start).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
      #expect((difference < 1e-6) == (moment == "before-step"))
      try steps.takeStep()
      #expect(try weights(method.memory, "target.backbone.conv1.weight") != first)
    }

    @Test func `A method with another's name is refused with both titles, the rest is not`() throws
    {
      let registry = MethodRegistry.builtIn.adding([KMeansOnPixels.self])
      #expect(
        throws: MethodError.ambiguous(name: "kmeans", titles: ["k-means", "k-means"])
      ) { try registry.method("kmeans") }
      #expect(try registry.method("nmf").description.name == "nmf")
    }

    @Test func `A method two of whose settings have one name is refused`() {
      let registry = MethodRegistry([Configured<TwiceNamedSetting>.self])
      #expect(throws: MethodError.repeatedSetting(method: "configured", setting: "dimensions")) {
        try registry.method("configured")
      }
    }

    @Test func `An unknown method is refused with the nearest name`() {
      #expect(
        throws: MethodError.unknown(
          name: "instdics", nearest: "instdisc",
          known: MethodRegistry.builtIn.names)
      ) { try MethodRegistry.builtIn.method("instdics") }
    }
  }
}
