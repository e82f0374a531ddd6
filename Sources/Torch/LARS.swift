/// Stochastic gradient descent whose rate is adapted to each layer (You et al., "Large Batch Training of
/// Convolutional Networks", 2017), in the form of SimCLR's code: the rate is part of the momentum, and
/// vectors (biases, and batch normalisation's weights) are neither decayed nor adapted.
///
///     r = eta ||p|| / ||g + w p||,   v = mu v + rate r (g + w p),   p = p - v
public final class LARS: Optimiser {
  public var learningRate: Double
  private let parameters: [NamedTensor]
  private let momentum: Double
  private let weightDecay: Double
  private let trust: Double
  private let rateFactors: [String: Double]
  private let constantRates: [String: Double]
  private let momenta: [String: Double]
  private let idle: IdleParameters
  private var velocities = Moments("velocity")

  /// - Parameters:
  ///   - parameters: those that it steps, under names that `state` has too.
  ///   - learningRate: the rate of the first step.
  ///   - momentum: mu.
  ///   - weightDecay: w.
  ///   - trust: eta, the share of a layer's length that a step at the rate 1 moves it by.
  ///   - rateFactors: what the learning rate of a parameter is multiplied by, by its name.
  ///   - constantRates: the rate of parameters that `learningRate` has no effect on, by name.
  ///   - momenta: the momentum of parameters that have another, by name.
  ///   - idle: what becomes of parameters without a gradient.
  public init(
    _ parameters: [NamedTensor], learningRate: Double, momentum: Double = 0.9,
    weightDecay: Double = 0, trust: Double = 0.001, rateFactors: [String: Double] = [:],
    constantRates: [String: Double] = [:], momenta: [String: Double] = [:],
    idle: IdleParameters = .skip
  ) {
    self.parameters = parameters
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.trust = trust
    self.rateFactors = rateFactors
    self.constantRates = constantRates
    self.momenta = momenta
    self.idle = idle
  }

  public func step() throws {
    let gradients = try idle.gradients(of: parameters) { velocities[parameters[$0].name] != nil }
    try Torch.checked {
      Torch.withoutGradients {
        for (position, gradient) in gradients {
          let (name, parameter) = parameters[position]
          let velocity = velocity(name, parameter, gradient)
          velocities[name] = velocity
          parameter.add(velocity, scale: -1)
        }
      }
    }
  }

  private func velocity(_ name: String, _ parameter: Tensor, _ gradient: Tensor) -> Tensor {
    let rate = constantRates[name] ?? learningRate * (rateFactors[name] ?? 1)
    let isAdapted = parameter.rank > 1
    // The gradient's own storage is free to be changed: the next step computes it anew.
    if isAdapted, weightDecay != 0 { gradient.add(parameter, scale: weightDecay) }
    let change = isAdapted ? gradient * ratio(parameter, gradient) * rate : gradient * rate
    guard let velocity = velocities[name] else { return change }
    velocity.scale(by: momenta[name] ?? momentum)
    velocity.add(change)
    return velocity
  }

  /// eta ||p|| / ||g||, 1 where either is zero; a scalar tensor, so that no device has to wait.
  private func ratio(_ parameter: Tensor, _ gradient: Tensor) -> Tensor {
    let length = parameter.squared().sum().squareRoot()
    let slope = gradient.squared().sum().squareRoot()
    let isDefined = (length * slope).isGreater(than: 0)
    let one = length * 0 + 1
    return isDefined.select(length / slope * trust, else: one)
  }

  public var state: [NamedTensor] { velocities.state(of: parameters) }

  public func load(_ tensors: [String: Tensor], prefix: String) throws {
    try Torch.checked { try velocities.load(tensors, prefix: prefix, of: parameters) }
  }
}
