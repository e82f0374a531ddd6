import Core
import Foundation

/// How far a run has come. The run's process writes it to `progress.json` in its folder
/// (`RunActivity`), and as one JSON object per line to standard output, which the sweep reads.
package struct RunProgress: Codable, Equatable, Sendable {
  /// What the run does: "preparing" (an epoch), "training", "evaluating" or "assigning".
  package var phase: String
  /// The number of complete epochs.
  package var epoch: Int
  /// The number of epochs of the whole run; 0 for a method that does not train.
  package var epochs: Int
  /// The part of the whole run that is done, in 0...1.
  package var fraction: Double
  /// The latest loss; nil before the first step.
  package var loss: Double?
  /// The latest training speed; nil before it is known.
  package var imagesPerSecond: Double?
  /// The time that the remaining epochs take at that speed, in seconds; nil before it is known.
  package var secondsLeft: Double?

  /// The value as one line of JSON, with its newline.
  package var line: String { JSONEncoder.line(self) }

  package init(
    phase: String, epoch: Int, epochs: Int, fraction: Double, loss: Double? = nil,
    imagesPerSecond: Double? = nil, secondsLeft: Double? = nil
  ) {
    self.phase = phase
    self.epoch = epoch
    self.epochs = epochs
    self.fraction = fraction
    self.loss = loss
    self.imagesPerSecond = imagesPerSecond
    self.secondsLeft = secondsLeft
  }

  /// Parses a line of a run's standard output.
  /// - Returns: nil if it is something else, such as a library's message, or has impossible values.
  package init?(line: String) {
    guard let progress = try? JSONDecoder().decode(Self.self, from: Data(line.utf8)),
      progress.isPossible
    else { return nil }
    self = progress
  }
}
