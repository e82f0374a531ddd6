import Core
import Torch
import Vision

/// How a momentum encoder follows and a predictor learns, where one predicts the other's embeddings.
package struct MomentumPredictionSettings: Configurable {
  /// When the momentum encoder follows.
  public enum TargetMove: String, CaseIterable, Sendable {
    /// After the optimiser's step, by the weights that it gave (BYOL's algorithm 1).
    case afterStep = "after-step"
    /// Before it, by the weights that the predictions were made with (ProPos).
    case beforeStep = "before-step"
  }

  /// tau, by which the target network follows the online network.
  public var momentum = MomentumSettings(0.996, course: .cosine)
  /// When the target network follows.
  public var targetFollows = TargetMove.afterStep
  /// The number of the first step, 0 or 1, by which schedules go.
  public var firstStep = 1
  /// What the predictor's learning rate is multiplied by.
  public var predictorRate = 10.0
  /// Parts of a batch that are normalised apart (ShuffleBN); 1 is no part.
  public var shuffleGroups = 1

  public init() {}

  public static let schema = SettingsSchema<Self>()
    .including(\.momentum, from: "Grill et al., NeurIPS 2020, section 3.2; ProPos@cc35d8c")
    .adding(
      .choice(
        "target_follows", \.targetFollows,
        "when the momentum encoder follows, seen from the optimiser's step"),
      from: "Grill et al., NeurIPS 2020, algorithm 1; before-step: ProPos@cc35d8c"
    )
    .adding(
      .integer(
        "first_step", \.firstStep, in: 0...1,
        "number of a run's first step, by which learning rate and encoder momentum go"),
      .number(
        "predictor_rate", \.predictorRate, in: 0.01...1000,
        "what the predictor's learning rate is multiplied by"),
      .integer(
        "shuffle_groups", \.shuffleGroups, in: 1...64,
        "parts of the batch that are normalised apart, shuffled for the target (ShuffleBN)"),
      from: "ProPos@cc35d8c"
    )
}

/// A network that predicts the embeddings of its own momentum encoder: BYOL (Grill et al., "Bootstrap Your Own
/// Latent", NeurIPS 2020), and what builds on it.
///
/// ```swift
/// let targets = bootstrap.targets(batch)  // of each view, [B, D]
/// bootstrap.follow(batch, .beforeStep, plan)
/// // After the optimiser's step:
/// bootstrap.follow(batch, .afterStep, plan)
/// ```
package struct MomentumPrediction {
  /// Encoder and predictor, which learn.
  let online: PredictingEncoder
  /// The encoder of the other view.
  let target: MomentumEncoder<Encoder>
  /// The parts of a batch that both normalise apart.
  let groups: NormalisationGroups
  private let settings: MomentumPredictionSettings
  private let seed: UInt64

  /// - Parameters:
  ///   - settings: how the target follows.
  ///   - backbone: shape and initial weights of both encoders.
  ///   - projection: the shape of their heads and of the predictor.
  ///   - initialisation: the distribution of the predictor's weights.
  ///   - context: seed, device and precision of the run.
  init(
    _ settings: MomentumPredictionSettings, backbone: BackboneSettings,
    projection: ProjectionSettings, initialisation: LinearInitialisation = .torchDefault,
    context: MethodContext
  ) throws {
    self.settings = settings
    online = PredictingEncoder(
      backbone, projection: projection, predictor: projection, initialisation: initialisation,
      context: context)
    target = try MomentumEncoder(
      following: online.encoder,
      copy: Encoder(backbone, projection: projection, context: context))
    groups = NormalisationGroups(settings.shuffleGroups)
    seed = context.seed
  }

  /// A plan for two views.
  func plan(_ training: TrainingSettings) -> TrainingPlan {
    TrainingPlan(
      training: training, views: 2, rateFactors: ["predictor": settings.predictorRate],
      firstStep: settings.firstStep)
  }

  /// Embeddings of both views by the target network, [B, D] each, without gradients. It sees the second view first,
  /// as in ProPos's code: its running statistics know the order.
  /// - Parameter together: whether both views are one batch for the normalisation.
  func targets(_ batch: Batch, together: Bool = false) -> [Tensor] {
    func shuffled(_ images: Tensor, _ number: Int, _ network: Encoder) -> Tensor {
      let stream = RandomStream(
        seed: seed, purpose: .method, epoch: batch.epoch + 1, item: batch.step, view: number)
      return groups.shuffled(images, from: stream) { network.project($0, training: true) }
    }
    return target { network in
      if together {
        let images = batch.positions.count
        let both = shuffled(.concatenated(batch.views.reversed()), 0, network)
        return [both.narrowed(0, to: images..<(2 * images)), both.narrowed(0, to: 0..<images)]
      }
      return batch.views.enumerated().reversed().map { shuffled($1, $0, network) }.reversed()
    }
  }

  /// Moves the target network towards the online network, if this is the moment for it (BYOL's equation 1,
  /// xi = tau xi + (1 - tau) theta).
  /// - Parameters:
  ///   - batch: of the step.
  ///   - moment: seen from the optimiser's step.
  ///   - plan: the training's plan.
  func follow(
    _ batch: Batch, _ moment: MomentumPredictionSettings.TargetMove, _ plan: TrainingPlan
  ) {
    guard moment == settings.targetFollows else { return }
    target.follow(momentum: settings.momentum.value(at: plan.progress(at: batch)))
  }
}
