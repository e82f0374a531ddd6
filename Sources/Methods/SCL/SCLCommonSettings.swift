import Core
import Vision

/// What SCL and its warm-up have in common: the network, its views, and how it is trained.
///
/// The defaults are those of the same authors' public code (PICA, commit a82957e; AND, commit f94c07f).
package struct SCLCommonSettings: Configurable {
  /// tau, of similarities to the memory.
  public var temperature = 0.1
  /// mu, the share of its old vector that an entry of the bank keeps.
  public var memoryMomentum = 0.5
  /// D, the length of an embedding.
  public var dimensions = 128
  /// The clusters of a second classifier, which makes the features finer; 0 for none.
  public var overClusters = 0
  /// The residual network.
  public var backbone = BackboneSettings()
  /// Epochs, batches and optimiser.
  public var training = TrainingSettings()
  /// How views are made.
  public var augmentation = AugmentationSettings()

  public init() {
    // Neither code initialises convolutions.
    backbone.start.convolutions = .torchDefault
  }

  public static let schema = SettingsSchema<Self>(
    .number("temperature", \.temperature, in: 0.01...10, "temperature tau against the memory"),
    .number("memory_momentum", \.memoryMomentum, in: 0...0.9999, "share of the old bank vector"),
    .integer("dimensions", \.dimensions, in: 2...4096, "length D of an embedding"),
    .integer(
      "over_clusters", \.overClusters, in: 0...10_000,
      "clusters of a second classifier on the same features; 0: none"),
    from: "AND@f94c07f, by SCL's authors; over_clusters: ours"
  )
  .including(
    \.backbone, \.training, \.augmentation,
    from: "AND@f94c07f and PICA@a82957e, by SCL's authors")
}
