import Conformance
import Core
import Methods
import Testing
import Torch

extension MethodsTests {
  /// How often a step reads values of tensors. On a card each read waits until all operators before have ended.
  @Suite struct HostReads {
    /// Reads of a step besides those of its losses.
    private static let others = [
      // Strong and affine views are made on the processor, and so are the images that they are made of: a read each.
      "dac": 1, "scan-cluster": 2, "scan": 1, "nnm": 3,
      // Besides its view, which images of the batch are similar, among which it draws.
      "dccm": 2,
      // The graph, which is on the processor.
      "gcc": 1,
      // Views of two heads, and which images they show, which is on the processor.
      "spice-self": 3,
      // The classes that its images have now, by which the memory is ordered.
      "scl": 1,
    ]

    @Test(
      arguments: MethodRegistry.builtIn.names.filter {
        (try? MethodRegistry.builtIn.method($0)) is any TrainedMethod.Type
      })
    func `A step reads its losses at once, and no value that it can do without`(
      _ name: String
    ) throws {
      let images = try twoClasses()
      let made = try make(MethodRegistry.builtIn.method(name), images: images)
      let method = try #require(made as? any TrainedMethod)
      let trial = MethodTrial(method, images: images)
      try trial.train(epochs: 4)
      // In the last epoch all warm-ups are over. The first step of a block finds its targets.
      let step = try #require(trial.reads.last)
      let expected = max(1, method.updates.count) + Self.others[name, default: 0]
      #expect(step == expected)
      let most = try #require(trial.reads.max())
      #expect(most == step || method.plan.blocks != nil)
    }

    @Test(
      arguments: [
        ("instdisc", ["negatives": 8]), ("scl", ["hypotheses": "argmax"]),
        ("scl", ["similarity": "mean"]), ("scl", ["positives": "trust"]),
        ("scl", ["consensus": "joint"]), ("moco", ["symmetric": true]),
      ] as [(String, [String: SettingValue])])
    func `Other settings read no more`(_ name: String, _ settings: [String: SettingValue]) throws {
      let images = try twoClasses()
      let made = try make(MethodRegistry.builtIn.method(name), images: images, settings)
      let trial = MethodTrial(try #require(made as? any TrainedMethod), images: images)
      try trial.train(epochs: 1)
      let expected = 1 + Self.others[name, default: 0]
      #expect(trial.reads.last == expected)
    }
  }
}
