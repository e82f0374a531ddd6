import Core
import Domain
import Foundation
import Methods
import Records

/// The time and memory that a run is expected to take on this machine.
package struct RunEstimate: Codable, Equatable, Sendable {
  /// Where an estimate comes from.
  package enum Source: String, Codable, Sendable {
    /// A few steps and a small assignment, timed on this machine.
    case measured
    /// A finished run that differs in seed and epochs at most, on a machine of the same name.
    case finishedRun = "finished run"
    /// The size of the task and of the network, and the speed of another machine.
    case rough
  }

  /// Wall-clock seconds of the whole run.
  package var seconds: Double
  /// Peak resident memory of the run's process.
  package var memoryBytes: Int
  package var source: Source

  package init(seconds: Double, memoryBytes: Int, source: Source) {
    self.seconds = seconds
    self.memoryBytes = memoryBytes
    self.source = source
  }
}

/// An estimate from the size of a run alone, within a factor of about three: enough to tell an
/// evening from a week before anything is measured.
enum RoughEstimate {
  /// Multiply-accumulate operations of ResNet-18 with 64 channels on an image of 32 pixels, without a
  /// pooled stem (He et al., CVPR 2016, with the 3x3 stem of stride 1).
  private static let resNet18 = 0.556e9
  /// Those of a network that is no residual one: an autoencoder's few convolutions.
  private static let otherNetwork = 0.02e9
  /// Operations a second of one thread in training: those of 400 and 350 images/s of two views at width 32 with
  /// a pooled stem, as an AMD EPYC (Zen 4) has them.
  private static let speeds = ["bfloat16": 84e9, "float32": 73e9]
  /// Those of a card.
  private static let card = 6e12
  /// Seconds of one thread of a processor for two views of an image of 32 pixels, apart from the network: making them,
  /// and what a step has besides operations.
  private static let views = 0.0003
  /// Seconds of a classical method on 60,000 images of 32 pixels on one thread.
  private static let classical = 400.0

  /// An estimate from the numbers of epochs, images and operations.
  static func estimate(of run: PlannedRun, _ shape: TaskShape, threads: Int) -> RunEstimate {
    RunEstimate(
      seconds: run.epochs > 0
        ? training(run, shape, threads) : clustering(run, shape, threads),
      // The program, pixels, and what a batch needs.
      memoryBytes: (400 << 20) + 2 * shape.pixelBytes, source: .rough)
  }

  /// Seconds of training and one assignment, from the operations of the network. Two views go
  /// forwards and backwards; a backward pass counts twice.
  private static func training(_ run: PlannedRun, _ shape: TaskShape, _ threads: Int) -> Double {
    let width = Double(run.settings.width ?? SettingName.publishedWidth)
    let pixels = pow(Double(run.viewSize) / 32, 2)
    var operations = pixels * otherNetwork
    if run.settings["stem"] != nil {
      operations = pixels * resNet18 * pow(width / Double(SettingName.publishedWidth), 2)
    }
    switch run.settings["stem"]?.description {
    case "small-pool", "small-padded-pool": operations /= 4
    case "imagenet": operations /= 16
    default: break
    }
    if run.settings.depth == "34" { operations *= 2 }
    let parallel = pow(Double(threads), 0.85)
    let isOnCard = run.device == .cuda
    let speed = isOnCard ? card : (speeds[run.precision.rawValue] ?? 73e9) * parallel
    // Two views, forwards and twice as much backwards.
    let image = 6 * operations / speed + (isOnCard ? 0 : pixels * views / parallel)
    let assignment = Double(shape.scored) * operations / speed
    return Double(run.ownEpochs * shape.learnt) * image + assignment
  }

  /// Seconds of a method that does not train, which grow with the power 1.5 of the number of
  /// images.
  private static func clustering(
    _ run: PlannedRun, _ shape: TaskShape, _ threads: Int
  ) -> Double {
    guard run.method.description.family != .control else { return 1 }
    let images = Double(max(shape.learnt, shape.scored)) / 60_000
    let pixels = pow(Double(shape.imageSize) / 32, 2)
    return 1 + classical * pow(images, 1.5) * pixels / pow(Double(threads), 0.85)
  }
}
