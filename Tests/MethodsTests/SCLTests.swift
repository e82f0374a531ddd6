import Conformance
import Core
import Foundation
import Methods
import Testing
import Torch
import Vision

extension MethodsTests {
  @Suite struct SCLOfImages {
    private let images: ImageSet

    init() throws { images = try twoClasses() }

    private func settings(_ values: [String: SettingValue]) throws -> SCLSettings {
      try SCLSettings.schema.resolve(values)
    }

    private func stage(_ values: [String: SettingValue] = [:]) throws -> Stage? {
      SCL.stage(of: try settings(values))
    }

    @Test func `What matters only after the warm-up is none of it, all else is`() throws {
      let usual = try #require(try stage())
      #expect(usual.method == "scl-warmup" && usual.epochs == 40)
      let later: [String: SettingValue] = [
        "view_weight": 0, "balance_weight": 0, "balance": "boundary", "semantic": false,
        "positives": "cluster", "consistency_weight": 0, "consensus": "mean", "similarity": "sum",
        "initialisation": "classifier", "restarts": 2, "assign": "consensus", "trust_start": 0.1,
        "trust_end": 0.5, "hypotheses": "argmax", "hypothesis_power": 2,
        "hypothesis_iterations": 3, "confidence_gate": 0.5, "consistency_ramp": 0.1,
      ]
      for (name, value) in later.sorted(by: { $0.key < $1.key }) {
        #expect(try stage([name: value]) == usual, "\(name)")
      }
      let shared: [String: SettingValue] = [
        "temperature": 0.2, "memory_momentum": 0.9, "dimensions": 64, "width": 32, "flip": 0,
        "batch_size": 64, "over_clusters": 70, "warmup_epochs": 20, "warmup_view_weight": 0,
        "warmup_balance_weight": 0,
        "schedule": "cosine", "learning_rate_warmup": 0.1,
      ]
      for (name, value) in shared.sorted(by: { $0.key < $1.key }) {
        #expect(try stage([name: value]) != usual, "\(name)")
      }
      // By steps, longer trainings have the same beginning.
      #expect(try stage(["warmup_epochs": 40, "epochs": 300]) == usual)
      #expect(try stage(["warmup_epochs": 0]) == nil)
    }

    @Test(arguments: [(1, 0), (2, 1), (3, 1), (10, 2), (200, 40)])
    func `A share of the epochs is at least one, and leaves one`(_ all: Int, _ warmup: Int) throws {
      #expect(try stage(["epochs": .integer(all)])?.epochs ?? 0 == warmup)
      #expect(try settings(["epochs": .integer(all)]).contradiction == nil)
    }

    @Test func `The warm-up's learning rate is that of the whole training's beginning`() throws {
      let more: [String: SettingValue] = ["schedule": "cosine", "learning_rate": 0.03]
      let method = try make(
        SCLWarmup.self, images: images, more.merging(["epochs": 2, "schedule_epochs": 10]) { $1 })
      for epoch in 0..<2 {
        // Half a cosine over ten epochs.
        let expected = 0.03 * 0.5 * (1 + cos(Double.pi * (Double(epoch) + 0.5) / 10))
        #expect(abs(method.plan.learningRate(epoch: epoch, step: 2, of: 4) - expected) < 1e-12)
      }
      #expect(throws: MethodError.self) {
        try make(SCLWarmup.self, images: images, ["epochs": 20, "schedule_epochs": 10])
      }
    }

