import Core
import Domain
import Torch

/// Partition confidence maximisation: the clusters of images and of perturbed copies should be the
/// same, cluster by cluster over the batch.
///
/// Huang, J., Gong, S. and Zhu, X., "Deep Semantic Clustering by Partition Confidence Maximisation",
/// CVPR 2020.
package final class PICA: PerturbedClusteringMethod {
  /// The defaults are those of the official code (commit a82957e).
  public struct Settings: Configurable {
    /// lambda of equation 10.
    public var balanceWeight = 2.0
    /// Views, network and training.
    public var clustering = PerturbedClusteringSettings()

    public init() {}

    public static let schema = SettingsSchema<Self>(
      .number("balance_weight", \.balanceWeight, in: 0...1000, "weight lambda of the balance")
    )
    .including(\.clustering)
    .from("PICA@a82957e")
  }

  public static let description = MethodDescription(
    name: "pica", title: "PICA", family: .deepClustering, version: 4,
    reference:
      "Huang et al., Deep Semantic Clustering by Partition Confidence Maximisation, CVPR 2020",
    summary: "clusters of images and of perturbed copies are told apart with confidence",
    code: "PICA@a82957e",
    benchmarks: ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"])

  public static let benchmarkDefaults = BenchmarkDefaults.perturbedClustering.overlaid(
    with: ["stl10": ["batch_size": 128]])

  public let inputs: Inputs
  public let perturbed: PerturbedClustering

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    perturbed = try PerturbedClustering(inputs.settings.clustering, for: inputs)
  }

  /// Equation 10: L = L_ce + lambda L_ne.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let step = perturbed.predictions(batch)
    let original = step.original.softmax(along: 1)
    let copies = step.perturbed.softmax(along: 1)
    return [
      (step.prefix + "uncertainty", partitionUncertainty(step.repeated(original), copies)),
      (step.prefix + "balance", balanceLoss(original) * settings.balanceWeight),
    ]
  }
}
