import Testing
import Torch

extension TorchTests {
  @Suite struct Optimisers {
    /// The values of a parameter that starts at 1 after each step with these gradients.
    private func steps(
      _ gradients: [Float], _ make: ([NamedTensor]) -> any Optimiser
    ) throws -> [Float] {
      let parameter = tensor([1], [1]).settingRequiresGradient()
      let optimiser = make([("p", parameter)])
      return try gradients.map { gradient in
        try step(optimiser, parameter, gradient)
        return Float(try parameter.scalar())
      }
    }

    /// One step in which the parameter's gradient is `gradient`.
    private func step(
      _ optimiser: any Optimiser, _ parameter: Tensor, _ gradient: Float
    ) throws {
      parameter.clearGradient()
      try (parameter * Double(gradient)).sum().backward()
      try optimiser.step()
    }

    @Test func `SGD goes against the gradient`() throws {
      let values = try steps([0.5, 0.5]) { SGD($0, learningRate: 0.1) }
      #expect(largestDifference(values, [0.95, 0.9]) < 1e-6)
    }

    @Test func `A constant rate is no part of the schedule`() throws {
      for rate in [0.0, 7] {
        let values = try steps([0.5]) {
          SGD($0, learningRate: rate, rateFactors: ["p": 3], constantRates: ["p": 0.2])
        }
        #expect(largestDifference(values, [0.9]) < 1e-6)
      }
    }

    @Test func `LARS moves a matrix by a share of its length, and a vector as it is told`() throws {
      let matrix = tensor([3, 4], [1, 2]).settingRequiresGradient()
      let vector = tensor([1], [1]).settingRequiresGradient()
      let optimiser = LARS(
        [("m", matrix), ("v", vector)], learningRate: 2, momentum: 0.9, weightDecay: 0)
      let slope = tensor([0, 1], [1, 2])
      func take() throws {
        for parameter in [matrix, vector] { parameter.clearGradient() }
        try ((matrix * slope).sum() + vector.sum() * 0.25).backward()
        try optimiser.step()
      }
      // r = 0.001 x 5 / 1, v = 2 x 0.005 = 0.01.
      try take()
      #expect(largestDifference(try matrix.detached().floats(), [3, 3.99]) < 1e-6)
      #expect(largestDifference(try vector.detached().floats(), [0.5]) < 1e-6)
      // |m| = 4.9920036, v = 0.009 + 0.0099840072.
      try take()
      #expect(largestDifference(try matrix.detached().floats(), [3, 3.971016]) < 1e-6)
      // v = 0.45 + 0.5.
      #expect(largestDifference(try vector.detached().floats(), [-0.45]) < 1e-6)
    }

    @Test func `LARS decays matrices alone`() throws {
      let matrix = tensor([3, 4], [1, 2]).settingRequiresGradient()
      let vector = tensor([1], [1]).settingRequiresGradient()
      let optimiser = LARS(
        [("m", matrix), ("v", vector)], learningRate: 1, momentum: 0, weightDecay: 0.5)
      try ((matrix * 0).sum() + (vector * 0).sum()).backward()
      try optimiser.step()
      // g = 0.5 m, r = 0.001 x 5 / 2.5: m loses a thousandth.
      #expect(largestDifference(try matrix.detached().floats(), [2.997, 3.996]) < 1e-6)
      #expect(try vector.scalar() == 1)
    }

    /// Computed with NumPy by torch.optim.RMSprop's formula.
    @Test func `RMSprop divides by the root of a moving average of squared gradients`() throws {
      let values = try steps([0.5, 0.5, -1]) { RMSprop($0, learningRate: 0.1) }
      #expect(largestDifference(values, [0.0000002, -0.7088809, 0.1096577]) < 1e-6)
      let decayed = try steps([0.5, 0.25]) {
        RMSprop($0, learningRate: 0.01, alpha: 0.9, weightDecay: 0.1)
      }
      #expect(largestDifference(decayed, [0.9683772, 0.9519225]) < 1e-6)
    }

    @Test func `RMSprop goes on from its state with the same bits`() throws {
      let (first, second) = (tensor([1], [1]), tensor([1], [1]))
      let one = RMSprop([("p", first.settingRequiresGradient())], learningRate: 0.1)
      try step(one, first, 0.5)
      second.copy(from: first.detached())
      let other = RMSprop([("p", second.settingRequiresGradient())], learningRate: 0.1)
      try other.load(
        Dictionary(uniqueKeysWithValues: one.state.map { ("optimiser." + $0.name, $0.tensor) }),
        prefix: "optimiser.")
      try step(one, first, -0.25)
      try step(other, second, -0.25)
      #expect(try first.scalar() == second.scalar())
    }

