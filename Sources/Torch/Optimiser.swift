/// Changes parameters by their gradients.
///
/// ```swift
/// let optimiser = SGD(network.parameters, learningRate: 0.1, momentum: 0.9)
/// try loss.backward()
/// try optimiser.step()
/// for parameter in network.parameters { parameter.tensor.clearGradient() }
/// ```
public protocol Optimiser: AnyObject {
  /// The rate of the next step.
  var learningRate: Double { get set }
  /// Applies the gradients in place. `IdleParameters` says what becomes of a parameter without one.
  /// - Throws: the first error of this thread. No parameter has changed if an operator before the step or
  ///   a gradient has failed.
  func step() throws
  /// What has to be kept for training to go on exactly: name to tensor.
  var state: [NamedTensor] { get }
  /// Takes back what `state` gave.
  /// - Parameters:
  ///   - tensors: the saved tensors, by name.
  ///   - prefix: what precedes a name in `tensors`.
  /// - Throws: `StateError` if what is needed is missing, of another shape or impossible; nothing has changed
  ///   then. What is remembered of a parameter is missing where it has not been stepped yet.
  func load(_ tensors: [String: Tensor], prefix: String) throws
}

/// What an optimiser does with a parameter that has no gradient in a step.
///
///     let optimiser = Adam(parameters, learningRate: 0.001, idle: .decay)
public enum IdleParameters: String, CaseIterable, Sendable {
  /// Nothing, as PyTorch 2.0 and later, which drop gradients between steps.
  case skip
  /// A step with a gradient of zeros, once the parameter has had a gradient, as PyTorch before 2.0, which
  /// set gradients to zero: moments decay and still move the parameter.
  case decay

  /// The gradients that parameters are stepped with, each with its parameter's position. Those left alone
  /// have none.
  /// - Parameter wasStepped: whether the parameter at a position has had a gradient in an earlier step.
  /// - Throws: the first error of an operator, so that no parameter is stepped with a failed gradient.
  func gradients(
    of parameters: [NamedTensor], wasStepped: (_ position: Int) -> Bool
  ) throws -> [(position: Int, gradient: Tensor)] {
    try Torch.checked {
      parameters.enumerated().compactMap { position, parameter in
        if let gradient = parameter.tensor.gradient { return (position, gradient) }
        guard self == .decay, wasStepped(position) else { return nil }
        return (position, parameter.tensor.detached() * 0)
      }
    }
  }
}

/// A tensor that an optimiser remembers for each parameter that it has stepped.
struct Moments {
  /// What `state` calls them.
  private let name: String
  private var tensors: [String: Tensor] = [:]

  init(_ name: String) { self.name = name }

  subscript(parameter: String) -> Tensor? {
    get { tensors[parameter] }
    set { tensors[parameter] = newValue }
  }

  /// The tensors of `parameters`, in their order.
  func state(of parameters: [NamedTensor]) -> [NamedTensor] {
    parameters.compactMap { parameter in
      tensors[parameter.name].map { (name: "\(name).\(parameter.name)", tensor: $0) }
    }
  }

  /// Takes back what `state` gave; a parameter that had not been stepped has nothing.
  /// - Throws: `StateError.shape`; nothing has changed then.
  mutating func load(
    _ saved: [String: Tensor], prefix: String, of parameters: [NamedTensor]
  ) throws(StateError) {
    var loaded: [String: Tensor] = [:]
    for (parameter, tensor) in parameters {
      let key = "\(prefix)\(name).\(parameter)"
      if let found = saved[key], found.shape != tensor.shape {
        throw .shape(key, expected: tensor.shape, found: found.shape)
      }
      loaded[parameter] = saved[key]?.to(tensor.device).copy()
    }
    tensors = loaded
  }
}

