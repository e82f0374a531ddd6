import Core
import Methods
import Torch
import Vision

/// Barlow Twins, and k-means on its features: the embeddings of two views should be the same in each
/// dimension, and no two dimensions alike.
final class BarlowTwins: TrainedMethod {
  struct Settings: Configurable {
    var redundancy = 0.005
    var restarts = 10
    var projection = ProjectionSettings(.mlpBatchNormalised, dimensions: 128)
    var backbone = BackboneSettings()
    var training = TrainingSettings()
    var augmentation = AugmentationSettings()

    static let schema = SettingsSchema<Self>(
      .number("redundancy", \.redundancy, in: 0...1, "weight lambda of what dimensions share"),
      .integer("restarts", \.restarts, in: 1...1000, "starts of the final k-means")
    )
    .including(\.projection, \.backbone, \.training, \.augmentation)
  }

  static let description = MethodDescription(
    name: "barlow", title: "Barlow Twins + k-means", family: .contrastive, version: 1,
    reference: "Zbontar et al., Barlow Twins, ICML 2021",
    summary: "two views agree in each dimension of an embedding, and no two dimensions do")

  let inputs: Inputs
  let augmentation: Augmentation
  private let encoder: Encoder

  init(_ inputs: Inputs) throws {
    self.inputs = inputs
    augmentation = try Augmentation(inputs.settings.augmentation, for: inputs)
    encoder = Encoder(
      inputs.settings.backbone, projection: inputs.settings.projection, context: inputs.context)
  }

  var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 2) }
  var network: any Module { encoder }

  /// Equation 1, its sums over dimensions divided by their number D.
  func loss(_ batch: Batch) -> [LossTerm] {
    let views = batch.views.map { standardised(encoder.project($0, training: true)) }
    let correlation = views[0].transposed().matmul(views[1]) / Double(batch.positions.count)
    let dimensions = correlation.size(0)
    let diagonal = Tensor.indices(dimensions).oneHot(dimensions).to(.float32).to(context.device)
    let same = ((correlation - 1) * diagonal).squared().sum() / Double(dimensions)
    let others = (correlation * (1 - diagonal)).squared().sum() / Double(dimensions)
    return [("invariance", same), ("redundancy", others * settings.redundancy)]
  }

  /// Mean 0 and variance 1 over the batch in each column of [B, D].
  private func standardised(_ embeddings: Tensor) -> Tensor {
    let centred = embeddings - embeddings.mean(along: [0], keep: true)
    return centred / (centred.squared().mean(along: [0], keep: true) + 1e-5).squareRoot()
  }

  func assign(_ images: ImageSet) throws -> [Int32] {
    try FeatureClustering(restarts: settings.restarts, for: inputs).assign(images) {
      try encoder.embeddings(of: $0, augmentation).floats()
    }
  }
}
