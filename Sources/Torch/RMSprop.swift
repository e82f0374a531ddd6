/// RMSprop (Tieleman and Hinton, "Lecture 6.5: RMSprop", COURSERA, 2012), as torch.optim.RMSprop without
/// momentum and not centred: each value's step is divided by the root of a moving average of its squared
/// gradients.
///
///     s = alpha s + (1 - alpha) (g + w p)^2,   p = p - rate (g + w p) / (sqrt(s) + epsilon)
public final class RMSprop: Optimiser {
  public var learningRate: Double
  private let parameters: [NamedTensor]
  private let alpha: Double
  private let epsilon: Double
  private let weightDecay: Double
  private let rateFactors: [String: Double]
  private let constantRates: [String: Double]
  private let idle: IdleParameters
  private var squares = Moments("squares")

  /// - Parameters:
  ///   - parameters: those that it steps, under names that `state` has too.
  ///   - learningRate: the rate of the first step.
  ///   - alpha: the share of its old value that s keeps; torch.optim's default is 0.99.
  ///   - epsilon: what keeps the divisor above 0.
  ///   - weightDecay: w.
  ///   - rateFactors: what the learning rate of a parameter is multiplied by, by its name.
  ///   - constantRates: the rate of parameters that `learningRate` has no effect on, by name.
  ///   - idle: what becomes of parameters without a gradient.
  public init(
    _ parameters: [NamedTensor], learningRate: Double, alpha: Double = 0.99,
    epsilon: Double = 1e-8, weightDecay: Double = 0, rateFactors: [String: Double] = [:],
    constantRates: [String: Double] = [:], idle: IdleParameters = .skip
  ) {
    self.parameters = parameters
    self.learningRate = learningRate
    self.alpha = alpha
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.rateFactors = rateFactors
    self.constantRates = constantRates
    self.idle = idle
  }

  public func step() throws {
    let gradients = try idle.gradients(of: parameters) { squares[parameters[$0].name] != nil }
    try Torch.checked {
      Torch.withoutGradients {
        for (position, gradient) in gradients { step(position, gradient) }
      }
    }
  }

  private func step(_ position: Int, _ gradient: Tensor) {
    let (name, parameter) = parameters[position]
    // The gradient's own storage is free to be changed: the next step computes it anew.
    if weightDecay != 0 { gradient.add(parameter, scale: weightDecay) }
    let average = squares[name] ?? (gradient * 0)
    average.scale(by: alpha)
    average.addProduct(gradient, gradient, scale: 1 - alpha)
    squares[name] = average
    let rate = constantRates[name] ?? learningRate * (rateFactors[name] ?? 1)
    parameter.addQuotient(gradient, average.squareRoot() + epsilon, scale: -rate)
  }

  public var state: [NamedTensor] { squares.state(of: parameters) }

  public func load(_ tensors: [String: Tensor], prefix: String) throws {
    try Torch.checked { try squares.load(tensors, prefix: prefix, of: parameters) }
  }
}
