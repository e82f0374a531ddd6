import Conformance
import Core
import Methods
import Testing
import Torch
import Vision

extension MethodsTests {
  /// What a step of SCL makes of its settings, against the functions that its terms are made of.
  @Suite struct SCLReadings {
    private let images: ImageSet

    init() throws { images = try twoClasses() }

    /// A step, and what its terms are functions of.
    private struct Step {
      let terms: [String: Double]
      let p: (a: Tensor, b: Tensor)
      let over: (a: Tensor, b: Tensor)
      let affinities: ClusterAffinities
      let prototypes: Tensor
      let images: Int

      /// q of the two views, `similarity: mean` or of prototypes.
      func q(fromPrototypes: Bool = false) -> (a: Tensor, b: Tensor) {
        let q = fromPrototypes ? prototypes : affinities.prediction(perMember: true)
        return (q.narrowed(0, to: 0..<images), q.narrowed(0, to: images..<2 * images))
      }
    }

    /// The first step of an epoch with a third of it done, on 32 images, with random weights.
    private func step(_ settings: [String: SettingValue], step: Int = 0) throws -> Step {
      let more: [String: SettingValue] = ["warmup_epochs": 0, "epochs": 4, "temperature": 0.2]
      let method = try make(SCL.self, images: images, more.merging(settings) { $1 })
      try method.beginEpoch(0)
      let positions = Array(0..<32)
      let views = try method.views(of: images, at: positions, epoch: 0)
      let index = Tensor(positions)
      let terms = try Torch.checked {
        try method.loss(
          Batch(epoch: 0, step: step, of: 2, positions: positions, index: index, views: views))
      }
      let network = try #require(method.network as? SCLNetwork)
      let (a, b) = (network(views[0], training: true), network(views[1], training: true))
      let tensors = Dictionary(uniqueKeysWithValues: method.memory.map { ($0.name, $0.tensor) })
      let memory = try ClusteredMemory(
        #require(tensors["bank"]),
        hypotheses: #require(tensors["hypotheses"]).integers().map(Int.init), clusters: 2)
      let (features, both) = (
        Tensor.concatenated([a.embedding, b.embedding]), positions + positions
      )
      return Step(
        terms: Dictionary(
          uniqueKeysWithValues: try terms.map { ($0.name, try $0.value.scalar()) }),
        p: (a.boundary, b.boundary),
        over: try (#require(a.overClustering), #require(b.overClustering)),
        affinities: try ClusterAffinities(
          features, memory: memory, positions: both, temperature: 0.2),
        prototypes: try ClusterPrototypes(memory).prediction(
          features, positions: both, temperature: 0.2),
        images: 32)
    }

    private func expect(
      _ step: Step, _ name: String, _ expected: Tensor, times factor: Double = 1,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let (found, wanted) = (
        try #require(step.terms[name]), try expected.detached().scalar() * factor
      )
      #expect(
        abs(found - wanted) < 1e-4 * max(1, abs(wanted)), "\(name)", sourceLocation: sourceLocation)
    }

    /// L_con with a target, of weight 1.
    private func consistency(
      _ step: Step, _ consensus: SCLSettings.Consensus = .product, gate: Double = 0,
      fromPrototypes: Bool = false
    ) throws -> Tensor {
      let (p, q) = (step.p, step.q(fromPrototypes: fromPrototypes))
      let ofB = try ConsistencyTarget(
        boundary: p.b, similarity: q.b, consensus: consensus, gate: gate)
      let ofA = try ConsistencyTarget(
        boundary: p.a, similarity: q.a, consensus: consensus, gate: gate)
      return
        (ofB.crossEntropy(p.a) + ofB.crossEntropy(q.a) + ofA.crossEntropy(p.b)
        + ofA.crossEntropy(q.b)) / 2
    }

    @Test func `Trusted images are drawn to their clusters, and more of them as time goes on`()
      throws
    {
      for (number, share) in [(0, 0.2), (1, 0.2 + 0.6 * 0.125)] {
        // The second of two steps in the first of four epochs: an eighth is done.
        let step = try step(
          ["positives": "trust", "trust_start": 0.2, "trust_end": 0.8], step: number)
        let (p, q) = (step.p, step.q())
        let trusted = try trustedImages(
          boundaries: [p.a, p.b], similarities: [q.a, q.b], share: share)
        let both = Tensor.concatenated([trusted, trusted])
        try expect(step, "semantic", step.affinities.trustedLoss(both))
        try expect(step, "trusted", trusted.to(.float32).mean())
      }
    }

    @Test func `A joint consensus is that of either prediction with the other view's other`() throws
    {
      let step = try step(["consensus": "joint", "consistency_weight": 3])
      let (p, q) = (step.p, step.q())
      try expect(
        step, "consistency", jointConsensusLoss(p.a, q.b) + jointConsensusLoss(p.b, q.a), times: 1.5
      )
    }

    @Test func `Prototypes predict in place of members`() throws {
      let step = try step(["similarity": "prototype"])
      try expect(step, "consistency", consistency(step, fromPrototypes: true))
      try expect(step, "semantic", step.affinities.instanceLoss())
    }

    @Test(arguments: ["product", "mean", "agreement"])
    func `A gate leaves out images of an unsure consensus, and tells how many pass`(
      _ name: String
    ) throws {
      let consensus = try #require(SCLSettings.Consensus(rawValue: name))
      let step = try step(["consensus": .text(name), "confidence_gate": 0.55])
      try expect(step, "consistency", consistency(step, consensus, gate: 0.55))
      let passed = try #require(step.terms["passed"])
      #expect((0...1).contains(passed))
    }

    @Test func `A gate that nothing passes leaves no consistency`() throws {
      for consensus in ["product", "joint"] {
        let step = try step(["consensus": .text(consensus), "confidence_gate": 1])
        #expect(step.terms["consistency"] == 0 && step.terms["passed"] == 0)
      }
    }

    @Test func `Consistency rises over its ramp`() throws {
      // Half an epoch of two.
      let step = try step(["consistency_ramp": 2, "consistency_weight": 2])
      try expect(step, "consistency", consistency(step), times: 2 * 0.25)
      // Half an epoch of half of four.
      let share = try self.step(["consistency_ramp": 0.5])
      try expect(share, "consistency", consistency(share), times: 0.25)
      let later = try self.step(["consistency_ramp": 1], step: 1)
      try expect(later, "consistency", consistency(later))
    }

    @Test func `The over-clustering is consistent and balanced as the classifier is`() throws {
      let step = try step(["over_clusters": 6, "view_weight": 0.5, "balance_weight": 3])
      let (a, b) = step.over
      #expect(a.shape == [32, 6])
      let view = (partitionUncertainty(a, b) + partitionUncertainty(b, a)) / 2
      try expect(
        step, "over_clustering", view * 0.5 + (balanceLoss(a) + balanceLoss(b)) * 1.5)
    }

    /// SCL with five clusters for two kinds of images, with random weights, and the hypotheses of all images as its
    /// first epoch begins.
    private func begun(
      _ hypotheses: String, seed: UInt64
    ) throws -> (method: SCL, current: () throws -> [Int]) {
      let settings = try SCLSettings.schema.resolve([
        "width": 16, "stem": "small-pool", "dimensions": 8, "batch_size": 16, "epochs": 2,
        "warmup_epochs": 0, "initialisation": "classifier", "hypotheses": .text(hypotheses),
      ])
      let method = try SCL(
        settings: settings, context: MethodContext(clusters: 5, seed: seed), images: images)
      let memory = try #require(method.memory.first { $0.name == "hypotheses" }).tensor
      try method.beginEpoch(0)
      return (method, { try memory.integers().map(Int.init) })
    }

    /// The members of each of five clusters.
    private func sizes(_ hypotheses: [Int]) -> [Int] {
      (0..<5).map { cluster in hypotheses.count { $0 == cluster } }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `Balanced hypotheses have no empty cluster and none of most images, as an argmax has`(
      seed: UInt64
    ) throws {
      let plain = sizes(try begun("argmax", seed: seed).current())
      let (method, current) = try begun("balanced", seed: seed)
      let balanced = sizes(try current())
      #expect(plain.contains(0) && !balanced.contains(0), "\(plain), \(balanced)")
      let largest = try #require(balanced.max())
      #expect(largest <= 42 && largest < plain.max() ?? 0, "\(plain), \(balanced) of 64")
      // Later sizes depend on the last bits of so few images' training, but no step empties a cluster.
      let steps = TrainingSteps(method, images: images)
      for _ in 0..<8 {
        try steps.takeStep()
        #expect(!sizes(try current()).contains(0))
      }
    }

    @Test func `One pass tells the other predictions, and how hypotheses are`() throws {
      let method = try make(SCL.self, images: images)
      try TrainingSteps(method, images: images).train(epochs: 1)
      let readOuts = try method.readOuts(of: images)
      #expect(readOuts.predictions.map(\.name) == ["similarity", "consensus"])
      #expect(
        readOuts.measures.map(\.name) == [
          "agreement", "hypotheses_changed", "hypotheses_smallest", "hypotheses_largest",
        ])
      let measures = Dictionary(uniqueKeysWithValues: readOuts.measures.map { ($0.name, $0.value) })
      let same = zip(readOuts.assigned, readOuts.predictions[0].clusters).count { $0 == $1 }
      #expect(measures["agreement"] == Double(same) / 64)
      let memory = Dictionary(uniqueKeysWithValues: method.memory.map { ($0.name, $0.tensor) })
      let (now, before) = (
        try #require(memory["hypotheses"]).integers(),
        try #require(memory["earlier_hypotheses"]).integers()
      )
      #expect(measures["hypotheses_changed"] == Double(zip(now, before).count { $0 != $1 }) / 64)
      let sizes = (0..<2).map { cluster in Double(now.count { $0 == cluster }) / 64 }
      #expect(measures["hypotheses_smallest"] == sizes.min())
      #expect(measures["hypotheses_largest"] == sizes.max())
    }

    @Test func `Other readings go on exactly where they were interrupted`() throws {
      let suite = Conformance(settings: [
        "positives": "trust", "consensus": "joint", "similarity": "prototype",
        "hypotheses": "balanced", "confidence_gate": 0.5, "consistency_ramp": 2,
      ])
      let findings = try suite.findings(
        of: SCL.self, promises: [.resumption])
      #expect(findings.isEmpty, "\(findings.map(\.description).joined(separator: "\n"))")
    }
  }
}