    @Test func `SCL goes on from its warm-up's network and memory bank`() throws {
      let file = NSTemporaryDirectory() + "scl-tests-\(UUID().uuidString).safetensors"
      defer { try? FileManager.default.removeItem(atPath: file) }
      let own = try Conformance().make(SCLWarmup.self, seed: 9, images: images)
      try TrainingSteps(own, images: images).train(epochs: 1)
      try SafeTensors.write(stageTensors(of: own), to: file)
      func scl(_ images: ImageSet, hasMemory: Bool = true) throws -> SCL {
        try SCL(
          settings: settings([
            "width": 16, "stem": "small-pool", "dimensions": 8, "over_clusters": 4,
          ]),
          context: MethodContext(
            clusters: 2, seed: 1, stage: FinishedStage(file: file, hasMemory: hasMemory)),
          images: images)
      }
      let method = try scl(images)
      for (mine, other) in zip(method.network.state, own.network.state) {
        #expect(mine.name == other.name)
        #expect(try mine.tensor.floats() == other.tensor.floats(), "\(mine.name)")
      }
      let bank = try #require(method.memory.first { $0.name == "bank" }).tensor
      #expect(try bank.floats() == own.memory[0].tensor.floats())
      // Of other images only the network can be had.
      let few = images.selecting(Array(0..<32))
      #expect(throws: StateError.self) { try scl(few) }
      #expect(try scl(few, hasMemory: false).memory[0].tensor.shape == [32, 8])
      #expect(throws: MethodError.self) {
        try SCL(
          settings: settings(["width": 16]), context: MethodContext(clusters: 2, seed: 1),
          images: images)
      }
    }

    @Test func `Hypotheses are classes from the first of its epochs on, which follows the warm-up`()
      throws
    {
      let method = try make(SCL.self, images: images)
      let hypotheses = try #require(method.memory.first { $0.name == "hypotheses" }).tensor
      #expect(try hypotheses.integers() == [Int64](repeating: 0, count: 64))
      try method.beginEpoch(2)
      #expect(Set(try hypotheses.integers()) == [0, 1], "k-means leaves no cluster empty")
      try TrainingSteps(method, images: images).train(epochs: 1)
      #expect(try hypotheses.integers().allSatisfy { (0..<2).contains($0) })
    }

    /// The losses of an epoch without a warm-up.
    private static func losses(
      _ choice: [String: SettingValue] = [:]
    ) throws -> (losses: [Double], method: any TrainedMethod) {
      let images = try twoClasses()
      let method = try make(SCL.self, images: images, choice.merging(["warmup_epochs": 0]) { $1 })
      let steps = TrainingSteps(method, images: images)
      try steps.train(epochs: 1)
      return (steps.losses.joined().map(\.value), method)
    }

    private static let usual = Result { try losses().losses }

    @Test(
      arguments: [
        ("positives", "cluster"), ("positives", "both"), ("positives", "trust"),
        ("similarity", "sum"), ("similarity", "prototype"), ("consensus", "mean"),
        ("consensus", "agreement"), ("consensus", "joint"), ("initialisation", "classifier"),
        ("hypotheses", "argmax"), ("balance", "boundary"), ("confidence_gate", 0.99),
        ("consistency_ramp", 1), ("over_clusters", 0), ("assign", "similarity"),
        ("assign", "consensus"),
      ] as [(String, SettingValue)])
    func `Every choice trains and assigns`(_ name: String, _ choice: SettingValue) throws {
      let (losses, method) = try Self.losses([name: choice])
      #expect(losses.allSatisfy { $0.isFinite })
      // How images are assigned changes nothing in training; all else does.
      #expect(try (losses == Self.usual.get()) == (name == "assign"))
      #expect(try method.assign(images).allSatisfy { (0..<2).contains($0) })
    }

    @Test func `Without its semantic part it still trains`() throws {
      let more: [String: SettingValue] = [
        "semantic": .boolean(false), "consistency_weight": .number(0), "warmup_epochs": .integer(0),
      ]
      let steps = TrainingSteps(try make(SCL.self, images: images, more), images: images)
      try steps.train(epochs: 2)
      let last = try #require(steps.losses.last)
      #expect(last.first { $0.name == "consistency" }?.value == 0)
      #expect(last.allSatisfy { $0.value.isFinite })
    }
  }
}
