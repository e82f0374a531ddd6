import Core
import Vision

/// SCL's choices. The paper's abstract is known, its body is not: each choice is our reading, under a
/// name, so that a reader who has the paper sets it right in an experiment file.
package struct SCLSettings: Configurable {
  /// What is pulled together against the memory.
  public enum Positives: String, CaseIterable, Sendable {
    /// An image and its own entry; cluster mates are no negatives.
    case instance
    /// An image and all entries of its cluster.
    case cluster
    /// The mean of both losses.
    case both
    /// As `cluster` for trusted images; for the others, plain instance discrimination.
    case trust
  }

  /// How a cluster's similarities become a prediction.
  public enum Similarity: String, CaseIterable, Sendable {
    /// Their sum, so that large clusters attract.
    case sum
    /// Their mean over the cluster's members.
    case mean
    /// The similarity to the cluster's centre instead.
    case prototype
  }

  /// How the two predictions have to agree.
  public enum Consensus: String, CaseIterable, Sendable {
    /// Both with the other view's product, normalised.
    case product
    /// Both with the other view's mean.
    case mean
    /// Both with the class on which the other view's agree; images on which these do not are left out.
    case agreement
    /// Each with the other prediction of the other view, by the likelihood that both name the same cluster.
    case joint
  }

  /// How the consensus becomes hypotheses.
  public enum Hypotheses: String, CaseIterable, Sendable {
    /// The most probable class of each image.
    case argmax
    /// The most probable one once all clusters are made about equally large.
    case balanced
  }

  /// Where the first hypotheses come from.
  public enum Initialisation: String, CaseIterable, Sendable {
    /// k-means on the memory bank.
    case kmeans
    /// What the classifier has come to in the warm-up.
    case classifier
  }

  /// Which predictions are kept balanced after the warm-up.
  public enum Balance: String, CaseIterable, Sendable {
    /// Those by decision boundaries.
    case boundary
    /// Those by visual similarity too.
    case both
  }

  /// Which prediction is an image's cluster.
  public enum Assignment: String, CaseIterable, Sendable {
    /// p, by decision boundaries.
    case boundary
    /// q, by visual similarity.
    case similarity
    /// Their product.
    case consensus
  }

  /// The part of the training before hypotheses are used.
  public var warmup: EpochSpan = 0.2
  /// The weight of the classifier's consistency between views in the warm-up.
  public var warmupViewWeight = 1.0
  /// lambda in the warm-up.
  public var warmupBalanceWeight = 2.0
  /// Whether negatives know about clusters; without is an ablation.
  public var isSemantic = true
  /// What is pulled together against the memory.
  public var positives = Positives.instance
  /// With `trust`, the share of a batch's images that may be trusted at first.
  public var trustStart = 0.25
  /// The same at the end.
  public var trustEnd = 1.0
  /// How a cluster's similarities become a prediction.
  public var similarity = Similarity.mean
  /// How the two predictions have to agree.
  public var consensus = Consensus.product
  /// The largest probability of the consensus below which an image is left out of the consistency.
  public var confidenceGate = 0.0
  /// w_c; 0 is an ablation.
  public var consistencyWeight = 1.0
  /// The epochs after the warm-up over which w_c rises from zero.
  public var consistencyRamp: EpochSpan = 0
  /// The weight of the classifier's consistency between views.
  public var viewWeight = 1.0
  /// The predictions that are kept balanced.
  public var balance = Balance.both
  /// lambda.
  public var balanceWeight = 2.0
  /// How the consensus becomes hypotheses.
  public var hypotheses = Hypotheses.balanced
  /// With `balanced`, the power that the consensus is raised to before it is balanced.
  public var hypothesisPower = 10.0
  /// With `balanced`, the iterations of Sinkhorn's algorithm.
  public var hypothesisIterations = 50
  /// Where the first hypotheses come from.
  public var initialisation = Initialisation.kmeans
  /// Starts of that k-means.
  public var restarts = 5
  /// The prediction that is an image's cluster.
  public var assignment = Assignment.boundary
  /// The network, its views, and how it is trained, in the warm-up too.
  public var common = SCLCommonSettings()

  public init() {}

  /// A warm-up as long as the training leaves no epoch for the method's own terms.
  public var contradiction: String? {
    let epochs = common.training.epochs
    guard warmupEpochs >= epochs else { return nil }
    return "warmup_epochs \(warmup) leaves none of the \(epochs) epochs for its own terms"
  }

  public static let schema = SettingsSchema<Self>(
    .span(
      "warmup_epochs", \.warmup, upTo: 100_000,
      "epochs, or their share of all, before hypotheses are used: a run of its own"),
    .number(
      "warmup_view_weight", \.warmupViewWeight, in: 0...1000, "view_weight in the warm-up"),
    .number(
      "warmup_balance_weight", \.warmupBalanceWeight, in: 0...1000,
      "balance_weight in the warm-up"),
    .boolean("semantic", \.isSemantic, "false keeps every other image a negative (an ablation)"),
    .choice(
      "positives", \.positives, scaledByEpochs: [.trust], "what the semantic term pulls together"),
    .number(
      "trust_start", \.trustStart, in: 0...1,
      "with positives trust, the share of images that may be trusted at first"),
    .number("trust_end", \.trustEnd, in: 0...1, "that share at the end"),
    .choice("similarity", \.similarity, "how similarities to a cluster's members are joined"),
    .choice("consensus", \.consensus, "how the two predictions have to agree"),
    .number(
      "confidence_gate", \.confidenceGate, in: 0...1,
      "least confidence of a consensus that is learnt from; 0: any"),
    .number("consistency_weight", \.consistencyWeight, in: 0...1000, "weight w_c of consistency"),
    .span(
      "consistency_ramp", \.consistencyRamp, upTo: 100_000,
      "epochs after the warm-up, or their share of all, over which w_c rises from zero"),
    .number(
      "view_weight", \.viewWeight, in: 0...1000,
      "weight of the classifier's view consistency after the warm-up"),
    .choice("balance", \.balance, "which predictions are kept balanced after the warm-up"),
    .number(
      "balance_weight", \.balanceWeight, in: 0...1000,
      "weight lambda of the balance after the warm-up"),
    .choice("hypotheses", \.hypotheses, "how the consensus becomes an image's class"),
    .number(
      "hypothesis_power", \.hypothesisPower, in: 1...100,
      "with hypotheses balanced, power that the consensus is raised to first"),
    .integer(
      "hypothesis_iterations", \.hypothesisIterations, in: 1...1000,
      "with hypotheses balanced, iterations of Sinkhorn's algorithm"),
    .choice("initialisation", \.initialisation, "where the first hypotheses come from"),
    .integer("restarts", \.restarts, in: 1...1000, "starts of k-means for the first hypotheses"),
    .choice("assign", \.assignment, "which prediction is an image's cluster"),
    from: "ours, readings of the abstract (docs/scl.md)"
  )
  .including(\.common)
}

extension SCLSettings {
  /// Epochs of the warm-up. A share is at least one of two or more epochs.
  var warmupEpochs: Int {
    let epochs = common.training.epochs
    let whole = warmup.wholeEpochs(of: epochs)
    if case .share = warmup, epochs > 1 { return max(1, whole) }
    return whole
  }

  /// The warm-up as a run of its own; nil without one. It has no setting that matters only after it, so that
  /// variants of a seed share it.
  var stage: Stage? {
    guard warmupEpochs > 0, contradiction == nil else { return nil }
    var settings = SCLWarmup.Settings()
    settings.common = common
    settings.common.training.epochs = warmupEpochs
    settings.viewWeight = warmupViewWeight
    settings.balanceWeight = warmupBalanceWeight
    // Where epochs do not depend on those that follow, trainings of any length share the warm-up.
    let training = common.training
    if !TrainingSettings.schema.lengthDependences(of: training).isEmpty {
      settings.scheduleEpochs = training.epochs
    }
    return Stage(
      method: SCLWarmup.description.name, settings: SCLWarmup.Settings.schema.values(of: settings),
      epochs: warmupEpochs)
  }
}