    @Test func `SGD with momentum keeps nine tenths of its velocity`() throws {
      // v = 0.5, then 0.45 + 0.5 = 0.95.
      let values = try steps([0.5, 0.5]) { SGD($0, learningRate: 0.1, momentum: 0.9) }
      #expect(largestDifference(values, [0.95, 0.855]) < 1e-6)
    }

    @Test func `Nesterov's momentum with weight decay follows torch.optim's formula`() throws {
      // Step 1: g = 0.5 + 0.1 = 0.6, v = 0.6, direction 0.6 + 0.54 = 1.14.
      // Step 2: g = 0.5 + 0.0886, v = 0.54 + 0.5886 = 1.1286, direction 0.5886 + 1.01574 = 1.60434.
      let values = try steps([0.5, 0.5]) {
        SGD($0, learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1)
      }
      #expect(largestDifference(values, [0.886, 0.725566]) < 1e-6)
    }

    @Test func `Adam corrects the bias of its moments`() throws {
      // Step 1: 0.5 / sqrt(0.25) = 1. Step 2: m = 0.02 / 0.19, v = 0.00031225 / 0.001999, so
      // 0.1 x 0.10526316 / 0.39522538 = 0.02663370.
      let values = try steps([0.5, -0.25]) { Adam($0, learningRate: 0.1) }
      #expect(largestDifference(values, [0.9, 0.8733663]) < 1e-6)
    }

    @Test func `Adam adds its weight decay to the gradient`() throws {
      // A gradient of 0.5 x 1 is the only one: the first step is the whole learning rate.
      let values = try steps([0]) { Adam($0, learningRate: 0.1, weightDecay: 0.5) }
      #expect(largestDifference(values, [0.9]) < 1e-6)
    }

    @Test func `A parameter without a gradient is left alone`() throws {
      let parameter = tensor([1], [1]).settingRequiresGradient()
      for optimiser: any Optimiser in [
        SGD([("p", parameter)], learningRate: 0.1, momentum: 0.9, weightDecay: 0.1),
        Adam([("p", parameter)], learningRate: 0.1, weightDecay: 0.1),
      ] {
        try optimiser.step()
        #expect(try parameter.scalar() == 1)
      }
    }

    @Test func `The learning rate of the moment counts`() throws {
      let parameter = tensor([1], [1]).settingRequiresGradient()
      let optimiser = SGD([("p", parameter)], learningRate: 0.1)
      optimiser.learningRate = 0.5
      try step(optimiser, parameter, 1)
      #expect(try parameter.scalar() == 0.5)
    }

    enum Kind: CaseIterable {
      case sgd, adam, lars

      func make(_ parameters: [NamedTensor], rateFactors: [String: Double] = [:]) -> any Optimiser {
        switch self {
        case .sgd:
          SGD(
            parameters, learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01,
            rateFactors: rateFactors)
        case .adam:
          Adam(parameters, learningRate: 0.1, weightDecay: 0.01, rateFactors: rateFactors)
        case .lars:
          LARS(parameters, learningRate: 0.1, weightDecay: 0.01, rateFactors: rateFactors)
        }
      }
    }

    @Test(arguments: Kind.allCases)
    func `A parameter's rate factor multiplies its steps`(_ kind: Kind) throws {
      let (slow, fast) = (
        tensor([1, 2], [1, 2]).settingRequiresGradient(),
        tensor([1, 2], [1, 2]).settingRequiresGradient()
      )
      let optimiser = kind.make([("slow", slow), ("fast", fast)], rateFactors: ["fast": 10])
      try (slow + fast).sum().backward()
      try optimiser.step()
      let (short, long) = (try slow.detached().floats(), try fast.detached().floats())
      for (index, start) in [Float(1), 2].enumerated() {
        #expect(short[index] < start)
        #expect(abs((start - long[index]) / (start - short[index]) - 10) < 0.01)
      }
    }

    @Test(arguments: Kind.allCases)
    func `An optimiser restored from its state goes on bit-identically`(_ kind: Kind) throws {
      func make(_ parameter: Tensor) -> any Optimiser { kind.make([("p", parameter)]) }
      let gradients: [Float] = [0.3, -0.7, 1.1, 0.2]
      let straight = tensor([1], [1, 1]).settingRequiresGradient()
      let optimiser = make(straight)
      for gradient in gradients[..<2] { try step(optimiser, straight, gradient) }
      let saved: [NamedTensor] = optimiser.state.map {
        ("saved." + $0.name, $0.tensor.copy())
      }
      let resumed = straight.detached().copy().settingRequiresGradient()
      for gradient in gradients[2...] { try step(optimiser, straight, gradient) }

      let restored = make(resumed)
      try restored.load(Dictionary(uniqueKeysWithValues: saved), prefix: "saved.")
      for gradient in gradients[2...] { try step(restored, resumed, gradient) }
      #expect(try resumed.floats() == straight.floats())
    }
  }
}
