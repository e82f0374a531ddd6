import Testing
import Torch

extension TorchTests {
  /// Parameters that have no gradient in every step. Expected values are torch.optim's formulas.
  @Suite struct RestingParameters {
    /// Two parameters that start at 1. In each step the first has the gradient 0.5; the second has the
    /// given one, or none.
    private func values(
      _ gradients: [Float?], _ make: ([NamedTensor]) -> any Optimiser
    ) throws -> (busy: [Float], idle: [Float]) {
      let busy = tensor([1], [1]).settingRequiresGradient()
      let idle = tensor([1], [1]).settingRequiresGradient()
      let optimiser = make([("busy", busy), ("idle", idle)])
      var values: (busy: [Float], idle: [Float]) = ([], [])
      for gradient in gradients {
        for parameter in [busy, idle] { parameter.clearGradient() }
        let loss = (busy * 0.5).sum()
        try (gradient.map { loss + (idle * Double($0)).sum() } ?? loss).backward()
        try optimiser.step()
        values.busy.append(Float(try busy.scalar()))
        values.idle.append(Float(try idle.scalar()))
      }
      return values
    }

    @Test(arguments: [IdleParameters.skip, .decay])
    func `Adam counts a parameter's steps from its first gradient on`(
      _ idle: IdleParameters
    ) throws {
      let values = try values([nil, nil, 0.5, -0.25]) {
        Adam($0, learningRate: 0.1, idle: idle)
      }
      // The first step of a parameter is the whole rate. The second: m = 0.02 / 0.19, v = 0.00031225 /
      // 0.001999, so 0.1 x 0.10526316 / 0.39522538.
      #expect(largestDifference(values.idle, [1, 1, 0.9, 0.8733663]) < 1e-6)
      #expect(largestDifference(values.busy, [0.9, 0.8, 0.7, 0.6]) < 1e-5)
    }

    @Test func `Under skip a resting parameter neither moves nor counts`() throws {
      let values = try values([0.5, nil, nil, -0.25]) { Adam($0, learningRate: 0.1) }
      #expect(largestDifference(values.idle, [0.9, 0.9, 0.9, 0.8733663]) < 1e-6)
    }

    @Test func `Under decay Adam goes on with a gradient of zeros, and counts`() throws {
      let values = try values([0.5, nil, -0.25]) { Adam($0, learningRate: 0.1, idle: .decay) }
      // Step 2: m = 0.045 / 0.19, v = 0.00024975 / 0.001999. Step 3: m = 0.0155 / 0.271, v = 0.00031200025
      // / 0.002997001.
      #expect(largestDifference(values.idle, [0.9, 0.8329942, 0.8152675]) < 1e-6)
    }

    @Test func `Under decay SGD's velocity goes on, with its weight decay`() throws {
      // v = 0.5, 0.45, 0.405.
      let plain = try values([nil, 0.5, nil, nil]) {
        SGD($0, learningRate: 0.1, momentum: 0.9, idle: .decay)
      }
      #expect(largestDifference(plain.idle, [1, 0.95, 0.905, 0.8645]) < 1e-6)
      // g = 0.1 p.
      let decayed = try values([0, nil]) {
        SGD($0, learningRate: 0.1, weightDecay: 0.1, idle: .decay)
      }
      #expect(largestDifference(decayed.idle, [0.99, 0.9801]) < 1e-6)
    }

    @Test func `Under decay LARS' velocity goes on`() throws {
      let values = try values([nil, 0.5, nil]) {
        LARS($0, learningRate: 0.1, momentum: 0.9, idle: .decay)
      }
      #expect(largestDifference(values.idle, [1, 0.95, 0.905]) < 1e-6)
    }

    @Test func `A parameter can have a momentum of its own`() throws {
      for make: ([NamedTensor]) -> any Optimiser in [
        { SGD($0, learningRate: 0.1, momentum: 0.9, momenta: ["idle": 0]) },
        { LARS($0, learningRate: 0.1, momentum: 0.9, momenta: ["idle": 0]) },
      ] {
        let values = try values([0.5, 0.5], make)
        #expect(largestDifference(values.busy, [0.95, 0.855]) < 1e-6)
        #expect(largestDifference(values.idle, [0.95, 0.9]) < 1e-6)
      }
    }

    @Test func `Adam's counts are saved with its moments`() throws {
      let (busy, idle) = (
        tensor([1], [1]).settingRequiresGradient(),
        tensor([1], [1]).settingRequiresGradient()
      )
      let optimiser = Adam([("busy", busy), ("idle", idle)], learningRate: 0.1)
      for _ in 0..<2 {
        busy.clearGradient()
        try busy.sum().backward()
        try optimiser.step()
      }
      try idle.sum().backward()
      try optimiser.step()
      let state = optimiser.state
      #expect(try state.first { $0.name == "steps" }?.tensor.integers() == [3, 1])
      let other = Adam([("busy", busy)], learningRate: 0.1)
      let saved = Dictionary(uniqueKeysWithValues: state.map { ($0.name, $0.tensor) })
      #expect(throws: StateError.shape("steps", expected: [1], found: [2])) {
        try other.load(saved, prefix: "")
      }
    }

    @Test func `Adam refuses impossible counts and moments, and is unchanged by them`() throws {
      let parameter = tensor([1], [1]).settingRequiresGradient()
      let optimiser = Adam([("p", parameter)], learningRate: 0.1)
      try parameter.sum().backward()
      try optimiser.step()
      var saved = Dictionary(uniqueKeysWithValues: optimiser.state.map { ($0.name, $0.tensor) })
      let other = Adam([("p", parameter)], learningRate: 0.1)
      for steps in [-1, .min, .max, 1_000_000_001] {
        saved["steps"] = Tensor([steps])
        #expect(throws: StateError.impossible("steps")) { try other.load(saved, prefix: "") }
      }
      saved["steps"] = Tensor([1])
      var broken = saved
      broken["second.p"] = tensor([1, 2], [2])
      #expect(throws: StateError.shape("second.p", expected: [1], found: [2])) {
        try other.load(broken, prefix: "")
      }
      #expect(other.state.map(\.name) == ["steps"])
      #expect(try other.state[0].tensor.integers() == [0])

      // Many steps are counted at once: the powers come to rest.
      saved["steps"] = Tensor([1_000_000_000])
      try other.load(saved, prefix: "")
      #expect(try other.state[0].tensor.integers() == [1_000_000_000])
    }

    @Test func `What is remembered of a parameter of another shape is refused`() throws {
      let old = Tensor.full([2], 1, on: .cpu).settingRequiresGradient()
      let new = Tensor.full([3], 1, on: .cpu).settingRequiresGradient()
      func optimisers(_ tensor: Tensor) -> [any Optimiser] {
        [
          SGD([("p", tensor)], learningRate: 0.1, momentum: 0.9),
          LARS([("p", tensor)], learningRate: 0.1, momentum: 0.9, weightDecay: 0),
          RMSprop([("p", tensor)], learningRate: 0.1, alpha: 0.9, weightDecay: 0),
          Adam([("p", tensor)], learningRate: 0.1),
        ]
      }
      for (optimiser, other) in zip(optimisers(old), optimisers(new)) {
        old.clearGradient()
        try old.sum().backward()
        try optimiser.step()
        let saved = Dictionary(uniqueKeysWithValues: optimiser.state.map { ($0.name, $0.tensor) })
        #expect(throws: StateError.self, "\(type(of: other))") {
          try other.load(saved, prefix: "")
        }
      }
    }
  }
}
