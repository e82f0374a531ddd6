import Core
import Metrics

/// Which images a run learns from and scores, at what size, and which epoch is its result.
///
/// It is part of `run.json` and of a run's identity: names and forms of its keys are fixed.
public struct RunProtocol: Codable, Hashable, Sendable {
  /// The images that the method learns from.
  public var train: SplitSet
  /// The images that are scored.
  public var score: SplitSet
  /// Height and width of the images in pixels.
  public var imageSize: Int
  public var checkpoint: CheckpointRule
  /// The number of epochs between two candidates of the checkpoint rule. Nil, and left out of the
  /// identity, under a rule that chooses nothing.
  public var evaluateEvery: Int?
  /// The normaliser of the NMI in tables. Records have NMI under both.
  public var nmi: NMINormaliser
  /// The labels that scores are computed with. Nil, and left out of the identity, for the benchmark's
  /// own.
  public var labels: LabelChoice?
  /// The number of clusters, K. Nil, and left out of the identity, for as many as there are classes.
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
public enum LabelChoice: String, Codable, CaseIterable, Sendable {
  /// The finer classes that its classes are made of, such as CIFAR-100's 100.
  case fine
}

/// Which epoch's assignments are a run's result.
public enum CheckpointRule: String, Codable, CaseIterable, Sendable {
  /// The last epoch's. No label is looked at.
  case last
  /// The first scored epoch with the lowest training loss, or with the lowest loss that the method
  /// itself reports for this purpose. No label is looked at.
  case lowestLoss = "lowest-loss"
  /// The first scored epoch with the best accuracy, as some published code does it. It looks at
  /// labels; every table with such a run says so.
  case bestByLabels = "best-by-labels"

  /// Whether the rule chooses among scored epochs, so that the result need not be the last one's.
  public var chooses: Bool { self != .last }

  /// The rule in a table's caption: "last checkpoint".
  public var title: String {
    switch self {
    case .last: "last checkpoint"
    case .lowestLoss: "checkpoint of the lowest loss"
    case .bestByLabels: "checkpoint chosen by labels"
    }
  }
}

/// Whether the images of a benchmark file have the published pixels.
public enum PixelFidelity: String, Codable, Hashable, Sendable {
  /// The images were stored without loss, as far as the form of the original files tells.
  case original
  /// The publisher gives out raw pixels, and these images were read from JPEG files.
  case reEncoded = "re-encoded"
}
