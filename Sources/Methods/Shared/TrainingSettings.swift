import Core
import Domain
import Foundation
import Torch
import Vision

/// How the learning rate changes over a run.
///
///     var training = TrainingSettings()
///     training.schedule = .cosine
public enum LearningRateSchedule: String, CaseIterable, Sendable {
  /// The full rate to the end.
  case constant
  /// Half a cosine from the full rate, where the warm-up ends, to `learning_rate_floor` of it, changed
  /// at every step (Loshchilov and Hutter, 2017).
  case cosine
  /// A factor from an epoch on, and again after every so many.
  case step
}

/// What turns gradients into steps.
///
///     var training = TrainingSettings()
///     training.optimiser = .adam
public enum OptimiserKind: String, CaseIterable, Sendable {
  /// `SGD`, with momentum.
  case sgd
  /// `Adam`, with the decay rates of its paper.
  case adam
  /// `LARS`, for large batches.
  case lars
  /// `RMSprop` with a moving average that keeps 0.9, as DAC's and DCCM's code have it.
  case rmsprop
}

/// Epochs, batches and optimiser. The defaults are AND's (Huang et al., ICML 2019, commit f94c07f):
/// SGD with Nesterov momentum and a learning rate of 0.03, divided by ten at epochs 120 and 160. That code
/// counts epochs from 80 and decays every 40 after it, so that nothing changes at 80 itself.
///
///     var training = TrainingSettings()   // a property of a method's settings
///
///     var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 2) }
public struct TrainingSettings: Configurable {
  /// Passes over the images.
  public var epochs = 200
  /// Images of a step, about: an epoch is cut into even batches.
  public var batchSize = 128
  /// What turns gradients into steps.
  public var optimiser = OptimiserKind.sgd
  /// The learning rate at its highest.
  public var learningRate = 0.03
  /// The part of the training over which the rate rises from zero, step by step.
  public var warmup: EpochSpan = 0
  /// The share of the rate that a cosine ends at.
  public var floor = 0.0
  /// The momentum of SGD and LARS.
  public var momentum = 0.9
  /// Whether SGD has Nesterov's form of momentum.
  public var nesterov = true
  /// The share of a parameter that is added to its gradient.
  public var weightDecay = 5e-4
  /// How the learning rate changes.
  public var schedule = LearningRateSchedule.step
  /// The first epoch of the step schedule's decay.
  public var decayStart = 120
  /// Epochs between two decays.
  public var decayEvery = 40
  /// What a decay multiplies the rate by.
  public var decayFactor = 0.1

  public init() {}

  /// Adam at a constant rate, the defaults of many methods.
  ///
  ///     public var training = TrainingSettings.adam(1e-3, batchSize: 256)
  package static func adam(
    _ learningRate: Double, batchSize: Int, epochs: Int = 200, weightDecay: Double = 0
  ) -> TrainingSettings {
    var settings = TrainingSettings()
    (settings.optimiser, settings.learningRate) = (.adam, learningRate)
    (settings.batchSize, settings.epochs) = (batchSize, epochs)
    (settings.weightDecay, settings.schedule) = (weightDecay, .constant)
    return settings
  }

  /// What ProPos's code (commit cc35d8c) trains BYOL and its own method by, and with another rate SimSiam.
  package static let propos: TrainingSettings = {
    var settings = TrainingSettings()
    (settings.epochs, settings.batchSize) = (1000, 256)
    (settings.learningRate, settings.warmup, settings.schedule) = (0.05, 0.05, .cosine)
    settings.nesterov = false
    return settings
  }()

