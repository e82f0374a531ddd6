import Core
import Foundation

/// How far a run has come, as a run's process tells others: in `progress.json` of the run's folder,
/// and one JSON object a line on its standard output.
public struct RunProgress: Codable, Equatable, Sendable {
  /// What the run does now: "preparing" an epoch, "training", "evaluating", "assigning".
  public var phase: String
  /// Epochs that are complete.
  public var epoch: Int
  public var epochs: Int
  /// The part of the whole run that is done, 0...1.
  public var fraction: Double
  public var loss: Double?
  public var imagesPerSecond: Double?

  /// The object as a line of text.
  public var line: String {
    ((try? JSONEncoder.sorted().encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}")
      + "\n"
  }

  public init(
    phase: String, epoch: Int, epochs: Int, fraction: Double, loss: Double? = nil,
    imagesPerSecond: Double? = nil
  ) {
    self.phase = phase
    self.epoch = epoch
    self.epochs = epochs
    self.fraction = fraction
    self.loss = loss
    self.imagesPerSecond = imagesPerSecond
  }

  public init?(line: String) {
    guard let progress = try? JSONDecoder().decode(Self.self, from: Data(line.utf8)),
      progress.isPossible
    else { return nil }
    self = progress
  }
}
