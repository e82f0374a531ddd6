import Core
import Torch
import Vision

/// What a method is set by that learns from its own predictions, which are fixed for a block of images (DAC, DCCM).
package struct BlockPredictionSettings: Configurable {
  /// What the images that are scored are normalised by.
  public var statistics = PredictionStatistics.running
  /// Images that are predicted together, about.
  public var batch = 1000
  /// Blocks of images with fixed targets.
  public var blocks = BlockSettings()
  /// Epochs, batches and optimiser.
  public var training = TrainingSettings()
  /// How views are made.
  public var augmentation = AffineAugmentationSettings()

  public init() {
    training.batchSize = 32
    training.optimiser = .rmsprop
    training.weightDecay = 0
    training.schedule = .constant
  }

  public static let schema = SettingsSchema<Self>(
    .choice(
      "prediction_statistics", \.statistics,
      "what batch normalisation takes mean and variance from where images are scored"),
    .integer(
      "prediction_batch", \.batch, in: 2...10_000,
      "images that are predicted, and normalised, together")
  )
  .including(\.blocks, \.training, \.augmentation)
}

/// The views of such methods, and the predictions that they learn from.
package struct BlockPredictions {
  /// Makes the images as they are: what targets come from and what is scored.
  public let augmentation: Augmentation
  /// The predictions of each image as its block began, [N, K].
  public let reference: Tensor
  fileprivate let settings: BlockPredictionSettings
  fileprivate let affine: AffineAugmentation

  public init<Settings>(
    _ settings: BlockPredictionSettings, for inputs: MethodInputs<Settings>
  ) throws {
    self.settings = settings
    augmentation = try Augmentation(
      .unchanged(normalise: false), for: inputs, crop: .square(share: 1))
    affine = AffineAugmentation(settings: settings.augmentation, beside: augmentation)
    reference = Tensor.zeros(
      [inputs.images.count, inputs.context.clusters], on: inputs.context.device)
  }
}

/// A method that learns from its own predictions of a block. Its file has the network and the loss:
///
/// ```swift
/// package func loss(_ batch: Batch) -> [LossTerm] {
///   let reference = predictions.reference.rows(batch.index)
///   let relations = PairRelations(reference, threshold: 0.95)
///   return [("graph", pseudoGraphLoss(probabilities(batch.views[0], .training), relations))]
/// }
/// ```
package protocol BlockPredictionMethod: TrainedMethod, ReportsConfidence {
  /// Views and predictions.
  var predictions: BlockPredictions { get }
  /// Images [B, 3, S, S] to probabilities [B, K].
  func probabilities(_ images: Tensor, _ mode: NormalisationMode) -> Tensor
}

extension BlockPredictionMethod {
  public var plan: TrainingPlan {
    TrainingPlan(
      training: predictions.settings.training, views: 1, blocks: predictions.settings.blocks)
  }

  public var augmentation: Augmentation { predictions.augmentation }
  public var memory: [NamedTensor] { [("reference", predictions.reference)] }

  public func views(of images: ImageSet, at positions: [Int], epoch: Int) throws -> [Tensor] {
    [try predictions.affine.view(0, of: images, at: positions, epoch: epoch)]
  }

  /// Predicts the block as it is, normalised as in training.
  public func beginBlock(_ positions: [Int], epoch: Int) {
    predictions.reference.setRows(
      Tensor(positions).to(context.device), to: predict(learnt, at: positions, .batch))
  }

  /// The largest probability.
  public func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment {
    let mode = NormalisationMode(predictions.settings.statistics)
    return try ConfidentAssignment(
      probabilities: predict(images, at: Array(0..<images.count), mode))
  }

  private func predict(
    _ images: ImageSet, at positions: [Int], _ mode: NormalisationMode
  ) -> Tensor {
    augmentation.predictions(
      of: images, at: positions, batchSize: predictions.settings.batch
    ) { probabilities($0, mode) }
  }
}

extension BlockPredictionSettings {
  /// Why a run of these settings cannot be applied to new images; nil if it can.
  var obstacle: String? {
    statistics == .batch
      ? "prediction_statistics batch makes an image's cluster depend on the images beside it" : nil
  }
}
