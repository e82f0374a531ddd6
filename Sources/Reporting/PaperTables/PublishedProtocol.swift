import Core
import Domain
import Metrics
import Records

/// How published figures were obtained on a benchmark. Nil is unknown, which the diff never treats
/// as equal.
package struct PublishedProtocol: Equatable, Sendable {
  /// What a printed figure is of several trials.
  package enum Statistic: String, CaseIterable, Sendable {
    /// The mean over several trials.
    case mean
    /// The best of several trials.
    case best
    /// A single trial.
    case single
    /// The mean over the heads of one network. It is not a mean over runs, so nothing is compared
    /// with it.
    case meanOfHeads = "mean-of-heads"
  }

  /// What the figures are.
  package var statistic: Statistic?
  /// The number of trials.
  package var trials: Int?
  /// The splits that the method learned from.
  package var train: SplitSet?
  /// The splits that were scored.
  package var score: SplitSet?
  /// Height and width of the network's input in pixels.
  package var imageSize: Int?
  /// The normaliser of NMI. It is never a difference, because our records have both.
  package var nmi: NMINormaliser?
  /// Which epoch's result was reported.
  package var checkpoint: CheckpointRule?
  /// The number of epochs between two candidates of the checkpoint rule; 1 if every epoch was one.
  package var candidates: Int?
  /// The network: "ResNet-34".
  package var backbone: String?
  /// The settings in which the row differs from this program's defaults for the method; empty if
  /// none do.
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

  /// Whether enough is known for a verdict: at least the scored splits and the image size.
  /// Otherwise the verdict ends with "protocol unknown".
  package var isKnown: Bool { score != nil && imageSize != nil }
}
