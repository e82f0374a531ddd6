import Core
import Vision

/// SCL's choices. The paper's abstract is known, its body is not: each choice is our reading, under a
/// name, so that a reader who has the paper sets it right in an experiment file.
public struct SCLSettings: Configurable {
  /// What is pulled together against the memory.
  public enum Positives: String, CaseIterable, Sendable {
    case instance
    case cluster
    case both
  }

  /// How a cluster's similarities become a prediction.
  public enum Similarity: String, CaseIterable, Sendable {
    case sum
    case mean
  }

  /// How the two predictions of the other view become a target.
  public enum Consensus: String, CaseIterable, Sendable {
    case product
    case mean
    case agreement
  }

  /// Where the first hypotheses come from.
  public enum Initialisation: String, CaseIterable, Sendable {
    case kmeans
    case classifier
  }

  /// Which predictions are kept balanced after the warm-up.
  public enum Balance: String, CaseIterable, Sendable {
    case boundary
    case both
  }

  /// Which prediction is an image's cluster.
  public enum Assignment: String, CaseIterable, Sendable {
    case boundary
    case similarity
    case consensus
  }

  public var temperature = 0.1
  public var memoryMomentum = 0.5
  public var dimensions = 128
  public var warmupEpochs = 40
  public var isSemantic = true
  public var positives = Positives.instance
  public var similarity = Similarity.mean
  public var consensus = Consensus.product
  public var consistencyWeight = 1.0
  public var viewWeight = 1.0
  public var balance = Balance.both
  public var balanceWeight = 2.0
  public var initialisation = Initialisation.kmeans
  public var restarts = 5
  public var assignment = Assignment.boundary
  public var backbone = BackboneSettings()
  public var training = TrainingSettings()
  public var augmentation = AugmentationSettings()

  public init() {}

  public static let schema =
    SettingsSchema<Self>([
      .number("temperature", \.temperature, in: 0.01...10, "temperature tau against the memory"),
      .number("memory_momentum", \.memoryMomentum, in: 0...0.9999, "share of the old bank vector"),
      .integer("dimensions", \.dimensions, in: 2...4096, "length D of an embedding"),
      .integer(
        "warmup_epochs", \.warmupEpochs, in: 0...100_000, "epochs before hypotheses are used"),
      .boolean("semantic", \.isSemantic, "false keeps every other image a negative (an ablation)"),
      .choice("positives", \.positives, "what the semantic term pulls together"),
      .choice("similarity", \.similarity, "how similarities to a cluster's members are joined"),
      .choice("consensus", \.consensus, "how the other view's two predictions become a target"),
      .number("consistency_weight", \.consistencyWeight, in: 0...1000, "weight w_c of consistency"),
      .number(
        "view_weight", \.viewWeight, in: 0...1000, "weight of the classifier's view consistency"),
      .choice("balance", \.balance, "which predictions are kept balanced after the warm-up"),
      .number("balance_weight", \.balanceWeight, in: 0...1000, "weight lambda of the balance"),
      .choice("initialisation", \.initialisation, "where the first hypotheses come from"),
      .integer("restarts", \.restarts, in: 1...1000, "starts of k-means for the first hypotheses"),
      .choice("assign", \.assignment, "which prediction is an image's cluster"),
    ]) + .init(\.backbone, BackboneSettings.schema) + .init(\.training, TrainingSettings.schema)
    + .init(\.augmentation, AugmentationSettings.schema)
}
