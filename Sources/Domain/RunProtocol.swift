import Core
import Metrics

/// Which images a run learns from and scores, at what size, and which epoch is its result.
///
///     let paper = RunProtocol(imageSize: 32)
///     paper.train.rawValue  // "train+test"
///
/// It is part of `run.json` and of a run's identity. The names and types of its keys must not
/// change.
public struct RunProtocol: Codable, Hashable, Sendable {
  /// The images that the method learns from.
  public var train: SplitSet
  /// The images that are scored.
  public var score: SplitSet
  /// Height and width of the images in pixels.
  public var imageSize: Int
  /// Which epoch's assignments are the result.
  public var checkpoint: CheckpointRule
  /// The number of epochs between two candidates of the checkpoint rule. Nil, and left out of
  /// the identity, for a rule without candidates.
  public var evaluateEvery: Int?
  /// The normaliser of the NMI in tables. Records have NMI under both normalisers.
  public var nmi: NMINormaliser
  /// The labels that scores are computed with. Nil, and left out of the identity, for the
  /// benchmark's own.
  public var labels: LabelChoice?
  /// The number of clusters, K. Nil, and left out of the identity, for the number of classes.
  public var clusters: Int?

  public init(
    train: SplitSet = .trainAndTest, score: SplitSet = .trainAndTest, imageSize: Int,
    checkpoint: CheckpointRule = .last, evaluateEvery: Int? = nil,
    nmi: NMINormaliser = .arithmetic, labels: LabelChoice? = nil, clusters: Int? = nil
  ) {
    self.train = train
    self.score = score
    self.imageSize = imageSize
    self.checkpoint = checkpoint
    self.evaluateEvery = evaluateEvery
    self.nmi = nmi
    self.labels = labels
    self.clusters = clusters
  }

  /// Height and width in pixels of what the network sees under these settings.
  public func viewSize(under settings: [String: SettingValue]) -> Int {
    settings.viewSize(ofImages: imageSize)
  }
}

/// Labels that a benchmark has besides its own.
///
///     LabelChoice(rawValue: "fine")   // protocol: {labels: fine}, the 100 classes of CIFAR-100
public enum LabelChoice: String, Codable, CaseIterable, Sendable {
  /// The finer classes that its classes are made of, such as CIFAR-100's 100.
  case fine
}

/// Which epoch's assignments are a run's result. Training is the same under every rule.
///
///     CheckpointRule.allCases.filter(\.chooses)   // [.lowestLoss, .bestByLabels]
public enum CheckpointRule: String, Codable, CaseIterable, Sendable {
  /// The last epoch. Uses no labels.
  case last
  /// The scored epoch with the lowest mean training loss, the first of equal ones; the authors of a
  /// published row may have used another loss. Uses no labels.
  case lowestLoss = "lowest-loss"
  /// The scored epoch with the best accuracy, the first of equal ones. Some published code does
  /// this. It uses labels, so every table with such a run says so.
  case bestByLabels = "best-by-labels"

  /// Whether the rule chooses among scored epochs, so that the result may not be that of the
  /// last epoch.
  public var chooses: Bool { self != .last }

  /// The rule in a table's caption: "last checkpoint".
  public var title: String {
    switch self {
    case .last: "last checkpoint"
    case .lowestLoss: "lowest-loss checkpoint"
    case .bestByLabels: "checkpoint chosen by labels"
    }
  }
}

/// Whether the images of a benchmark file have the published pixels.
///
///     PixelFidelity.reEncoded.rawValue   // "re-encoded", as in benchmark files
public enum PixelFidelity: String, Codable, Hashable, Sendable {
  /// The images were stored without loss, as far as the form of the original files shows.
  case original
  /// The publisher distributes raw pixels, but these images were read from JPEG files.
  case reEncoded = "re-encoded"
}
