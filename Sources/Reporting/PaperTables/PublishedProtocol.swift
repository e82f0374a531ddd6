import Core
import Domain
import Metrics
import Records

/// How published figures were obtained on a benchmark; nil is unknown.
package struct PublishedProtocol: Equatable, Sendable {
  package enum Statistic: String, CaseIterable, Sendable {
    case mean
    /// The best of several trials.
    case best
    case single
    /// The mean over the heads of one run, another quantity than a mean over runs.
    case meanOfHeads = "mean-of-heads"
  }

  package var statistic: Statistic?
  /// The number of trials that the statistic is of.
  package var trials: Int?
  /// The images learnt from.
  package var train: SplitSet?
  /// The images scored.
  package var score: SplitSet?
  /// Height and width of the network's input in pixels.
  package var imageSize: Int?
  package var nmi: NMINormaliser?
  package var checkpoint: CheckpointRule?
  /// Epochs between those that the checkpoint was chosen among; 1 for every epoch.
  package var candidates: Int?
  /// "ResNet-34".
  package var backbone: String?
  /// The settings in which the authors depart from the method's defaults here; empty if in none.
  package var recipe: [String: SettingValue]?

  package init(
    statistic: Statistic? = nil, trials: Int? = nil, train: SplitSet? = nil,
    score: SplitSet? = nil, imageSize: Int? = nil, nmi: NMINormaliser? = nil,
    checkpoint: CheckpointRule? = nil, candidates: Int? = nil, backbone: String? = nil,
    recipe: [String: SettingValue]? = nil
  ) {
    self.statistic = statistic
    self.trials = trials
    self.train = train
    self.score = score
    self.imageSize = imageSize
    self.nmi = nmi
    self.checkpoint = checkpoint
    self.candidates = candidates
    self.backbone = backbone
    self.recipe = recipe
  }

  /// Whether enough is known to say that a figure is of the same protocol: at least which images are
  /// scored, and at what size they are seen.
  package var isKnown: Bool { score != nil && imageSize != nil }
}