/// Stochastic gradient descent with momentum, as torch.optim.SGD (dampening 0):
///
///     v = mu v + g + w p,   p = p - rate v,   or with Nesterov p = p - rate (g + w p + mu v)
public final class SGD: Optimiser {
  public var learningRate: Double
  private let parameters: [NamedTensor]
  private let momentum: Double
  private let nesterov: Bool
  private let weightDecay: Double
  private let rateFactors: [String: Double]
  private let constantRates: [String: Double]
  private let momenta: [String: Double]
  private let idle: IdleParameters
  private var velocities = Moments("velocity")

  /// - Parameters:
  ///   - parameters: those that it steps, under names that `state` has too.
  ///   - learningRate: the rate of the first step.
  ///   - momentum: mu.
  ///   - nesterov: whether momentum has Nesterov's form.
  ///   - weightDecay: w.
  ///   - rateFactors: what the learning rate of a parameter is multiplied by, by its name.
  ///   - constantRates: the rate of parameters that `learningRate` has no effect on, by name.
  ///   - momenta: the momentum of parameters that have another, by name.
  ///   - idle: what becomes of parameters without a gradient.
  public init(
    _ parameters: [NamedTensor], learningRate: Double, momentum: Double = 0,
    nesterov: Bool = false, weightDecay: Double = 0, rateFactors: [String: Double] = [:],
    constantRates: [String: Double] = [:], momenta: [String: Double] = [:],
    idle: IdleParameters = .skip
  ) {
    self.parameters = parameters
    self.learningRate = learningRate
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
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
          let rate = constantRates[name] ?? learningRate * (rateFactors[name] ?? 1)
          parameter.add(direction(name, parameter, gradient), scale: -rate)
        }
      }
    }
  }

  private func direction(_ name: String, _ parameter: Tensor, _ gradient: Tensor) -> Tensor {
    // The gradient's own storage is free to be changed: the next step computes it anew.
    if weightDecay != 0 { gradient.add(parameter, scale: weightDecay) }
    let momentum = momenta[name] ?? momentum
    // A velocity also tells that the parameter has had a gradient.
    guard momentum != 0 || idle == .decay else { return gradient }
    let velocity: Tensor
    if let previous = velocities[name] {
      previous.scale(by: momentum)
      previous.add(gradient)
      velocity = previous
    } else {
      velocity = gradient.copy()
      velocities[name] = velocity
    }
    guard nesterov else { return velocity }
    gradient.add(velocity, scale: momentum)
    return gradient
  }

  public var state: [NamedTensor] { velocities.state(of: parameters) }

  public func load(_ tensors: [String: Tensor], prefix: String) throws {
    try Torch.checked { try velocities.load(tensors, prefix: prefix, of: parameters) }
  }
}

/// Adam (Kingma and Ba, ICLR 2015, algorithm 1), as torch.optim.Adam: weight decay is added to the gradient,
/// and the steps t of the bias correction are counted for each parameter from its first gradient on.
///
///     m = b1 m + (1 - b1) g,   s = b2 s + (1 - b2) g^2,
///     p = p - rate m / (1 - b1^t) / (sqrt(s / (1 - b2^t)) + epsilon)
public final class Adam: Optimiser {
  public var learningRate: Double
  private let parameters: [NamedTensor]
  private let beta1: Double
  private let beta2: Double
  private let epsilon: Double
  private let weightDecay: Double
  private let rateFactors: [String: Double]
  private let constantRates: [String: Double]
  private let momenta: [String: Double]
  private let idle: IdleParameters
  /// Of each parameter, in their order.
  private var counts: [Count]
  private var firstMoments = Moments("first")
  private var secondMoments = Moments("second")

