import Core
import Domain
import Torch

/// Deep robust clustering: an image's logits have to find those of a perturbed copy among those of all
/// images, and a cluster's probabilities over the batch those of the same cluster, while large clusters are
/// penalised.
///
/// Zhong, H., Chen, C., Jin, Z. and Hua, X.-S., "Deep Robust Clustering by Contrastive Learning", arXiv
/// 2008.03030, 2020. Its constants are in no source that could be read: the loss is a third party's reading of
/// the paper, and everything else is PICA's, on whose protocol its figures are.
package final class DRC: PerturbedClusteringMethod {
  /// Weights and temperatures are those of cuBERT-source-code-clustering (commit 97a078b), which names the
  /// paper; all else is PICA's.
  public struct Settings: Configurable {
    /// tau of the contrast of assignment features.
    public var featureTemperature = 0.5
    /// tau of the contrast of assignment probabilities.
    public var probabilityTemperature = 1.0
    /// lambda, the weight of the clusters' sizes.
    public var sizeWeight = 0.5
    /// Views, network and training.
    public var clustering = PerturbedClusteringSettings()

    public init() {}

    public static let schema = SettingsSchema<Self>(
      .number(
        "feature_temperature", \.featureTemperature, in: 0.01...10,
        "temperature of the contrast of logits"),
      .number(
        "probability_temperature", \.probabilityTemperature, in: 0.01...10,
        "temperature of the contrast of probabilities"),
      .number("size_weight", \.sizeWeight, in: 0...1000, "weight lambda of the squared sizes"),
      from: "cuBERT-source-code-clustering@97a078b, a third party's reading"
    )
    .including(\.clustering, from: "ours, as PICA@a82957e")
  }

  public static let description = MethodDescription(
    name: "drc", title: "DRC (third party's loss, PICA's set-up)", family: .deepClustering,
    version: 2,
    reference:
      "Zhong et al., Deep Robust Clustering by Contrastive Learning, arXiv 2008.03030, 2020",
    summary: "contrast of logits by image and of probabilities by cluster, with even cluster sizes",
    benchmarks: ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"])

  public static let benchmarkDefaults = PICA.benchmarkDefaults

  public let inputs: Inputs
  public let perturbed: PerturbedClustering

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    perturbed = try PerturbedClustering(inputs.settings.clustering, for: inputs)
  }

  /// Contrasts by inner products, not cosines, with the original as anchor.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let step = perturbed.predictions(batch)
    let original = step.original.softmax(along: 1)
    let copies = step.perturbed.softmax(along: 1)
    return [
      (
        step.prefix + "features",
        rowContrastLoss(
          step.repeated(step.original), step.perturbed, temperature: settings.featureTemperature)
      ),
      (
        step.prefix + "probabilities",
        rowContrastLoss(
          step.repeated(original).transposed(), copies.transposed(),
          temperature: settings.probabilityTemperature)
      ),
      (step.prefix + "sizes", squaredSizesLoss(original) * settings.sizeWeight),
    ]
  }
}
