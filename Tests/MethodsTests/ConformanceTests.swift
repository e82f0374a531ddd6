import Core
import Foundation
import Methods
import Testing
import Torch
import Vision

extension MethodsTests {
  /// What every method promises, ours and others': a method of another package is checked by adding
  /// it to `methods`.
  @Suite struct Conformance {
    private static let registry = MethodRegistry.builtIn

    /// All but the control that names a row and computes nothing.
    static let methods = registry.names.filter { $0 != TrueLabels.description.name }
    static let trainedMethods = registry.methods
      .filter { $0 is any TrainedMethod.Type }.map { $0.description.name }

    private let images: ImageSet

    init() throws { images = try twoClasses() }

    private func trained(
      _ name: String, seed: UInt64 = 1, threads: Int = 1, _ more: [String: SettingValue] = [:]
    ) throws -> TrainingSteps {
      let method = try make(
        Self.registry.method(name), seed: seed, images: images, threads: threads, more)
      return TrainingSteps(
        try #require(method as? any TrainedMethod), images: images, seed: seed)
    }

    /// A method that has learnt whatever it can in a few epochs.
    private func fitted(_ name: String, seed: UInt64 = 1) throws -> any ClusteringMethod {
      let method = try make(Self.registry.method(name), seed: seed, images: images)
      if let method = method as? any TrainedMethod {
        try TrainingSteps(method, images: images, seed: seed).train(epochs: 3)
      }
      return method
    }

    @Test(arguments: methods)
    func `The same seed gives the same clusters`(_ name: String) throws {
      let first = try fitted(name).assign(images)
      #expect(try fitted(name).assign(images) == first)
    }

    @Test(arguments: methods)
    func `Every image has one of the K clusters`(_ name: String) throws {
      let method = try fitted(name)
      let all = try method.assign(images)
      #expect(all.count == images.count)
      let some = try method.assign(images.selecting([5, 40, 2]))
      #expect(some.count == 3)
      #expect((all + some).allSatisfy { (0..<2).contains($0) })
    }

    @Test(arguments: methods)
    func `Asking for clusters changes nothing`(_ name: String) throws {
      let method = try fitted(name)
      let before = try (method as? any TrainedMethod)?.network.state.map { try $0.tensor.floats() }
      let first = try method.assign(images)
      #expect(try method.assign(images) == first)
      let after = try (method as? any TrainedMethod)?.network.state.map { try $0.tensor.floats() }
      #expect(after == before)
    }

    @Test(arguments: methods)
    func `Settings are documented, and their defaults lie in their ranges`(_ name: String) throws {
      let method = try Self.registry.method(name)
      let settings = method.settings
      #expect(!settings.isEmpty || method.description.family == .control)
      #expect(Set(settings.map(\.name)).count == settings.count, "each name once")
      for setting in settings {
        #expect(setting.name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "\(setting.name)")
        #expect(setting.summary.count > 5, "\(setting.name)")
        let resolved = try method.resolve([setting.name: setting.defaultValue])
        #expect(resolved[setting.name] == setting.defaultValue)
      }
      #expect(try method.resolve([:]).count == settings.count)
    }

    @Test(arguments: methods)
    func `A method says what it is and where it comes from`(_ name: String) throws {
      let description = try Self.registry.method(name).description
      #expect(description.name.wholeMatch(of: /[a-z][a-z0-9-]*/) != nil)
      #expect(!description.title.isEmpty && !description.summary.isEmpty)
      #expect(description.reference.contains(/(19|20)\d\d/), "a year")
      #expect(description.version >= 1)
    }

    @Test(arguments: trainedMethods)
    func `The same seed gives the same bits, another seed others`(_ name: String) throws {
      let runs = try [1, 1, 2].map { (seed: UInt64) in
        let steps = try trained(name, seed: seed)
        try steps.train(epochs: 3)
        return try steps.bits()
      }
      #expect(runs[0] == runs[1])
      #expect(runs[0] != runs[2])
    }

    @Test(arguments: trainedMethods)
    func `Two threads give the same bits every time`(_ name: String) throws {
      let before = Torch.threads
      defer { Torch.threads = before }
      Torch.threads = 2
      let runs = try (0..<2).map { _ in
        let steps = try trained(name, threads: 2)
        try steps.train(epochs: 3)
        return (try steps.bits(), try steps.method.assign(images))
      }
      #expect(runs[0].0 == runs[1].0)
      #expect(runs[0].1 == runs[1].1)
    }

    @Test(arguments: trainedMethods)
    func `The loss is finite and falls, before and after any warm-up`(_ name: String) throws {
      for warmup in [0, 100] {
        let has = try Self.registry.method(name).settings.contains { $0.name == "warmup_epochs" }
        let steps = try trained(
          name, has ? ["warmup_epochs": .integer(warmup), "epochs": .integer(200)] : [:])
        try steps.train(epochs: 12)
        let totals = steps.losses.map { $0.reduce(0) { $0 + $1.value } }
        #expect(totals.allSatisfy { $0.isFinite })
        let (first, last) = (totals.prefix(3).reduce(0, +), totals.suffix(3).reduce(0, +))
        #expect(last < first, "warm-up \(warmup): \(totals)")
        #expect(steps.losses.allSatisfy { $0.map(\.name) == steps.losses[0].map(\.name) })
      }
    }

    @Test(arguments: trainedMethods)
    func `Gradients reach every parameter`(_ name: String) throws {
      let steps = try trained(name)
      try steps.train(epochs: 1)
      #expect(steps.untouched.isEmpty, "\(steps.untouched.sorted())")
    }

    @Test(arguments: trainedMethods, [1, 2, 3])
    func `Restored from a file after an epoch, training goes on bit-identically`(
      _ name: String, _ interruption: Int
    ) throws {
      // The warm-up of quickSettings ends after epoch 2: before, at and after its end.
      let straight = try trained(name)
      try straight.train(epochs: interruption)
      let path = NSTemporaryDirectory() + "methods-tests-\(UUID().uuidString).safetensors"
      defer { try? FileManager.default.removeItem(atPath: path) }
      try SafeTensors.write(straight.state, to: path)
      try straight.train(epochs: 4 - interruption)

      let resumed = try trained(name)
      try resumed.resume(SafeTensors.read(path).tensors, epochs: interruption)
      try resumed.train(epochs: 4 - interruption)
      #expect(try resumed.bits() == straight.bits())
      #expect(try resumed.method.assign(images) == straight.method.assign(images))
    }

    @Test(arguments: trainedMethods)
    func `Saved tensors have names of their own`(_ name: String) throws {
      let steps = try trained(name)
      try steps.train(epochs: 1)
      let names = steps.state.map(\.name)
      #expect(Set(names).count == names.count)
    }
  }
}