  /// - Parameters:
  ///   - parameters: those that it steps, under names that `state` has too.
  ///   - learningRate: the rate of the first step.
  ///   - beta1: the share of its old value that m keeps.
  ///   - beta2: the share of its old value that s keeps.
  ///   - epsilon: what keeps the divisor above 0.
  ///   - weightDecay: what the parameter is multiplied by before it is added to its gradient.
  ///   - rateFactors: what the learning rate of a parameter is multiplied by, by its name.
  ///   - constantRates: the rate of parameters that `learningRate` has no effect on, by name.
  ///   - momenta: beta1 of parameters that have another, by name.
  ///   - idle: what becomes of parameters without a gradient.
  public init(
    _ parameters: [NamedTensor], learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 0, rateFactors: [String: Double] = [:],
    constantRates: [String: Double] = [:], momenta: [String: Double] = [:],
    idle: IdleParameters = .skip
  ) {
    self.parameters = parameters
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.rateFactors = rateFactors
    self.constantRates = constantRates
    self.momenta = momenta
    self.idle = idle
    counts = [Count](repeating: Count(), count: parameters.count)
  }

  /// The steps of a parameter, and beta1 and beta2 to their power.
  private struct Count {
    var steps = 0
    var powers = (1.0, 1.0)

    mutating func advance(_ beta1: Double, _ beta2: Double) {
      steps += 1
      powers = (powers.0 * beta1, powers.1 * beta2)
    }

    /// Advances to so many steps: multiplied up as by the steps themselves, so that the bits are the same.
    mutating func advance(to count: Int, _ beta1: Double, _ beta2: Double) {
      while steps < count {
        let last = powers
        advance(beta1, beta2)
        // So small that they do not change any more.
        if powers == last { steps = count }
      }
    }
  }

  /// The most steps of a parameter that are taken for possible.
  private static let mostSteps = 1_000_000_000

  public func step() throws {
    let gradients = try idle.gradients(of: parameters) { counts[$0].steps > 0 }
    try Torch.checked {
      Torch.withoutGradients {
        for (position, gradient) in gradients { step(position, gradient) }
      }
    }
  }

  private func step(_ position: Int, _ gradient: Tensor) {
    let (name, parameter) = parameters[position]
    let beta1 = momenta[name] ?? beta1
    counts[position].advance(beta1, beta2)
    let correction1 = 1 - counts[position].powers.0
    let correction2 = (1 - counts[position].powers.1).squareRoot()
    if weightDecay != 0 { gradient.add(parameter, scale: weightDecay) }
    let first = firstMoments[name] ?? (gradient * 0)
    let second = secondMoments[name] ?? (gradient * 0)
    first.scale(by: beta1)
    first.add(gradient, scale: 1 - beta1)
    second.scale(by: beta2)
    second.addProduct(gradient, gradient, scale: 1 - beta2)
    (firstMoments[name], secondMoments[name]) = (first, second)
    let denominator = second.squareRoot() / correction2 + epsilon
    let rate = constantRates[name] ?? learningRate * (rateFactors[name] ?? 1)
    parameter.addQuotient(first, denominator, scale: -rate / correction1)
  }

  public var state: [NamedTensor] {
    [("steps", Tensor(counts.map(\.steps)))] + firstMoments.state(of: parameters)
      + secondMoments.state(of: parameters)
  }

  public func load(_ tensors: [String: Tensor], prefix: String) throws {
    guard let saved = tensors[prefix + "steps"] else { throw StateError.missing(prefix + "steps") }
    guard saved.shape == [parameters.count] else {
      throw StateError.shape(prefix + "steps", expected: [parameters.count], found: saved.shape)
    }
    let steps = try saved.integers().map(Int.init)
    guard steps.allSatisfy({ (0...Self.mostSteps).contains($0) }) else {
      throw StateError.impossible(prefix + "steps")
    }
    var (first, second) = (firstMoments, secondMoments)
    try Torch.checked {
      try first.load(tensors, prefix: prefix, of: parameters)
      try second.load(tensors, prefix: prefix, of: parameters)
    }
    (firstMoments, secondMoments) = (first, second)
    counts = zip(parameters, steps).map { parameter, steps in
      var count = Count()
      count.advance(to: steps, momenta[parameter.name] ?? beta1, beta2)
      return count
    }
  }
}