  public static let schema = SettingsSchema<Self>([
    .integer(SettingName.epochs, \.epochs, in: 1...100_000, "passes over the images"),
    .integer(
      "batch_size", \.batchSize, in: 2...65_536, "images in a step, about: an epoch is cut evenly"),
    .choice("optimiser", \.optimiser, "what turns gradients into steps"),
    .number("learning_rate", \.learningRate, in: 1e-8...100, "learning rate at its highest"),
    .span(
      SettingName.learningRateWarmup, \.warmup, upTo: 100_000,
      "epochs, or their share of all, over which the rate rises from zero"),
    .number(
      "learning_rate_floor", \.floor, in: 0...1, "share of the rate that a cosine ends at"),
    .number("momentum", \.momentum, in: 0...0.9999, "momentum of SGD and LARS"),
    .boolean("nesterov", \.nesterov, "Nesterov's form of momentum"),
    .number("weight_decay", \.weightDecay, in: 0...1, "weight decay, added to the gradient"),
    .choice("schedule", \.schedule, scaledByEpochs: [.cosine], "how the learning rate changes"),
    .integer(
      "decay_start", \.decayStart, in: 0...100_000, "first epoch of the step schedule's decay"),
    .integer("decay_every", \.decayEvery, in: 1...100_000, "epochs between decays"),
    .number("decay_factor", \.decayFactor, in: 0...1, "what a decay multiplies the rate by"),
  ])

  /// The optimiser of a run, to be fed with `learningRate(epoch:step:of:)` before every step.
  /// - Parameters:
  ///   - parameters: those that it steps.
  ///   - rateFactors: what the learning rate of a parameter is multiplied by, by its name.
  ///   - constantRates: the rate of parameters that keep it all through, by name.
  ///   - momenta: the momentum of parameters that have another, by name; for Adam beta1; RMSprop has none.
  ///   - idle: what becomes of parameters without a gradient.
  public func makeOptimiser(
    _ parameters: [NamedTensor], rateFactors: [String: Double] = [:],
    constantRates: [String: Double] = [:], momenta: [String: Double] = [:],
    idle: IdleParameters = .skip
  ) -> any Optimiser {
    switch optimiser {
    case .sgd:
      SGD(
        parameters, learningRate: learningRate, momentum: momentum,
        nesterov: nesterov && momentum > 0, weightDecay: weightDecay, rateFactors: rateFactors,
        constantRates: constantRates, momenta: momenta, idle: idle)
    case .adam:
      Adam(
        parameters, learningRate: learningRate, weightDecay: weightDecay,
        rateFactors: rateFactors, constantRates: constantRates, momenta: momenta, idle: idle)
    case .lars:
      LARS(
        parameters, learningRate: learningRate, momentum: momentum, weightDecay: weightDecay,
        rateFactors: rateFactors, constantRates: constantRates, momenta: momenta, idle: idle)
    case .rmsprop:
      RMSprop(
        parameters, learningRate: learningRate, alpha: 0.9, weightDecay: weightDecay,
        rateFactors: rateFactors, constantRates: constantRates, idle: idle)
    }
  }

  /// The learning rate of step `step` of `steps` in `epoch`; `TrainingPlan` says from what a run counts.
  public func learningRate(epoch: Int, step: Int, of steps: Int) -> Double {
    let position = Double(epoch) + Double(step) / Double(steps)
    let warmup = warmup.length(of: epochs)
    if position < warmup { return learningRate * position / warmup }
    switch schedule {
    case .constant: return learningRate
    case .cosine:
      // A warm-up of all epochs ends at the full rate.
      let rest = Double(epochs) - warmup
      let progress = rest > 0 ? (position - warmup) / rest : 0
      return learningRate * (floor + (1 - floor) * 0.5 * (1 + cos(.pi * progress)))
    case .step:
      guard epoch >= decayStart else { return learningRate }
      let decays = 1 + (epoch - decayStart) / decayEvery
      return (0..<decays).reduce(learningRate) { rate, _ in rate * decayFactor }
    }
  }
}

extension AugmentationSettings {
  /// The views of ProPos's code (commit cc35d8c) for its own method and for BYOL and SimSiam.
  package static let propos: AugmentationSettings = {
    var settings = AugmentationSettings()
    (settings.cropScale, settings.jitter, settings.hue) = (0.08, 0.8, 0.1)
    return settings
  }()
}
