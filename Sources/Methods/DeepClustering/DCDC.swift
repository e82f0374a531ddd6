import Core
import Domain
import Torch

/// Doubly contrastive deep clustering: an image's prediction has to find that of a perturbed copy among
/// those of all images, and a cluster's predictions over the batch those of the same cluster.
///
/// Dang, Z., Deng, C., Yang, X. and Huang, H., "Doubly Contrastive Deep Clustering", arXiv 2103.05484,
/// 2021.
package final class DCDC: PerturbedClusteringMethod {
  /// The defaults are those of the official code (commit e3508a6), which is PICA's with another loss, rate
  /// and batch.
  public struct Settings: Configurable {
    /// tau, of both contrasts.
    public var temperature = 0.5
    /// The weight of the balance.
    public var balanceWeight = 1.0
    /// Views, network and training.
    public var clustering = PerturbedClusteringSettings()

    public init() {
      clustering.training.batchSize = 50
      clustering.training.learningRate = 1e-3
    }

    public static let schema = SettingsSchema<Self>(
      .number("temperature", \.temperature, in: 0.01...10, "temperature of both contrasts"),
      .number("balance_weight", \.balanceWeight, in: 0...1000, "weight of the balance")
    )
    .including(\.clustering)
    .from("DCDC@e3508a6")
  }

  public static let description = MethodDescription(
    name: "dcdc", title: "DCDC", family: .deepClustering, version: 2,
    reference: "Dang et al., Doubly Contrastive Deep Clustering, arXiv 2103.05484, 2021",
    summary: "contrast of predictions by image and by cluster, between images and perturbed copies",
    code: "ZhiyuanDang/DCDC@e3508a6",
    benchmarks: ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"])

  public static let benchmarkDefaults = BenchmarkDefaults.perturbedClustering.overlaid(
    with: [
      "cifar100": ["batch_size": 200], "stl10": ["batch_size": 100],
      "imagenet-dogs": ["batch_size": 60], "tiny-imagenet": ["batch_size": 300],
    ])

  public let inputs: Inputs
  public let perturbed: PerturbedClustering

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    perturbed = try PerturbedClustering(inputs.settings.clustering, for: inputs)
  }

  /// The contrast of rows, that of columns, and PICA's balance. The original is the anchor, and the copies of
  /// all images are the candidates.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let step = perturbed.predictions(batch)
    let original = step.original.softmax(along: 1)
    let repeated = step.repeated(original)
    let copies = step.perturbed.softmax(along: 1)
    let contrasts = Self.contrasts(repeated, copies, temperature: settings.temperature)
    return [
      (step.prefix + "sample", contrasts.rows), (step.prefix + "class", contrasts.columns),
      (step.prefix + "balance", balanceLoss(original) * settings.balanceWeight),
    ]
  }

  /// The contrasts of the cosines of rows and of columns.
  /// - Parameters:
  ///   - original: probabilities, [B, K].
  ///   - copies: probabilities, [B, K].
  ///   - temperature: tau.
  package static func contrasts(
    _ original: Tensor, _ copies: Tensor, temperature: Double
  ) -> (rows: Tensor, columns: Tensor) {
    let columns = (original.transposed().normalisedRows(), copies.transposed().normalisedRows())
    return (
      rowContrastLoss(
        original.normalisedRows(), copies.normalisedRows(), temperature: temperature),
      rowContrastLoss(columns.0, columns.1, temperature: temperature)
    )
  }
}
